import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { archiveIdentity, archiveKey, keepSubjectKey, recallSubjectKey } from './unchanged-archive.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-archive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const tar = join(folder, 'app.tar');
writeFileSync(tar, 'an image');

/** As if some time had gone by since the file was written. */
function later<T>(look: () => T): T {
  vi.setSystemTime(Date.now() + 3000);
  try {
    return look();
  } finally {
    vi.useRealTimers();
  }
}

test('a file is told by what it is, however it is named', () => {
  const plain = later(() => archiveIdentity(tar));
  expect(plain).toMatch(/^file:/);
  const names = [`file://${tar}`, `docker-archive:${tar}`, `oci-archive:${tar}:web:1.0`, `${tar}:web`];
  expect(later(() => names.map(archiveIdentity))).toEqual(names.map(() => plain));
});

test('what is no file of an archive has to be looked at', () => {
  mkdirSync(join(folder, 'layout'));
  const others = [
    folder,
    `${folder}/none.tar`,
    `rootfs:${tar}`,
    `docker:${tar}`,
    `sbom:${tar}`,
    'web:1.0',
    '',
    `x:${tar}`,
  ];
  expect(later(() => others.map(archiveIdentity))).toEqual(others.map(() => null));
});

test('and one that was changed just now may change again without its times telling', () => {
  writeFileSync(tar, 'another one');
  expect(archiveIdentity(tar)).toBeNull();
  expect(later(() => archiveIdentity(tar))).not.toBeNull();
});

test('another content, even with size and times as they were, is another file', () => {
  const { atime, mtime } = statSync(tar);
  const before = later(() => archiveIdentity(tar));
  writeFileSync(tar, 'another two');
  utimesSync(tar, atime, mtime);
  expect(later(() => archiveIdentity(tar))).not.toBe(before);
});

test('what is kept is for these inputs, this name and this file, and undamaged', () => {
  const kept = new Map<string, Buffer>();
  const store = {
    get: (key: string) => kept.get(key),
    put: (key: string, pieces: Iterable<Buffer>) => void kept.set(key, Buffer.concat([...pieces])),
  };
  const key = archiveKey('inputs', 'app.tar', 'file:1');
  const others = [
    archiveKey('i', 'app.tar', 'file:1'),
    archiveKey('inputs', 'b', 'file:1'),
    archiveKey('inputs', 'app.tar', 'file:2'),
  ];
  keepSubjectKey(store, key, 'subject');
  expect(recallSubjectKey(store, key)).toBe('subject');
  expect(new Set([key, ...others]).size).toBe(4);
  const whole = kept.get(key)!;
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole);
    damaged[at]! ^= 1;
    kept.set(key, damaged);
    expect(recallSubjectKey(store, key)).toBeUndefined();
    kept.set(key, whole.subarray(0, at));
    expect(recallSubjectKey(store, key)).toBeUndefined();
  }
  kept.set(others[0]!, whole);
  expect(recallSubjectKey(store, others[0]!)).toBeUndefined();
});
