import { afterAll, beforeAll, expect, test } from 'vitest';
import { dpkgStatus, writeImage } from './images.ts';
import { buildDatabase, confirmedOn } from './mirror.ts';
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
