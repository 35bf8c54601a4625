import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
  openLayerCache({ directory: inner }).put('k1', [Buffer.from('one')]);
  expect(openLayerCache({ directory: inner }).get('k1')?.toString()).toBe('one');
  expect(readdirSync(inner)).toEqual(['k1.layer']);
});

test('a later put replaces what was there', () => {
  const cache = openLayerCache({ directory });
  writeFileSync(join(directory, 'k.layer'), 'damaged');
  cache.put('k', [Buffer.from('good')]);
  expect(cache.get('k')?.toString()).toBe('good');
});

test('the oldest go when it grows over its bound; foreign files stay', () => {
  writeFileSync(join(directory, 'README'), 'x'.repeat(5000));
  const cache = openLayerCache({ directory, maxBytes: 1000 });
  for (let n = 0; n < 5; n += 1) {
    cache.put(`k${n}`, [Buffer.alloc(300)]);
    if (n < 3) utimesSync(join(directory, `k${n}.layer`), 1000 + n, 1000 + n);
  }
  const kept = readdirSync(directory);
  expect(kept).toContain('k4.layer');
  expect(kept).toContain('README');
  expect(kept).not.toContain('k0.layer');
  expect(kept).not.toContain('k1.layer');
  expect(kept.filter((name) => name.endsWith('.layer')).length).toBe(3);
});

test('what it cannot have written is not opened, and replaced where that is possible', ({ skip }) => {
  skip(process.platform === 'win32', 'needs pipes and links');
  const cache = openLayerCache({ directory, maxBytes: 1000 });
  const at = (name: string) => join(directory, `${name}.layer`);
  execFileSync('mkfifo', [at('pipe')]);
  symlinkSync('/dev/zero', at('device'));
  writeFileSync(join(directory, 'elsewhere'), 'x');
  symlinkSync('elsewhere', at('link'));
  symlinkSync('loop.layer', at('loop'));
  writeFileSync(at('large'), Buffer.alloc(1001));
  mkdirSync(at('folder'));
  for (const name of ['pipe', 'device', 'link', 'loop', 'large', 'folder']) expect(cache.get(name)).toBe(undefined);
  for (const name of ['pipe', 'device', 'link', 'loop', 'large']) {
    cache.put(name, [Buffer.from(name)]);
    expect(cache.get(name)?.toString()).toBe(name);
  }
  expect(readFileSync(join(directory, 'elsewhere'), 'utf8')).toBe('x');
});

test('a directory among the files does not end the eviction', () => {
  const cache = openLayerCache({ directory, maxBytes: 1000 });
  mkdirSync(join(directory, 'k.layer'));
  utimesSync(join(directory, 'k.layer'), 1, 1);
  for (let n = 0; n < 10; n += 1) cache.put(`k${n}`, [Buffer.alloc(300)]);
  expect(readdirSync(directory).length).toBeLessThan(5);
});

test('what alone exceeds the bound is not kept', () => {
  const cache = openLayerCache({ directory, maxBytes: 10 });
  cache.put('k', [Buffer.alloc(11)]);
  expect(readdirSync(directory)).toEqual([]);
});

test('what a crashed run left unfinished goes with the oldest', () => {
  writeFileSync(join(directory, 'k0.1-aa.tmp'), Buffer.alloc(900));
  utimesSync(join(directory, 'k0.1-aa.tmp'), 1, 1);
  openLayerCache({ directory, maxBytes: 1000 }).put('k1', [Buffer.alloc(300)]);
  expect(readdirSync(directory)).toEqual(['k1.layer']);
});

test('a place that is no directory is no reason to fail', () => {
  const file = join(directory, 'file');
  writeFileSync(file, 'x');
  const cache = openLayerCache({ directory: file });
  cache.put('k', [Buffer.from('y')]);
  expect(cache.get('k')).toBe(undefined);
  expect(readFileSync(file, 'utf8')).toBe('x');
});

test('what was used lately stays, although it was kept first', () => {
  const cache = openLayerCache({ directory, maxBytes: 1000 });
  for (const [name, age] of [
    ['k0', 3],
    ['k1', 2],
    ['k2', 1],
  ] as const) {
    cache.put(name, [Buffer.alloc(300)]);
    const then = Date.now() / 1000 - age * 86_400;
    utimesSync(join(directory, `${name}.layer`), then, then);
  }
  expect(cache.get('k0')?.length).toBe(300);
  cache.put('k3', [Buffer.alloc(300)]);
  expect(readdirSync(directory).sort()).toEqual(['k0.layer', 'k2.layer', 'k3.layer']);
});

test('files that another process added count', () => {
  const cache = openLayerCache({ directory, maxBytes: 1600 });
  cache.put('k0', [Buffer.alloc(200)]);
  for (let n = 0; n < 5; n += 1) {
    writeFileSync(join(directory, `other${n}.layer`), Buffer.alloc(400));
    utimesSync(join(directory, `other${n}.layer`), 1000 + n, 1000 + n);
  }
  cache.put('k1', [Buffer.alloc(200)]);
  expect(heldBytes(directory)).toBeLessThanOrEqual(1600);
  expect(readdirSync(directory)).toContain('k1.layer');
});

function heldBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

describe('eight processes at once', () => {
  const user = fileURLToPath(new URL('./testing/cache-user.ts', import.meta.url));
  const maxBytes = 20 * 4096;
  const run = (seed: number) => {
    const args = [user, directory, String(seed), '150', '4096', String(maxBytes)];
    return promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', ...args]);
  };

  test('see whole files alone, find what others kept, and stay within the bound', async () => {
    const hits = (await Promise.all(Array.from({ length: 8 }, (_, seed) => run(seed)))).map(({ stdout }) =>
      Number(stdout),
    );
    expect(Math.min(...hits)).toBeGreaterThan(0);
    // each process may add a sixteenth before it looks at the others' files
    expect(heldBytes(directory)).toBeLessThanOrEqual(maxBytes * 1.5 + 8 * 4096);
    expect(readdirSync(directory).filter((name) => !name.endsWith('.layer'))).toEqual([]);
  });

  test('and go on when the directory is taken away under them', async () => {
    let running = true;
    const users = Promise.all(Array.from({ length: 8 }, (_, seed) => run(seed))).finally(() => {
      running = false;
    });
    let taken = 0;
    while (running) {
      const away = `${directory}-away-${taken}`;
      try {
        renameSync(directory, away);
        taken += 1;
      } catch {
        // nobody has made it again yet
      }
      // a file may still be on its way into it
      rmSync(away, { recursive: true, force: true, maxRetries: 20, retryDelay: 5 });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await users;
    expect(taken).toBeGreaterThan(0);
  });
});

/** A file system of 64 KiB; false where none can be mounted (no root). */
function mounted(place: string, options: string): boolean {
  mkdirSync(place);
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=64k,${options}`, 'plimsoll-test', place]).status === 0;
}

test('a full disk is no reason to fail', ({ skip }) => {
  const place = join(directory, 'small');
  if (!mounted(place, 'rw')) skip('needs root, to mount a small file system');
  try {
    const cache = openLayerCache({ directory: place });
    cache.put('k0', [Buffer.alloc(8192, 'a')]);
    cache.put('k1', [Buffer.alloc(200_000, 'b')]);
    expect(readdirSync(place)).toEqual(['k0.layer']);
    expect(cache.get('k0')?.length).toBe(8192);
  } finally {
    spawnSync('umount', [place]);
  }
});

test('a directory that cannot be written to is read all the same', ({ skip }) => {
  const place = join(directory, 'small');
  if (!mounted(place, 'rw')) skip('needs root, to mount a small file system');
  try {
    openLayerCache({ directory: place }).put('k0', [Buffer.from('one')]);
    utimesSync(join(place, 'k0.layer'), 1000, 1000);
    if (spawnSync('mount', ['-o', 'remount,ro', place]).status !== 0) skip('needs root, to mount a file system');
    const cache = openLayerCache({ directory: place });
    cache.put('k1', [Buffer.from('two')]);
    expect(cache.get('k0')?.toString()).toBe('one');
    expect(cache.get('k1')).toBe(undefined);
  } finally {
    spawnSync('umount', [place]);
  }
});
