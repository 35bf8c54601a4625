import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import { proofFilter } from '../catalogers.ts';
import { takeInventory } from '../take-inventory.ts';
import { fakeImage } from '../testing/fake-image.ts';
import { readRpmDatabase } from './rpm-database.ts';

const tools = { rpm: 'rpm', build: 'rpmbuild', load: '/usr/bin/db5.3_load' };
const has = (tool: string) => spawnSync(tool, ['--version']).error === undefined;
const rpmIsHere = has(tools.rpm) && has(tools.build);
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-rpm-'));
const root = join(folder, 'root');
const place = 'usr/lib/sysimage/rpm/rpmdb.sqlite';
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Builds a package with rpmbuild; returns the file. */
function build(name: string, version: string, more: readonly string[] = []): string {
  const spec = join(folder, `${name}.spec`);
  const manifest = `%{buildroot}/usr/lib/node_modules/${name}`;
  const head = [`Name: ${name}`, `Version: ${version}`, 'Release: 1', 'Summary: s', 'BuildArch: noarch', ...more];
  if (!more.some((line) => line.startsWith('License:'))) head.push('License: MIT');
  const body = ['%description', 'd', '%install', `mkdir -p ${manifest}`];
  body.push(`echo '{"name":"${name}","version":"${version}"}' > ${manifest}/package.json`);
  writeFileSync(spec, [...head, ...body, '%files', `/usr/lib/node_modules/${name}`, ''].join('\n'));
  execFileSync(tools.build, ['-bb', '--define', `_topdir ${folder}/build`, spec], { stdio: 'pipe' });
  return join(folder, 'build', 'RPMS', 'noarch', `${name}-${version}-1.noarch.rpm`);
}

function rpm(...args: readonly string[]): string {
  const where = ['--root', root, '--dbpath', '/usr/lib/sysimage/rpm'];
  return execFileSync(tools.rpm, [...where, ...args], { encoding: 'utf8', stdio: 'pipe' });
}

// biome-ignore format: one field after another
const query = ['NAME', 'EPOCH', 'VERSION', 'RELEASE', 'ARCH', 'SOURCERPM', 'VENDOR', 'LICENSE', 'MODULARITYLABEL'];

/** What rpm itself lists, a package a line. */
function listed(): readonly string[] {
  const format = `${query.map((field) => `%{${field}}`).join('|')}\n`;
  return rpm('-qa', '--qf', format).split('\n').filter(Boolean).sort();
}

/** The same from the bytes of a database. */
function read(body: Buffer): readonly string[] {
  const { packages, damage } = readRpmDatabase(body, proofFilter);
  expect(damage).toBeNull();
  const rows = packages.map((p) => {
    const [, version, release] = /^(.*)-([^-]+)$/.exec(p.version)!;
    const source = p.source === null ? null : `${p.source.name}-${p.source.version}.src.rpm`;
    return [p.name, p.epoch, version, release, p.arch, source, p.vendor, p.license, p.modularity];
  });
  return rows.map((row) => row.map((field) => field ?? '(none)').join('|')).sort();
}

describe.skipIf(!rpmIsHere)('databases that rpm writes (needs rpm and rpmbuild)', () => {
  const states: Buffer[] = [];
  const keep = () => void states.push(readFileSync(join(root, place)));

  test('after installations, an upgrade and a removal, ours is rpm’s list', async () => {
    mkdirSync(root, { recursive: true });
    const label = 'ModularityLabel: nodejs:18:8080020240101:abcdef';
    const files = [
      build('plain', '1.0'),
      build('zero', '2.0', ['Epoch: 0', 'Vendor: Müller & Söhne']),
      build('epoch', '3.0', ['Epoch: 7', label, 'License: GPL-2.0-only AND MIT']),
      build('long', '1.0', [`License: ${'X'.repeat(20_000)}`]),
    ];
    rpm('--install', '--nodeps', '--force-debian', ...files);
    keep();
    rpm('--install', '--nodeps', '--force-debian', build('later', '1.0'));
    keep();
    rpm('--upgrade', '--nodeps', '--force-debian', build('plain', '1.1'));
    rpm('--erase', '--nodeps', '--force-debian', 'zero');
    keep();
    expect(read(states[2]!)).toEqual(listed());
    expect(listed().length).toBe(4);

    const manifest = 'usr/lib/node_modules/epoch/package.json';
    const layers = states.map((body, index) => ({
      ...(index === 0
        ? { 'etc/os-release': 'ID=fedora\nVERSION_ID=40\n', [manifest]: readFileSync(join(root, manifest)) }
        : {}),
      [place]: body,
    }));
    const { packages, incomplete } = await takeInventory(fakeImage(layers));
    expect(packages.map(({ name, locations, ownedBy }) => [name, locations[0]?.layer?.slice(-1), ownedBy])).toEqual([
      ['epoch', '0', 'epoch'],
      ['epoch', '0', null],
      ['later', '1', null],
      ['long', '0', null],
      ['plain', '2', null],
    ]);
    expect(incomplete).toEqual([]);
  });

  const variants = ['hash', 'btree'].flatMap((type) =>
    [512, 4096, 65536].flatMap((size) => [1234, 4321].map((order) => ({ type, size, order }))),
  );
  describe.skipIf(!existsSync(tools.load))('the same headers in Berkeley DB (needs db5.3_load)', () => {
    test.each(variants)('$type, pages of $size bytes, byte order $order', ({ type, size, order }) => {
      const from = new DatabaseSync(join(root, place), { readOnly: true });
      const rows = from.prepare('SELECT hnum, blob FROM Packages').all() as { hnum: number; blob: Uint8Array }[];
      from.close();
      const number = (value: number) => {
        const bytes = Buffer.alloc(4);
        if (order === 1234) bytes.writeUInt32LE(value);
        else bytes.writeUInt32BE(value);
        return bytes.toString('hex');
      };
      const lines = [`VERSION=3\nformat=bytevalue\ntype=${type}\ndb_pagesize=${size}\ndb_lorder=${order}\nHEADER=END`];
      lines.push(` ${number(0)}`, ` ${number(rows.length)}`);
      for (const { hnum, blob } of rows) lines.push(` ${number(hnum)}`, ` ${Buffer.from(blob).toString('hex')}`);
      const file = join(folder, `Packages-${type}-${size}-${order}`);
      execFileSync(tools.load, [file], { input: `${lines.join('\n')}\nDATA=END\n` });
      expect(read(readFileSync(file))).toEqual(listed());
    });
  });
});
