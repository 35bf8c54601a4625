import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerArchive, type FixtureEntry, fixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';
import { watchedClasses } from '../packages/engine/src/inventory/java/named-classes.ts';
import { zipOf } from '../packages/engine/src/inventory/testing/zip.ts';
import { classesNamedFor } from '../packages/engine/src/matching/named-classes.ts';
import { alpineRelease, osRelease } from './images.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { buildDatabase, type ScanResult, scan } from './scans.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);
const at = (...parts: string[]): string => join(scratch.path, ...parts);
const noGo = spawnSync('go', ['version']).status === 0 ? undefined : 'needs Go: apt-get install golang-go';
const named = (title: string, reason: string | undefined) => (reason ? `${title} (skipped: ${reason})` : title);

const osv = 'osv-vulnerabilities.storage.googleapis.com';
const modified = '2024-01-02T00:00:00Z';

function writeMirror(): void {
  const put = (url: string, body: string | Buffer) => {
    mkdirSync(dirname(at('mirror', url)), { recursive: true });
    writeFileSync(at('mirror', url), body);
  };
  const go = (id: string, imports: unknown) => ({
    id,
    modified,
    affected: [
      {
        package: { ecosystem: 'Go', name: 'stdlib' },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '99.0.0' }] }],
        ...(imports ? { ecosystem_specific: { imports } } : {}),
      },
    ],
  });
  const maven = (id: string, cve: string, name: string) => ({
    id,
    modified,
    aliases: [cve],
    affected: [
      {
        package: { ecosystem: 'Maven', name },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '99' }] }],
      },
    ],
  });
  const zip = (records: readonly { readonly id: string }[]) =>
    zipOf(Object.fromEntries(records.map((each) => [`${each.id}.json`, JSON.stringify(each)])));
  put(`${osv}/ecosystems.txt`, 'Go\nMaven\n');
  put(
    `${osv}/Go/all.zip`,
    zip([
      go('GO-2024-0001', [{ path: 'net/http', symbols: ['Server.Serve', 'conn.serve'] }]),
      go('GO-2024-0002', [{ path: 'archive/zip' }]),
      go('GO-2024-0003', undefined),
      // a list that cannot be read in whole might have named what is there
      go('GO-2024-0004', [{ path: 'archive/zip' }, { path: 17 }]),
    ]),
  );
  put(
    `${osv}/Maven/all.zip`,
    zip([
      maven('GHSA-jfh8-c2jp-5v3q', 'CVE-2021-44228', 'org.apache.logging.log4j:log4j-core'),
      maven('GHSA-fp5r-v3w9-4333', 'CVE-2021-4104', 'log4j:log4j'),
    ]),
  );
  put(
    'secdb.alpinelinux.org/v3.19/main.json',
    JSON.stringify({
      distroversion: 'v3.19',
      reponame: 'main',
      packages: [{ pkg: { name: 'busybox', secfixes: { '2-r0': ['CVE-2024-3'] } } }],
    }),
  );
  const open = { releases: { bookworm: { status: 'open', repositories: {}, urgency: 'not yet assigned' } } };
  put(
    'security-tracker.debian.org/tracker/data/json',
    JSON.stringify({ linux: { 'CVE-2024-1': open }, vim: { 'CVE-2024-2': open } }),
  );
}

const log4j = (version: string, classes: readonly string[], artifact = 'log4j-core') =>
  zipOf({
    [`META-INF/maven/g/${artifact}/pom.properties`]: `groupId=${artifact === 'log4j' ? 'log4j' : 'org.apache.logging.log4j'}\nartifactId=${artifact}\nversion=${version}\n`,
    ...Object.fromEntries(classes.map((name) => [`${name}.class`, 'x'])),
  });

const jndi = 'org/apache/logging/log4j/core/lookup/JndiLookup';
const stanza = (name: string, source: string) =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nSource: ${source}\nVersion: 1-1\n\n`;
const dpkgFiles: FixtureEntry[] = [
  {
    path: 'var/lib/dpkg/status',
    content:
      ['linux-libc-dev', 'linux-headers-amd64', 'linux-image-amd64'].map((name) => stanza(name, 'linux')).join('') +
      ['vim-runtime', 'vim-doc', 'vim-tiny'].map((name) => stanza(name, 'vim')).join(''),
  },
  {
    path: 'var/lib/dpkg/info/vim-doc.list',
    content: '/.\n/usr\n/usr/share\n/usr/share/doc\n/usr/share/doc/vim-doc\n/usr/share/doc/vim-doc/copyright\n',
  },
  {
    path: 'var/lib/dpkg/info/vim-tiny.list',
    content: '/.\n/usr\n/usr/bin\n/usr/bin/vim.tiny\n/usr/share\n/usr/share/doc\n/usr/share/doc/vim-tiny\n',
  },
  {
    path: 'var/lib/dpkg/info/vim-runtime.list',
    content: '/.\n/usr\n/usr/share\n/usr/share/vim\n/usr/share/vim/vim90\n/usr/share/vim/vim90/menu.vim\n',
  },
];

function writeImage(name: string, entries: readonly FixtureEntry[]): string {
  writeFileSync(at(name), dockerArchive([fixtureImage({ layers: [entries] })]));
  return at(name);
}

/** `ID PATH-or-package: state`, sorted. */
function codeOf({ findings }: ScanResult, subject: (finding: ScanResult['findings'][number]) => string): string[] {
  return findings
    .filter(({ kind }) => kind === 'vulnerability')
    .map((finding) => `${finding.id} ${subject(finding)}: ${finding.evidence.code?.state ?? 'unknown'}`)
    .sort();
}

beforeAll(async () => {
  writeMirror();
  await buildDatabase(at('db'), at('mirror'), ['debian-12', 'alpine-3.19', 'go', 'maven']);
});

describe.skipIf(noGo)(named('functions that are linked into Go binaries', noGo), () => {
  const sources: Record<string, string> = {
    'go.mod': 'module example.com/app\n\ngo 1.19\n',
    'plain/main.go': 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("x") }\n',
    'web/main.go':
      'package main\n\nimport (\n\t"net/http"\n\t"os"\n)\n\nfunc main() { _ = http.ListenAndServe(os.Args[1], nil) }\n',
  };
  let image: string;

  beforeAll(() => {
    for (const [path, text] of Object.entries(sources)) {
      mkdirSync(dirname(at('app', path)), { recursive: true });
      writeFileSync(at('app', path), text);
    }
    // nothing that would have the standard library compiled anew: Go 1.19 and earlier ship it compiled
    const env = { PATH: process.env.PATH ?? '', HOME: scratch.path, GOPROXY: 'off', GOFLAGS: '-p=2' };
    const build = (out: string, of: string, ...flags: string[]) =>
      execFileSync('go', ['build', ...flags, '-o', at(out), of], { cwd: at('app'), env });
    build('plain', './plain');
    build('web', './web');
    build('stripped', './web', '-ldflags=-s -w');
    image = writeImage('go.tar', [
      osRelease,
      ...['plain', 'web', 'stripped'].map((name) => ({
        path: `srv/${name}`,
        content: readFileSync(at(name)),
        mode: 0o755,
      })),
    ]);
  }, 300_000);

  const expected = [
    'GO-2024-0001 /srv/plain: absent',
    'GO-2024-0001 /srv/stripped: present',
    'GO-2024-0001 /srv/web: present',
    'GO-2024-0002 /srv/plain: absent',
    'GO-2024-0002 /srv/stripped: absent',
    'GO-2024-0002 /srv/web: absent',
    ...['plain', 'stripped', 'web'].map((name) => `GO-2024-0003 /srv/${name}: unknown`),
    ...['plain', 'stripped', 'web'].map((name) => `GO-2024-0004 /srv/${name}: unknown`),
  ];

  it('are told, stripped or not, from a cold and a warm cache; no finding is left out', async () => {
    const args = ['scan', image, '--db-dir', at('db'), '--offline', '--at', '2026-08-22', '--no-gate'];
    const cached = [...args, '--format', 'json', '--cache-dir', at('cache')];
    const outcomes = [await plimsoll(cached), await plimsoll(cached)];
    for (const { stdout } of outcomes)
      expect(codeOf(JSON.parse(stdout) as ScanResult, ({ evidence }) => evidence.path ?? '')).toEqual(expected);
    expect(outcomes[0]?.stdout).toBe(outcomes[1]?.stdout);
  });

  it('are told of an SBOM of ours, too; nothing is said to be absent where a result has no functions left', async () => {
    const settings = ['--db-dir', at('db'), '--offline', '--at', '2026-08-22', '--no-gate', '--no-cache'];
    const [sbom, stored] = [at('app.cdx.json'), at('app.json')];
    await plimsoll(['scan', image, ...settings, '--format', `cyclonedx=${sbom}`, '--format', `json=${stored}`]);
    const told = ({ evidence }: ScanResult['findings'][number]) => evidence.path ?? '';
    const again = JSON.parse((await plimsoll(['scan', sbom, ...settings, '--format', 'json'])).stdout) as ScanResult;
    expect(codeOf(again, told)).toEqual(expected);
    const result = JSON.parse(readFileSync(stored, 'utf8'));
    for (const fact of result.facts.code) if (fact.kind === 'go-functions') fact.functions = 'hashes:';
    // what an earlier scan said of these findings would hold as long as the records are the same
    for (const finding of result.findings) delete finding.evidence.code;
    writeFileSync(stored, JSON.stringify(result));
    const replay = ['replay', stored, '--db-dir', at('db'), '--offline', '--at', '2026-08-23', '--no-gate'];
    const replayed = JSON.parse((await plimsoll([...replay, '--format', 'json'])).stdout) as ScanResult;
    expect(codeOf(replayed, told)).toEqual(expected.map((line) => line.replace(/: .*/, ': unknown')));
  });

  it('are what a policy may ask for', async () => {
    writeFileSync(
      at('policy.yaml'),
      'name: linked\nrules:\n  - id: linked\n    scope: vulnerability\n    action: deny\n' +
        `    when: finding.code != "absent"\n    message: the flawed code may be there\n`,
    );
    const { result } = await scan(image, at('db'), ['--policy', at('policy.yaml')]);
    const denied = result.verdict.rules[0]?.findings ?? [];
    expect(denied).toHaveLength(expected.filter((line) => !line.endsWith('absent')).length);
  });
});

it('classes: a jar without the one that the advisory is about says so, shaded or not', async () => {
  const image = writeImage('jars.tar', [
    osRelease,
    { path: 'app/with.jar', content: log4j('2.14.0', [jndi, 'a/B']) },
    { path: 'app/without.jar', content: log4j('2.14.1', ['a/B']) },
    { path: 'app/shaded.jar', content: log4j('2.13.0', [`shadow/${jndi}`]) },
    { path: 'app/old.jar', content: log4j('1.2.17', ['org/apache/log4j/Logger'], 'log4j') },
  ]);
  const { result } = await scan(image, at('db'));
  expect(codeOf(result, ({ evidence }) => evidence.path ?? '')).toEqual([
    'CVE-2021-4104 /app/old.jar: absent',
    'CVE-2021-44228 /app/shaded.jar: present',
    'CVE-2021-44228 /app/with.jar: present',
    'CVE-2021-44228 /app/without.jar: absent',
  ]);
});

it('classes: those that matching asks for are those that are looked for', () => {
  const asked = ['CVE-2021-44228', 'CVE-2019-17571', 'CVE-2021-4104', 'CVE-2022-23302', 'CVE-2022-23305'].flatMap(
    (id) => [...classesNamedFor([id], 'log4j:log4j'), ...classesNamedFor([id], 'org.apache.logging.log4j:log4j-core')],
  );
  expect([...new Set(asked)].sort()).toEqual(watchedClasses.toSorted());
});

it('packages of a flawed source that hold headers of the kernel or documentation alone say so', async () => {
  const { result } = await scan(writeImage('debian.tar', [osRelease, ...dpkgFiles]), at('db'));
  expect(codeOf(result, ({ package: about }) => about?.name ?? '')).toEqual([
    'CVE-2024-1 linux-headers-amd64: absent',
    'CVE-2024-1 linux-image-amd64: unknown',
    'CVE-2024-1 linux-libc-dev: absent',
    'CVE-2024-2 vim-doc: absent',
    'CVE-2024-2 vim-runtime: unknown',
    'CVE-2024-2 vim-tiny: unknown',
  ]);
});

it('Alpine: documentation of a flawed package says so, the package itself does not', async () => {
  const stanza = (name: string, files: string) => `P:${name}\nV:1-r0\nA:x86_64\no:busybox\n${files}\n`;
  const content =
    stanza('busybox', 'F:bin\nR:busybox\n') +
    stanza('busybox-doc', 'F:usr\nF:usr/share\nF:usr/share/man/man1\nR:busybox.1.gz\n') +
    stanza('busybox-extras', 'F:usr/share/man/man1\nR:ftpd.1.gz\nF:usr/bin\nR:ftpd\n') +
    stanza('busybox-meta', '');
  const image = writeImage('alpine.tar', [alpineRelease, { path: 'lib/apk/db/installed', content }]);
  const { result } = await scan(image, at('db'));
  expect(codeOf(result, ({ package: about }) => about?.name ?? '')).toEqual([
    'CVE-2024-3 busybox-doc: absent',
    'CVE-2024-3 busybox-extras: unknown',
    'CVE-2024-3 busybox-meta: unknown',
    'CVE-2024-3 busybox: unknown',
  ]);
});
