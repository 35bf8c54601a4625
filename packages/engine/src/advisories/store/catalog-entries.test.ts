import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tempDirectory } from '../testing/make-mirror.ts';
import type { ShardInfo } from '../types.ts';
import { catalogText, parseCatalog } from './catalog.ts';
import { readEntries } from './catalog-entries.ts';
import { SoundShards } from './sound-shards.ts';
import { catalogPath } from './store-paths.ts';

const shard = (name: string, more: Partial<ShardInfo> = {}): ShardInfo => ({
  name,
  digest: `sha256:${'a'.repeat(64)}`,
  size: 1,
  records: 2,
  kind: 'advisories',
  licenses: ['© Somebody, "quoted"'],
  feeds: [],
  dataDate: null,
  checkedAt: '2026-08-22',
  ...more,
});
const shards = [shard('debian-1'), shard('debian-12'), shard('debian-12-texts', { kind: 'texts' }), shard('npm')];

/** What is asked when a check of the whole file is not due any more. */
const known = { isSoundCatalog: () => true };
const names = [
  ...shards.map(({ name }) => name),
  'debian',
  'wolfi',
  'a"b',
  'npm","digest',
  'debian-1",\n  {"name":"npm',
];

it('gives the entries that reading the whole catalog gives', () => {
  using dir = tempDirectory();
  const { text } = catalogText(shards);
  writeFileSync(catalogPath(dir.path), text);
  const whole = new Map(parseCatalog(text, 'catalog').shards.map((info) => [info.name, info]));
  for (const sound of [known, { isSoundCatalog: (_fd: number, check: () => boolean) => check() }]) {
    const entries = readEntries(dir.path, sound);
    for (const name of names) expect(entries.get(name)).toEqual(whole.get(name));
    expect(entries.all()).toEqual([...whole.values()]);
  }
});

it('checks a catalog that was written since as a whole, and one that was not once', () => {
  using dir = tempDirectory();
  const path = catalogPath(dir.path);
  const isChecked = (): boolean => {
    const sound = new SoundShards(dir.path);
    let checked = false;
    const isSoundCatalog: SoundShards['isSoundCatalog'] = (fd, check) =>
      sound.isSoundCatalog(fd, () => {
        checked = true;
        return check();
      });
    expect(readEntries(dir.path, { isSoundCatalog }).get('npm')).toEqual(shards[3]);
    sound.remember();
    return checked;
  };
  writeFileSync(path, catalogText(shards).text);
  expect([isChecked(), isChecked()]).toEqual([true, true]);
  // a file that was just changed is not remembered; its times cannot be set back, so the clock is ahead
  const now = Date.now;
  Date.now = () => now() + 60_000;
  try {
    expect([isChecked(), isChecked()]).toEqual([true, false]);
    utimesSync(path, 1, 1);
    expect(isChecked()).toBe(true);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"size":1', '"size":"1"'));
    expect(() => isChecked()).toThrow(expect.objectContaining({ code: 'catalog-malformed' }));
  } finally {
    Date.now = now;
  }
});

it('remembers no catalog that is written in another way, and reads it', () => {
  using dir = tempDirectory();
  writeFileSync(catalogPath(dir.path), JSON.stringify({ schemaVersion: 1, shards }, null, 2));
  const answers: boolean[] = [];
  const isSoundCatalog: SoundShards['isSoundCatalog'] = (_fd, check) => {
    answers.push(check());
    return answers.at(-1)!;
  };
  expect(readEntries(dir.path, { isSoundCatalog }).get('npm')).toEqual(shards[3]);
  expect(answers).toEqual([false]);
});
