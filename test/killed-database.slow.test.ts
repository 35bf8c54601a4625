import { copyFileSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { plimsoll, scratchFolder } from './program.ts';
import { writeSmallMirror } from './small-mirror.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);
const at = (name: string) => join(scratch.path, name);
const mirror = at('mirror');
const moments = 10;

/** Runs until it is killed at a share of the time that a whole run takes. @returns whether it was killed */
async function killed(args: readonly string[], afterMs: number): Promise<boolean> {
  const { status } = await plimsoll(args, {
    started: (child) => setTimeout(() => child.kill('SIGKILL'), afterMs).unref(),
  });
  return status === null;
}

/** Every shard of the catalog is there and whole, or there is no catalog yet. */
async function states(dbDir: string): Promise<readonly string[]> {
  const { stdout } = await plimsoll(['db', 'status', '--db-dir', dbDir, '--at', '2026-08-22', '--format', 'json']);
  return (JSON.parse(stdout) as { shards: { file: string }[] }).shards.map(({ file }) => file);
}

const build = (dbDir: string, asOf: string) =>
  ['db', 'build', '--quiet', '--mirror', mirror, '--db-dir', dbDir, '--as-of', asOf] as const;

beforeAll(async () => {
  writeSmallMirror(mirror);
  const { status } = await plimsoll(build(at('theirs'), '2026-08-22'));
  expect(status).toBe(0);
});

it('a build that is killed at any moment leaves the database usable', async () => {
  const dbDir = at('built');
  const started = performance.now();
  await plimsoll(build(dbDir, '2026-08-20'));
  const whole = performance.now() - started;
  let kills = 0;
  for (let moment = 1; moment <= moments; moment++) {
    // as if every feed had changed
    rmSync(join(dbDir, 'state.json'), { force: true });
    if (moment % 2 === 0) rmSync(dbDir, { recursive: true, force: true });
    kills += Number(await killed(build(dbDir, '2026-08-21'), (whole * moment) / moments));
    expect(new Set(await states(dbDir)).difference(new Set(['ok']))).toEqual(new Set());
  }
  expect(kills).toBeGreaterThan(moments / 3);
  expect((await plimsoll(build(dbDir, '2026-08-22'))).status).toBe(0);
  expect(readdirSync(join(dbDir, 'tmp'))).toEqual([]);
  expect(await states(dbDir)).toEqual(await states(at('theirs')));
}, 120_000);

it('so does one that fetches from a catalog', async () => {
  const dbDir = at('pulled');
  const pull = ['db', 'pull', at('theirs'), '--db-dir', dbDir, '--quiet'];
  const started = performance.now();
  await plimsoll(pull);
  const whole = performance.now() - started;
  let kills = 0;
  for (let moment = 1; moment <= moments; moment++) {
    rmSync(join(dbDir, 'shards'), { recursive: true, force: true });
    rmSync(join(dbDir, 'catalog.json'), { force: true });
    kills += Number(await killed(pull, (whole * moment) / moments));
    expect(new Set(await states(dbDir)).difference(new Set(['ok']))).toEqual(new Set());
  }
  expect(kills).toBeGreaterThan(moments / 3);
  expect((await plimsoll(pull)).status).toBe(0);
  expect(readdirSync(join(dbDir, 'tmp'))).toEqual([]);
  expect(await states(dbDir)).toEqual(await states(at('theirs')));
}, 120_000);

it('what a killed writer left of a shard is never taken for one, and goes in time', async () => {
  const dbDir = at('left');
  await plimsoll(['db', 'pull', at('theirs'), '--db-dir', dbDir, '--quiet']);
  const orphan = join(dbDir, 'blobs', readdirSync(join(dbDir, 'blobs'))[0]!);
  expect(statSync(orphan).size).toBeGreaterThan(0);
  const path = join(dbDir, 'blobs', `${'0'.repeat(64)}.zst`);
  copyFileSync(orphan, path);
  utimesSync(path, 1000, 1000);
  await plimsoll(['db', 'gc', '--db-dir', dbDir]);
  expect(readdirSync(join(dbDir, 'blobs'))).not.toContain(`${'0'.repeat(64)}.zst`);
  expect(new Set(await states(dbDir))).toEqual(new Set(['ok']));
});
