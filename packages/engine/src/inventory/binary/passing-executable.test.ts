import { expect, test } from 'vitest';
import type { FileParts } from '../../image/types.ts';
import { buildElf } from '../testing/elf-builder.ts';
import { PassingExecutable } from './passing-executable.ts';

const MiB = 1024 * 1024;

/** What is kept of a file that passes by in pieces of this size. */
function kept(body: Buffer, piece: number, watched: Buffer[] | null = null): FileParts | null {
  let found: FileParts | null = null;
  const onData = watched === null ? null : (chunk: Buffer) => void watched.push(Buffer.from(chunk));
  const passing = new PassingExecutable(body.length, { bytes: Buffer.alloc(0) }, onData, (parts) => {
    found = parts;
  });
  for (let at = 0; at < body.length; at += piece) passing.data(body.subarray(at, at + piece));
  passing.end();
  return found;
}

test.each([1, 7, 1000, 1 << 20])('a small one is kept whole, in pieces of %i bytes', (piece) => {
  const body = buildElf([{ name: '.text', bytes: Buffer.from('x'.repeat(3000)), address: 0x1000 }]);
  const watched: Buffer[] = [];
  const parts = kept(body, piece, watched)!;
  expect(parts.read(0, body.length)).toEqual(body);
  expect(Buffer.concat(watched)).toEqual(body);
  expect(parts.read(1, body.length)).toBeNull();
});

test('what is no executable is let go', () => {
  const watched: Buffer[] = [];
  expect(kept(Buffer.from('#!/bin/sh\necho\n'), 5, watched)).toBeNull();
  expect(watched).toEqual([]);
});

test.each([1000, 128 * 1024])('of a large one what readers ask for, in pieces of %i bytes', (piece) => {
  const body = buildElf([
    { name: '.text', bytes: Buffer.alloc(20 * MiB, 'x'), address: 0x10000 },
    { name: '.data', bytes: Buffer.alloc(MiB, 'd'), address: 0x9000000, writable: true },
    { name: '.dep-v0', bytes: Buffer.from('crates') },
    { name: '.symtab', bytes: Buffer.alloc(5 * MiB, 's') },
  ]);
  const parts = kept(body, piece)!;
  const data = body.indexOf('dddd');
  expect(parts.read(data, MiB)).toEqual(body.subarray(data, data + MiB));
  expect(parts.read(body.indexOf('crates'), 6)?.toString()).toBe('crates');
  expect(parts.read(body.length - 500, 500)).toEqual(body.subarray(-500));
  expect(parts.read(10 * MiB, 1)).toBeNull();
});
