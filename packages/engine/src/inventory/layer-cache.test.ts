import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLayerCache } from './layer-cache.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plimsoll-cache-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

test('keeps bytes for the next run, in a directory that it makes, for this user alone', () => {
  const inner = join(directory, 'a', 'b');
  expect(openLayerCache({ directory: inner }).get('k1')).toBe(undefined);
  openLayerCache({ directory: inner }).put('k1', Buffer.from('one'));
  expect(openLayerCache({ directory: inner }).get('k1')?.toString()).toBe('one');
  expect(readdirSync(inner)).toEqual(['k1.layer']);
});

test('a later put replaces what was there', () => {
  const cache = openLayerCache({ directory });
  writeFileSync(join(directory, 'k.layer'), 'damaged');
  cache.put('k', Buffer.from('good'));
  expect(cache.get('k')?.toString()).toBe('good');
});

test('the oldest go when it grows over its bound; foreign files stay', () => {
  writeFileSync(join(directory, 'README'), 'x'.repeat(5000));
  const cache = openLayerCache({ directory, maxBytes: 1000 });
  for (let n = 0; n < 5; n += 1) {
    cache.put(`k${n}`, Buffer.alloc(300));
    if (n < 3) utimesSync(join(directory, `k${n}.layer`), 1000 + n, 1000 + n);
  }
  const kept = readdirSync(directory);
  expect(kept).toContain('k4.layer');
  expect(kept).toContain('README');
  expect(kept).not.toContain('k0.layer');
  expect(kept).not.toContain('k1.layer');
  expect(kept.filter((name) => name.endsWith('.layer')).length).toBe(3);
});

test('what alone exceeds the bound is not kept', () => {
  const cache = openLayerCache({ directory, maxBytes: 10 });
  cache.put('k', Buffer.alloc(11));
  expect(readdirSync(directory)).toEqual([]);
});

test('what a crashed run left unfinished goes with the oldest', () => {
  writeFileSync(join(directory, 'k0.1-aa.tmp'), Buffer.alloc(900));
  utimesSync(join(directory, 'k0.1-aa.tmp'), 1, 1);
  openLayerCache({ directory, maxBytes: 1000 }).put('k1', Buffer.alloc(300));
  expect(readdirSync(directory)).toEqual(['k1.layer']);
});

test('a place that is no directory is no reason to fail', () => {
  const file = join(directory, 'file');
  writeFileSync(file, 'x');
  const cache = openLayerCache({ directory: file });
  cache.put('k', Buffer.from('y'));
  expect(cache.get('k')).toBe(undefined);
  expect(readFileSync(file, 'utf8')).toBe('x');
});
