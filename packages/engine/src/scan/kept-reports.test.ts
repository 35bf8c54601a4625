import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { shardPath } from '../advisories/store/store-paths.ts';
import { openLayerCache } from '../inventory/layer-cache.ts';
import { ReportKeeper, recallReports } from './kept-reports.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-kept-'));
const [db, directory] = [join(folder, 'db'), join(folder, 'kept')];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const store = openLayerCache({ directory });
const kept = (key: string) => join(directory, `${key}.layer`);
type Pieces = readonly (string | Uint8Array)[];

function keep(reports: readonly Pieces[], shards: readonly (readonly [string, string])[] = [], key = 'key') {
  const keeper = new ReportKeeper(store, key, reports.length);
  for (const [place, pieces] of reports.entries()) for (const _ of keeper.passing(place, pieces));
  keeper.keep({ exitCode: 4, notes: ['a note'], shards });
}

/** All that is recalled, and nothing left open. */
function recalled(key = 'key', dbDir: string | null = null) {
  const found = recallReports(store, key, dbDir);
  const reports = found?.reports.map((chunks) => bytesOf(chunks));
  found?.close();
  return found && { exitCode: found.exitCode, notes: found.notes, reports };
}

/** Each chunk is only good until the next is asked for. */
function bytesOf(chunks: Iterable<string | Uint8Array>): Buffer {
  return Buffer.concat(
    Array.from(chunks, (chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk))),
  );
}

test('what was written is written again, however it came in pieces', () => {
  const pieces = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array()));
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 4 }), (reports) => {
      keep(reports);
      expect(recalled()).toEqual({ exitCode: 4, notes: ['a note'], reports: reports.map(bytesOf) });
    }),
    { numRuns: 30 },
  );
});

test('and as often as it is asked for, however large; what is large is compressed', () => {
  const large = Array.from({ length: 30 }, (_, at) => Buffer.alloc(600_000 + at, `${at} is a line of the report\n`));
  keep([['begin', ...large, 'end'], large.slice(0, 2)]);
  expect(statSync(kept('key')).size).toBeLessThan(17 * 1024 * 1024);
  const found = recallReports(store, 'key', null);
  const whole = bytesOf(['begin', ...large, 'end']);
  for (let turn = 0; turn < 2; turn++) expect(bytesOf(found?.reports[0] ?? []).equals(whole)).toBe(true);
  expect(bytesOf(found?.reports[1] ?? []).equals(bytesOf(large.slice(0, 2)))).toBe(true);
  found?.close();
});

test('a report that is written once more counts once, and one that was not written to its end keeps all from being kept', () => {
  const write = (keeper: ReportKeeper) => keeper.passing(0, ['one', 'two']);
  const half = new ReportKeeper(store, 'half', 1);
  write(half).next();
  half.keep({ exitCode: 0, notes: [], shards: [] });
  expect(recalled('half')).toBeUndefined();
  const twice = new ReportKeeper(store, 'twice', 1);
  for (let turn = 0; turn < 2; turn++) for (const _ of write(twice));
  twice.keep({ exitCode: 0, notes: [], shards: [] });
  expect(recalled('twice')?.reports).toEqual([Buffer.from('onetwo')]);
  const dropped = new ReportKeeper(store, 'dropped', 1);
  for (const _ of write(dropped));
  dropped.drop();
  expect(readdirSync(directory).sort()).toEqual(['key.layer', 'twice.layer']);
});

test('what is damaged, cut, or kept for something else is as if it were not there', () => {
  keep([['one'], ['two']]);
  const whole = readFileSync(kept('key'));
  expect(recalled()).toBeDefined();
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole);
    damaged[at]! ^= 1;
    writeFileSync(kept('key'), damaged);
    expect(recalled()).toBeUndefined();
    writeFileSync(kept('key'), whole.subarray(0, at));
    expect(recalled()).toBeUndefined();
  }
  writeFileSync(kept('other'), whole);
  expect(recalled('other')).toBeUndefined();
});

test('it counts as long as every shard that was looked into is there as it was', () => {
  mkdirSync(join(db, 'shards'), { recursive: true });
  const digest = `sha256:${createHash('sha256').update('facts').digest('hex')}`;
  keep([['one']], [['debian-12', digest]]);
  expect(recalled('key', db)).toBeUndefined();
  writeFileSync(shardPath(db, digest), 'facts');
  expect(recalled('key', db)).toBeDefined();
  writeFileSync(shardPath(db, digest), 'other');
  expect(recalled('key', db)).toBeUndefined();
});
