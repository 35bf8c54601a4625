import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLayerAnalyser } from '../layer-analyser.ts';
import { takeInventory } from '../take-inventory.ts';
import { buildElf, buildGo } from '../testing/elf-builder.ts';
import { type FakeLayer, fakeImage } from '../testing/fake-image.ts';
import { classifiers } from './classifier-table.ts';
import { mostBack } from './classifier-types.ts';
import { ContentSearch } from './content-search.ts';

const executable = (text: string) => ({
  executable: buildElf([{ name: '.rodata', bytes: Buffer.from(`\0${text}\0${'x'.repeat(300)}`, 'latin1') }]),
});

const store = { get: () => undefined, put() {} };

/** The same whether it is searched at once, as for what is kept, or when it is known to be nobody's. */
async function found(...layers: FakeLayer[]) {
  const { packages } = await takeInventory(fakeImage(layers));
  expect(await takeInventory(fakeImage(layers, createLayerAnalyser({ store })))).toMatchObject({ packages });
  return packages
    .filter(({ type }) => type === 'generic')
    .map(({ purl, locations }) => `${purl} ${locations[0]!.path}`);
}

/** What stands in the files, as their makers write it; rows with a Go module are below. */
const samples: readonly (readonly [name: string, path: string, text: string, version: string])[] = [
  ['bash', 'bin/bash', '@(#)Bash version 5.2.15(1) release GNU', '5.2.15'],
  ['bun', 'bin/bun', 'Bun v1.4.5 (Linux x64)', '1.4.5'],
  ['busybox', 'bin/busybox', 'BusyBox v1.37.0 (2024-09-26 21:31:42 UTC)', '1.37.0'],
  ['curl', 'usr/bin/curl', 'curl 7.88.1 (x86_64-pc-linux-gnu) %s', '7.88.1'],
  ['deno', 'bin/deno', 'denover2.9.6Deno/2.9.6Deno/2.9.6+e518fbde518', '2.9.6'],
  ['envoy', 'bin/envoy', 'a'.repeat(40).concat('/1.28.0/Clean/RELEASE/BoringSSL'), '1.28.0'],
  ['haproxy', 'sbin/haproxy', ' version 2.6.12-1+deb12u4, released 2026/10/17', '2.6.12'],
  ['httpd', 'bin/httpd', 'Apache/2.4.57', '2.4.57'],
  ['libcurl', 'lib/libcurl.so.4.8.0', 'CLIENT libcurl/7.88.1', '7.88.1'],
  ['mariadb', 'sbin/mariadbd', '10.11.19-MariaDB', '10.11.19'],
  ['memcached', 'bin/memcached', 'memcached 1.6.18', '1.6.18'],
  ['mongodb', 'bin/mongod', '/data/mongodb-src-r6.0.5/src', '6.0.5'],
  ['mysql', 'sbin/mysqld', '/build/mysql-8.0.35/sql/sql.cc', '8.0.35'],
  ['nginx', 'sbin/nginx', 'nginx version: nginx/1.22.1', '1.22.1'],
  ['node', 'bin/node', 'node.js/v22.11.0', '22.11.0'],
  ['node', 'usr/bin/plimsoll', 'node.js/v24.21.0', '24.21.0'],
  ['openresty', 'sbin/nginx', 'nginx version: openresty/1.21.4.1', '1.21.4.1'],
  ['openssl', 'lib/libcrypto.so.3', 'OpenSSL 3.0.22 25 Aug 2026', '3.0.22'],
  ['openssl', 'lib/libssl.so.1.1', 'OpenSSL 1.1.1w  11 Sep 2023', '1.1.1w'],
  ['perl', 'bin/perl5.36.0', 'v5.36.0', '5.36.0'],
  ['php', 'bin/php8.2', 'X-Powered-By: PHP/8.2.36', '8.2.36'],
  ['postgresql', 'bin/postgres', 'postgres (PostgreSQL) 15.20 (Debian 15.20-0)', '15.20'],
  ['python', 'bin/python3.11', '3.40.1\u00003.11.2', '3.11.2'],
  ['python', 'lib/libpython3.13.so.1.0', '3.13.0rc2', '3.13.0rc2'],
  ['python', 'bin/python2.7', '2.7.18+', '2.7.18'],
  ['redis', 'bin/redis-server', '7.0.15\0c11-builtin', '7.0.15'],
  ['redis', 'bin/redis-server', '8.0.6\x0016.2.0\0c11-builtin', '8.0.6'],
  ['redis', 'bin/redis-check-rdb', 'txt\x008.0.61790283218000000000', '8.0.6'],
  ['redis', 'bin/redis-server', 'x\x007.2.15host-1-1790283218100000000', '7.2.15'],
  ['redis', 'bin/redis-server', 'x\x007.2.63f2a4b5c6d7e-1790283218000000000', '7.2.6'],
  ['redis', 'bin/redis-server', 'A7.2.4buildkitsandbox-17063880930000000000', '7.2.4'],
  ['ruby', 'lib/libruby.so.3.1', 'ruby 3.1.7p261 (2025-03-26 revision 0a3704f218) [x]', '3.1.7'],
  ['valkey', 'bin/valkey-server', '8.0.1\0sync-builtin', '8.0.1'],
  ['valkey', 'bin/valkey-check-rdb', 'x\0valkey9.1.21789267002000000000', '9.1.2'],
  ['valkey', 'bin/valkey-server', 'x\0valkey8.1.15buildkitsandbox-1734714178000000000', '8.1.15'],
];

test.each(samples)('%s in %s', async (name, path, text, version) => {
  expect(await found({ [path]: executable(text) })).toEqual([`pkg:generic/${name}@${version} /${path}`]);
});

const texts: readonly (readonly [name: string, path: string, text: string, version: string])[] = [
  ['dotnet', 'usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.1/Microsoft.NETCore.App.deps.json', '{}', '8.0.1'],
  ['elixir', 'opt/elixir/VERSION', '1.16.0\n', '1.16.0'],
  ['erlang', 'usr/local/lib/erlang/releases/25/OTP_VERSION', '25.2.3\n', '25.2.3'],
  ['java-corretto', 'opt/jdk/release', 'IMPLEMENTOR="Amazon.com Inc."\nJAVA_VERSION="17.0.9"\n', '17.0.9'],
  ['java-graalvm', 'opt/a/release', 'IMPLEMENTOR="GraalVM Community"\nJAVA_VERSION="21.0.1"\n', '21.0.1'],
  ['java-liberica', 'opt/a/release', 'IMPLEMENTOR="BellSoft"\nA="1"\nJAVA_VERSION="11.0.2"\n', '11.0.2'],
  ['java-microsoft', 'opt/a/release', 'IMPLEMENTOR="Microsoft"\nJAVA_VERSION="11.0.2"\n', '11.0.2'],
  ['java-openjdk', 'opt/a/release', 'IMPLEMENTOR="Red Hat, Inc."\nJAVA_VERSION="11.0.2"\n', '11.0.2'],
  ['java-oracle', 'opt/a/release', 'IMPLEMENTOR="Oracle Corporation"\nJAVA_VERSION="21"\n', '21'],
  ['java-sapmachine', 'opt/a/release', 'IMPLEMENTOR="SAP SE"\nJAVA_VERSION="21.0.2"\n', '21.0.2'],
  ['java-semeru', 'opt/a/release', 'IMPLEMENTOR="IBM Corporation"\nJAVA_VERSION="17.0.2"\n', '17.0.2'],
  [
    'java-temurin',
    'opt/java/openjdk/release',
    'IMPLEMENTOR="Eclipse Adoptium"\nIMPLEMENTOR_VERSION="Temurin-17.0.9+9"\nJAVA_VERSION="17.0.9"\n',
    '17.0.9',
  ],
  ['java-zulu', 'opt/a/release', 'IMPLEMENTOR="Azul Systems, Inc."\nJAVA_VERSION="1.8.0_392"\n', '1.8.0_392'],
];

test.each(texts)('%s in %s', async (name, path, text, version) => {
  expect(await found({ [path]: text })).toEqual([`pkg:generic/${name}@${version} /${path}`]);
});

describe.each(classifiers.filter(({ goModule }) => goModule !== undefined).map((row) => [row.name, row] as const))(
  '%s',
  (name, { goModule = '', files }) => {
    const program = name === 'kubernetes' ? 'kubectl' : name;
    const built = (modules: string) => ({ [`bin/${program}`]: { executable: buildGo('go1.22.1', modules) } });

    test('by its Go main module', async () => {
      expect(files?.test(program)).toBe(true);
      const stated = await found(built(`path\t${goModule}/x\nmod\t${goModule}\tv3.1.0\n`));
      expect(stated).toEqual([`pkg:generic/${name}@${name === 'go' ? '1.22.1' : '3.1.0'} /bin/${program}`]);
      expect(await found(built('path\tother.example/x\nmod\tother.example\tv3.1.0\n'))).toEqual([]);
    });
  },
);

test('a Go program without modules is known by its main package, and a commit is no version', async () => {
  const built = (build: string) => ({
    'bin/kubectl': { executable: buildGo('go1.19', `path\tk8s.io/kubernetes/cmd/kubectl\n${build}`) },
  });
  expect(await found(built('build\t-ldflags="-X \'k8s.io/x/version.gitVersion=v1.20.2\'"\n'))).toEqual([
    'pkg:generic/kubernetes@1.20.2 /bin/kubectl',
  ]);
  const commit = 'build\tvcs.revision=0123456789abcdef\nbuild\tvcs.time=2024-05-06T07:08:09Z\n';
  expect(await found(built(commit))).toEqual([]);
});

test('a version that only the linker was told', async () => {
  const trimmed = 'path\tgithub.com/prometheus/prometheus/cmd/prometheus\nbuild\t-trimpath=true\n';
  const built = (modules: string, told: string) => ({
    'bin/prometheus': { executable: Buffer.concat([buildGo('go1.27.1', modules), Buffer.from(`\0${told}\0`)]) },
  });
  const expected = ['pkg:generic/prometheus@3.5.3 /bin/prometheus'];
  expect(await found(built(trimmed, '3.5.3+ds1'))).toEqual(expected);
  expect(await found(built(trimmed, '3.5.3'))).toEqual(expected);
  expect(await found(built('path\tother.example/x\n', '3.5.3'))).toEqual([]);
});

test('every row has a sample here', () => {
  const names = new Set([...samples, ...texts].map(([name]) => name));
  const without = classifiers.filter(({ name, goModule }) => !names.has(name) && goModule === undefined);
  expect(without.map(({ name }) => name)).toEqual([]);
});

test('rows are sorted, and keep to the limits of the search', () => {
  expect(classifiers.map(({ name }) => name)).toEqual(classifiers.map(({ name }) => name).sort());
  for (const { content = [], cpe } of classifiers) {
    expect(cpe).toMatch(/^[\w.-]+:[\w./-]+$/);
    for (const { anchor, back = 0 } of content) {
      expect(anchor.length).toBeLessThanOrEqual(64);
      expect(back).toBeLessThanOrEqual(mostBack);
    }
  }
});

test('what a package owns is none, and is not searched for that', async () => {
  const owned = {
    'etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
    'var/lib/dpkg/status':
      'Package: nginx\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.22.1-9\n\n' +
      'Package: openjdk\nStatus: install ok installed\nArchitecture: amd64\nVersion: 17\n\n',
    'var/lib/dpkg/info/nginx.list': '/usr/sbin/nginx\n',
    'var/lib/dpkg/info/openjdk.list': '/usr/lib/jvm/release\n',
    'usr/lib/jvm/release': 'IMPLEMENTOR="Debian"\nJAVA_VERSION="17.0.9"\n',
    'usr/sbin/nginx': executable('nginx version: nginx/1.22.1'),
  };
  expect(await found(owned)).toEqual([]);
  const local = { 'usr/local/sbin/nginx': executable('nginx version: nginx/1.25.0') };
  expect(await found(owned, local)).toEqual(['pkg:generic/nginx@1.25.0 /usr/local/sbin/nginx']);
  const image = fakeImage([owned, local]);
  await takeInventory(image);
  expect(image.later).toEqual(['usr/local/sbin/nginx']);
});

test('several names of one folder are one find, at its own name', async () => {
  const box = executable('BusyBox v1.37.0 (x)');
  const links = Object.fromEntries(
    ['ash', 'busybox', 'cat', 'sh'].map((name) => [`bin/${name}`, { hardLink: 'bin/[' }]),
  );
  expect(await found({ 'bin/[': box, ...links })).toEqual(['pkg:generic/busybox@1.37.0 /bin/busybox']);
  const both = { 'lib/libcrypto.so.3': 'OpenSSL 3.0.1 1 Jan 2024', 'lib/libssl.so.3': 'OpenSSL 3.0.1 1 Jan 2024' };
  const layer = Object.fromEntries(Object.entries(both).map(([path, text]) => [path, executable(text)]));
  expect(await found(layer)).toEqual(['pkg:generic/openssl@3.0.1 /lib/libcrypto.so.3']);
});

test('another program of the name, and text, are none', async () => {
  expect(await found({ 'bin/node': executable('nothing'), 'bin/nginx': 'nginx version: nginx/1.22.1' })).toEqual([]);
});

describe('the search', () => {
  const pattern = { anchor: '-end', back: 16, version: /\0(\d+\.\d+)-end/ };
  const search = (bytes: Buffer, cuts: readonly number[]) => {
    const watch = new ContentSearch([[pattern, '']]);
    let at = 0;
    for (const cut of [...cuts].sort((a, b) => a - b)) {
      watch.push(bytes.subarray(at, cut));
      at = cut;
    }
    watch.push(bytes.subarray(at));
    return watch.finish()[0];
  };

  test('finds the same wherever the pieces are cut', () => {
    const piece = fc.constantFrom('-end', '1.2-end', '\u00003.4-end', '\0', 'x'.repeat(100), '9', '.');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(3000), { maxLength: 6 }), (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(''), 'latin1');
        const inside = cuts.filter((cut) => cut < bytes.length);
        expect(search(bytes, inside)).toBe(search(bytes, []));
      }),
      { seed: 20261123, numRuns: 500 },
    );
  });

  test('gives up on what is made of nothing but its anchor', () => {
    const bytes = Buffer.from('-end'.repeat(8 * 1024 * 1024), 'latin1');
    expect(search(Buffer.concat([bytes, Buffer.from('\u00001.2-end')]), [])).toBeNull();
  });
});
