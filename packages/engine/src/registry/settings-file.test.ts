import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { certificatesFor } from './certificates.ts';
import { findCredentials } from './credentials.ts';
import { readSettingsFile } from './settings-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let pipes = 0;
function pipe(): string {
  pipes += 1;
  const path = join(folder, `pipe-${pipes}`);
  execFileSync('mkfifo', [path]);
  return path;
}

it('reads what a pipe is given, however late and in how many pieces', async () => {
  const path = pipe();
  const read = readSettingsFile(path, undefined);
  const writer = await open(path, 'w');
  await writer.write('one ');
  await new Promise((resolve) => setTimeout(resolve, 50));
  await writer.write('two');
  await writer.close();
  expect((await read).toString()).toBe('one two');
});

it('does not wait for ever for a pipe that nobody writes into, and not once it is interrupted', async () => {
  await expect(readSettingsFile(pipe(), undefined, 50)).rejects.toMatchObject({ code: 'UNREADABLE' });
  const stop = new AbortController();
  const reading = findCredentials('r.example', 'a', { REGISTRY_AUTH_FILE: pipe() }, stop.signal);
  stop.abort();
  await expect(reading).rejects.toMatchObject({ code: 'ABORTED' });
});

it('reads no file without end', async () => {
  const environment = { REGISTRY_AUTH_FILE: '/dev/zero', SSL_CERT_FILE: '/dev/zero' };
  const refused = { code: 'TOO_LARGE', message: '/dev/zero: more than 4194304 bytes' };
  await expect(findCredentials('r.example', 'a', environment, undefined)).rejects.toMatchObject(refused);
  await expect(certificatesFor('r.example', { environment })).rejects.toMatchObject(refused);
});

it('reads files, and none as nothing', async () => {
  const path = join(folder, 'file');
  writeFileSync(path, 'x'.repeat(100_000));
  expect(await readSettingsFile(path, undefined)).toHaveLength(100_000);
  expect(await readSettingsFile('/dev/null', undefined)).toHaveLength(0);
});
