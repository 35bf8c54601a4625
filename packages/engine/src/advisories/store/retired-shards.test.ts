import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempDirectory } from '../testing/make-mirror.ts';
import type { Catalog, ShardInfo } from '../types.ts';
import { emptyTemp, removeRetiredShards } from './retired-shards.ts';
import { makeStore, shardPath, tempPath } from './store-paths.ts';

const hour = 3600_000;
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

test('a shard goes a day after it lost its place, however old its file is', () => {
  using dir = tempDirectory();
  makeStore(dir.path);
  const [kept, replaced, orphan] = ['a', 'b', 'c'].map((letter) => shardPath(dir.path, digest(letter)));
  for (const path of [kept, replaced, orphan]) {
    writeFileSync(path!, 'x');
    utimesSync(path!, 1000, 1000);
  }
  const catalog = { schemaVersion: 1, shards: [{ digest: digest('a') }] } as unknown as Catalog;
  const previous = (...letters: string[]) => letters.map((letter) => ({ digest: digest(letter) }) as ShardInfo);
  const now = 2_000_000_000_000;
  const there = () => [kept, replaced, orphan].map((path) => existsSync(path!));
  removeRetiredShards(dir.path, previous('a', 'b'), catalog, now);
  expect(there()).toEqual([true, true, false]);
  removeRetiredShards(dir.path, previous('a'), catalog, now + 23 * hour);
  expect(there()).toEqual([true, true, false]);
  removeRetiredShards(dir.path, previous('a'), catalog, now + 25 * hour);
  expect(there()).toEqual([true, false, false]);
});

test('what a killed writer left is cleared', () => {
  using dir = tempDirectory();
  makeStore(dir.path);
  const left = join(tempPath(dir.path), 'stage-1-1.sqlite');
  writeFileSync(left, 'x');
  emptyTemp(dir.path);
  expect(existsSync(left)).toBe(false);
});
