import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { distroShard } from '../packages/engine/src/advisories/shard-names.ts';
import { dpkgStatus, writeImage } from './images.ts';
import { buildDatabase, confirmedOn } from './mirror.ts';
import { root } from './pages.ts';
import { plimsoll, scratchFolder } from './program.ts';

const folder = scratchFolder();
afterAll(folder.remove);
let database = '';
let kali = '';

beforeAll(async () => {
  database = await buildDatabase(folder.path);
  const release = { path: 'etc/os-release', content: 'ID=kali\nID_LIKE=debian\nVERSION_ID="2024.1"\n' };
  kali = writeImage(folder.path, 'kali', [[release, dpkgStatus({ openssl: '3.0.11-1~deb12u2' })]]);
});

const scan = (...args: readonly string[]) =>
  plimsoll(['scan', kali, '--db-dir', database, '--no-update', '--no-cache', '--at', confirmedOn, ...args]);

test('a derivative is not judged as its parent', async () => {
  const { status, stdout } = await scan('--format', 'json');
  expect(status).toBe(5);
  expect(JSON.parse(stdout)).toMatchObject({ inputs: { missing: ['kali-2024.1'] }, findings: [] });
});

test('unless --distro says so; it stays what it is', async () => {
  const { status, stdout } = await scan('--format', 'json', '--distro', 'debian:12');
  const { image, inputs, findings } = JSON.parse(stdout);
  expect(status).toBe(1);
  expect(image.distro.id).toBe('kali');
  expect(inputs).toMatchObject({ missing: [], settings: { distro: 'debian:12' } });
  expect(findings).toMatchObject([{ package: { name: 'openssl' } }]);
});

test.each(['debian', 'debian:', 'Debian:12', 'debian:12:x'])('--distro %s is no release: 2', async (given) => {
  expect(await scan('--distro', given)).toMatchObject({ status: 2, stdout: '' });
});

/** Ids that the reference says have no advisories. */
const without = readFileSync(join(root, 'docs/reference/feeds.md'), 'utf8')
  .split('### Distros without advisories')[1]!
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| distro'))
  .flatMap((line) => [...line.split('|')[2]!.matchAll(/`([^`]+)`/g)].map(([, id]) => id!));

test('the reference names the distros without advisories, and none has a shard', () => {
  expect(without).toContain('fedora');
  expect(without.length).toBeGreaterThan(15);
  const shardOf = (id: string) =>
    distroShard({ id, version: '9', codename: null, prettyName: id === 'centos' ? 'CentOS Stream 9' : null });
  expect(without.filter((id) => shardOf(id) !== undefined)).toEqual([]);
});

test.each([
  ['fedora', '42', 'Fedora Linux 42', 'fedora-42'],
  ['mageia', '9', 'Mageia 9', 'mageia-9'],
  ['openEuler', '24.03', 'openEuler 24.03 (LTS)', 'openEuler-24.03'],
  ['centos', '9', 'CentOS Stream 9', 'centos-9'],
])('an image of %s %s is never clean: 5, with or without packages', async (id, version, name, missing) => {
  const release = {
    path: 'etc/os-release',
    content: `ID=${id}\nVERSION_ID="${version}"\nPRETTY_NAME="${name}"\n`,
  };
  const image = writeImage(folder.path, `${id}-${version}`, [[release]]);
  const settings = ['--db-dir', database, '--no-update', '--no-cache', '--at', confirmedOn, '--format', 'json'];
  const { status, stdout } = await plimsoll(['scan', image, ...settings]);
  expect(status).toBe(5);
  const result = JSON.parse(stdout);
  expect(result.inputs.missing).toContain(missing);
  expect(result.verdict).toMatchObject({ result: 'fail', exitCode: 5 });
});
