import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { shardPath } from '../advisories/store/store-paths.ts';
import { ReportKeeper, recallReports } from './kept-reports.ts';

const db = mkdtempSync(join(tmpdir(), 'plimsoll-kept-'));
afterAll(() => rmSync(db, { recursive: true, force: true }));

function memory() {
  const kept = new Map<string, Buffer>();
  return {
    kept,
    get: (at: string) => kept.get(at),
    put: (at: string, pieces: Iterable<Buffer>) => void kept.set(at, Buffer.concat([...pieces])),
  };
}

function keep(
  reports: readonly (readonly (string | Uint8Array)[])[],
  shards: readonly (readonly [string, string])[] = [],
) {
  const store = memory();
  const keeper = new ReportKeeper(reports.length);
  for (const [place, pieces] of reports.entries()) for (const _ of keeper.passing(place, pieces));
  keeper.keep(store, 'key', { exitCode: 4, notes: ['a note'], shards });
  return store;
}

const textOf = (pieces: Iterable<Uint8Array>) => Buffer.concat([...pieces]).toString();

test('what was written is written again, however it came in pieces', () => {
  const pieces = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array()));
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 4 }), (reports) => {
      const again = recallReports(keep(reports), 'key', null);
      expect(again).toMatchObject({ exitCode: 4, notes: ['a note'] });
      expect(again?.reports.map(textOf)).toEqual(
        reports.map((own) => textOf(own.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)))),
      );
    }),
    { numRuns: 30 },
  );
});

test('a report that is written once more counts once, and one that was not written to its end keeps all from being kept', () => {
  const [store, keeper] = [memory(), new ReportKeeper(1)];
  const write = () => keeper.passing(0, ['one', 'two']);
  write().next();
  keeper.keep(store, 'key', { exitCode: 0, notes: [], shards: [] });
  expect(store.kept.size).toBe(0);
  for (const _ of write());
  for (const _ of write());
  keeper.keep(store, 'key', { exitCode: 0, notes: [], shards: [] });
  expect(recallReports(store, 'key', null)?.reports.map(textOf)).toEqual(['onetwo']);
});

test('what is damaged, cut, or kept for something else is as if it were not there', () => {
  const store = keep([['one'], ['two']]);
  const whole = store.kept.get('key')!;
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole);
    damaged[at]! ^= 1;
    store.kept.set('key', damaged);
    expect(recallReports(store, 'key', null)).toBeUndefined();
    store.kept.set('key', whole.subarray(0, at));
    expect(recallReports(store, 'key', null)).toBeUndefined();
  }
  store.kept.set('other', whole);
  expect(recallReports(store, 'other', null)).toBeUndefined();
});

test('it counts as long as every shard that was looked into is there as it was', () => {
  mkdirSync(join(db, 'shards'));
  const digest = `sha256:${createHash('sha256').update('facts').digest('hex')}`;
  const store = keep([['one']], [['debian-12', digest]]);
  expect(recallReports(store, 'key', db)).toBeUndefined();
  writeFileSync(shardPath(db, digest), 'facts');
  expect(recallReports(store, 'key', db)).toBeDefined();
  writeFileSync(shardPath(db, digest), 'other');
  expect(recallReports(store, 'key', db)).toBeUndefined();
});
