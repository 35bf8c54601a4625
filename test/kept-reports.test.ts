import { cpSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { dockerArchive } from '../packages/engine/src/image/testing/image-builder.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { buildDatabase, feedsDay } from './scans.ts';
import { smallImage, smallMirrorShards, writeSmallMirror } from './small-mirror.ts';

const scratch = scratchFolder();
const at = (...path: string[]) => join(scratch.path, ...path);
afterAll(scratch.remove);

/** Tells on standard error whether a run has opened a database (one that judges does), and whether it has looked into the image. */
const tell = `
  const fs = process.getBuiltinModule('fs'), { openSync, readSync } = fs, images = new Set();
  fs.openSync = (path, ...given) => {
    const file = openSync(path, ...given);
    if (String(path).endsWith('.tar')) images.add(file);
    else images.delete(file);
    return file;
  };
  let looked = false;
  fs.readSync = (file, ...given) => {
    looked ||= images.has(file);
    return readSync(file, ...given);
  };
  process.on('exit', () => {
    console.error('judged:', process.moduleLoadList.includes('NativeModule sqlite'));
    console.error('looked:', looked);
  });`;
const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tell)}` };

beforeAll(async () => {
  writeSmallMirror(at('mirror'));
  await buildDatabase(at('db'), at('mirror'), smallMirrorShards);
  writeFileSync(at('small.tar'), dockerArchive(smallImage()));
});

interface Run {
  readonly judged: boolean;
  readonly looked: boolean;
  readonly status: number | null;
  readonly table: string;
  readonly json: string;
}

async function scan(
  more: readonly string[] = [],
  cache: readonly string[] = ['--cache-dir', at('cache')],
): Promise<Run> {
  const day = more.includes('--at') ? [] : ['--at', feedsDay];
  const outputs = ['--format=table', `--format=json=${at('out.json')}`];
  const given = ['scan', at('small.tar'), '--offline', '--db-dir', at('db'), ...day, ...cache, ...outputs, ...more];
  const { status, stdout, stderr } = await plimsoll(given, { env });
  if (![0, 1, 4, 5].includes(status ?? 3)) throw new Error(stderr);
  const [judged, looked] = [stderr.includes('judged: true'), stderr.includes('looked: true')];
  return { judged, looked, status, table: stdout, json: readFileSync(at('out.json'), 'utf8') };
}

/** @returns whether the run judged, after its reports were found to be those of a run that keeps nothing */
async function judgedAlike(more: readonly string[] = []): Promise<boolean> {
  const { judged, looked, ...reports } = await scan(more);
  const { judged: always, looked: into, ...cold } = await scan(more, ['--no-cache']);
  expect(reports).toEqual(cold);
  expect([always, into]).toEqual([true, true]);
  return judged;
}

test('the same scan again is not judged again, until one of its inputs is another', async () => {
  const exceptions = at('exceptions.yaml');
  writeFileSync(exceptions, 'exceptions: []\n');
  const given = ['--exceptions', exceptions];
  expect((await scan(given)).judged).toBe(true);
  expect(await judgedAlike(given)).toBe(false);
  // another setting, another day
  expect(await judgedAlike([...given, '--no-gate', '--at', '2026-08-23'])).toBe(true);
  // the same name, other content
  writeFileSync(exceptions, 'exceptions: []\n# reviewed\n');
  expect(await judgedAlike(given)).toBe(true);
});

test('nor where its shards, its image or what was kept is not as it was', async () => {
  expect((await scan(['--quiet'])).status).not.toBe(5);
  expect((await scan()).judged).toBe(false);
  cpSync(at('db', 'shards'), at('shards'), { recursive: true });
  for (const name of readdirSync(at('db', 'shards'))) writeFileSync(at('db', 'shards', name), 'damaged');
  expect((await scan()).status).toBe(5);
  rmSync(at('db', 'shards'), { recursive: true });
  cpSync(at('shards'), at('db', 'shards'), { recursive: true });
  expect(await judgedAlike()).toBe(false);
  const image = smallImage();
  writeFileSync(at('small.tar'), dockerArchive({ ...image, layers: image.layers.toReversed() }));
  expect(await judgedAlike()).toBe(true);
  for (const name of readdirSync(at('cache'))) writeFileSync(at('cache', name), 'damaged');
  expect(await judgedAlike()).toBe(true);
});

/** Until then it may change again without its times telling. */
const settled = (path: string) =>
  vi.waitUntil(() => Date.now() - statSync(path).ctimeMs > 2000, { timeout: 10_000, interval: 100 });

test('an archive that nobody has changed is not looked into again, one that somebody has is', async () => {
  const path = at('small.tar');
  const given = ['--fail-on', 'high'];
  await settled(path);
  expect((await scan(given)).judged).toBe(true);
  const again = await scan(given);
  expect([again.judged, again.looked]).toEqual([false, false]);
  const { judged, looked, ...cold } = await scan(given, ['--no-cache']);
  expect([judged, looked]).toEqual([true, true]);
  expect(again).toMatchObject(cold);
  // the same image, another archive of the same size and time
  const { atime, mtime } = statSync(path);
  cpSync(path, at('other.tar'));
  writeFileSync(path, readFileSync(at('other.tar')));
  utimesSync(path, atime, mtime);
  expect(await scan(given)).toMatchObject({ judged: true, looked: true });
});
