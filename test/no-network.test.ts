import { readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boundedIn } from './bounded-program.ts';
import { cleanLayers, writeImage } from './images.ts';
import { buildDatabase, writeMirror } from './mirror.ts';
import { scratchFolder } from './program.ts';

const folder = scratchFolder();
afterAll(folder.remove);
const bounded = boundedIn(folder.path);
const clean = writeImage(folder.path, 'clean', cleanLayers);

describe.concurrent('no network', () => {
  let closed = '';
  beforeAll(async () => {
    // a port that was free a moment ago and refuses connections
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closed = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await new Promise((resolve) => server.close(resolve));
  });
  const today = new Date().toISOString().slice(0, 10);
  const daysAgo = (days: number): string => new Date(Date.parse(today) - days * 86_400_000).toISOString().slice(0, 10);
  const scan = (dbDir: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    bounded(['scan', clean, '--db-dir', dbDir, '--no-cache', '--format', 'json', ...args], env);

  test.each(['the upstream hosts', 'a mirror', 'a catalog'])(
    'no advisories, and %s cannot be reached: 5, and what to do',
    async (what) => {
      const args = what === 'a mirror' ? ['--mirror', closed] : what === 'a catalog' ? ['--catalog', closed] : [];
      const env = args.length > 0 ? {} : { HTTPS_PROXY: closed, HTTP_PROXY: closed };
      const ran = await scan(join(folder.path, `none ${what}`), args, env);
      expect(ran.status).toBe(5);
      const { verdict, inputs } = JSON.parse(ran.stdout);
      expect(inputs.missing).toEqual(['debian-12', 'eol', 'kev']);
      expect(verdict).toMatchObject({
        result: 'fail',
        reasons: [{ exitCode: 5, message: expect.stringMatching(/plimsoll db (build|update)/) }],
      });
      expect(ran.stderr).toMatch(/ECONNREFUSED/);
      expect(ran.stderr).toMatch(/check the network or proxy, or use a mirror/);
      expect(ran.stderr.split('\n').length).toBeLessThan(10);
    },
  );

  test('advisories of three days ago: it goes on, and notes it', async () => {
    const dbDir = await buildDatabase(join(folder.path, 'three'), { asOf: daysAgo(3) });
    const ran = await scan(dbDir, ['--mirror', closed]);
    expect(ran).toMatchObject({ status: 0, stderr: expect.stringContaining('check the network') });
    expect(await scan(dbDir, ['--mirror', closed, '--quiet'])).toMatchObject({ status: 0, stderr: '' });
  });

  test('advisories of six days ago: 5', async () => {
    const dbDir = await buildDatabase(join(folder.path, 'six'), { asOf: daysAgo(6) });
    const ran = await scan(dbDir, ['--mirror', closed]);
    expect(ran).toMatchObject({ status: 5, stderr: expect.stringContaining('check the network') });
    expect(JSON.parse(ran.stdout).inputs).toMatchObject({ stale: ['debian-12', 'eol', 'kev'], missing: [] });
  });

  test('--offline opens no connection, and reads a mirror that is a folder', async () => {
    const none = join(folder.path, 'offline');
    const ran = await scan(none, ['--offline'], { HTTPS_PROXY: closed });
    expect(ran).toMatchObject({ status: 5, stderr: expect.stringContaining('offline') });
    expect(ran.stderr).not.toContain('ECONNREFUSED');
    const mirror = writeMirror(join(folder.path, 'offline mirror'));
    expect(await scan(none, ['--offline', '--mirror', closed, '--mirror', mirror])).toMatchObject({ status: 0 });
    expect(readdirSync(none)).toContain('catalog.json');
  });

  test('db build from hosts that cannot be reached: 3', async () => {
    const ran = await bounded([
      'db',
      'build',
      '--db-dir',
      join(folder.path, 'nothing'),
      '--mirror',
      closed,
      '--only',
      'kev',
    ]);
    expect(ran).toMatchObject({ status: 3, stderr: expect.stringContaining('check the network or proxy') });
  });
});
