import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SoundShards } from './sound-shards.ts';
import { shardPath } from './store-paths.ts';

let db: string;
beforeEach(() => {
  db = mkdtempSync(join(tmpdir(), 'plimsoll-sound-'));
  mkdirSync(join(db, 'shards'));
});
afterEach(() => rmSync(db, { recursive: true, force: true }));

const memory = () => join(db, 'sound.json');

function writeShard(body: string): string {
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  writeFileSync(shardPath(db, digest), body);
  return digest;
}

/** Writes down that the shard is sound, as if it had been there for long. */
function rememberSound(digest: string): void {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(shardPath(db, digest), { bigint: true });
  const files = { [digest]: [dev, ino, size, mtimeNs, ctimeNs].join(' ') };
  writeFileSync(memory(), JSON.stringify({ format: 'plimsoll sound shards 1', files }));
}

test('a shard is sound when its bytes have its digest', () => {
  const digest = writeShard('one');
  expect(new SoundShards(db).isSound(digest)).toBe(true);
  writeFileSync(shardPath(db, digest), 'two');
  expect(new SoundShards(db).isSound(digest)).toBe(false);
  rmSync(shardPath(db, digest));
  expect(new SoundShards(db).isSound(digest)).toBe(false);
});

test('what was just written is not remembered: it may be written again within the same tick', () => {
  const sound = new SoundShards(db);
  expect(sound.isSound(writeShard('one'))).toBe(true);
  sound.remember();
  expect(() => readFileSync(memory())).toThrow();
});

test('what is remembered is not read again, until the file is written', () => {
  const digest = writeShard('one');
  // a digest that its bytes do not have: only who does not read them believes it
  const wrong = `sha256:${'0'.repeat(64)}`;
  writeFileSync(shardPath(db, wrong), 'one');
  rememberSound(wrong);
  expect(new SoundShards(db).isSound(wrong)).toBe(true);
  expect(new SoundShards(db).isSound(digest)).toBe(true);
  const { atime, mtime } = statSync(shardPath(db, wrong));
  writeFileSync(shardPath(db, wrong), 'two');
  // its times set back: when it was changed stays
  utimesSync(shardPath(db, wrong), atime, mtime);
  expect(new SoundShards(db).isSound(wrong)).toBe(false);
});

test.each(['', '{', '[]', 'null', '{"format":"other","files":{}}', '{"format":"plimsoll sound shards 1","files":7}'])(
  'memory that is damaged tells nothing: %s',
  (text) => {
    const digest = writeShard('one');
    writeFileSync(memory(), text);
    expect(new SoundShards(db).isSound(digest)).toBe(true);
    writeFileSync(shardPath(db, digest), 'two');
    expect(new SoundShards(db).isSound(digest)).toBe(false);
  },
);
