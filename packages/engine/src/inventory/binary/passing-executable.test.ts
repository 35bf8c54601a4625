import { expect, test } from 'vitest';
import type { FileParts } from '../../image/types.ts';
import { buildElf } from '../testing/elf-builder.ts';
import { PassingExecutable } from './passing-executable.ts';

const MiB = 1024 * 1024;

/** What is kept of a file that passes by in pieces of this size; looked at during the call, after which it is gone. */
function kept(body: Buffer, piece: number, look: (parts: FileParts) => void, watched: Buffer[] | null = null): boolean {
  let found = false;
  const onData = watched === null ? null : (chunk: Buffer) => void watched.push(Buffer.from(chunk));
  const passing = new PassingExecutable(body.length, { bytes: Buffer.alloc(0) }, onData, (parts) => {
    found = true;
    look(parts);
  });
  for (let at = 0; at < body.length; at += piece) passing.data(body.subarray(at, at + piece));
  passing.end();
  return found;
}

test.each([1, 7, 1000, 1 << 20])('a small one is kept whole, in pieces of %i bytes', (piece) => {
  const body = buildElf([{ name: '.text', bytes: Buffer.from('x'.repeat(3000)), address: 0x1000 }]);
  const watched: Buffer[] = [];
  const look = (parts: FileParts) => {
    expect(parts.read(0, body.length)).toEqual(body);
    expect(parts.read(1, body.length)).toBeNull();
  };
  expect(kept(body, piece, look, watched)).toBe(true);
  expect(Buffer.concat(watched)).toEqual(body);
});

test('what is no executable is let go', () => {
  const watched: Buffer[] = [];
  expect(kept(Buffer.from('#!/bin/sh\necho\n'), 5, () => expect.unreachable(), watched)).toBe(false);
  expect(watched).toEqual([]);
});

test.each([1000, 128 * 1024])('of a large one what readers ask for, in pieces of %i bytes', (piece) => {
  const body = buildElf([
    { name: '.text', bytes: Buffer.alloc(20 * MiB, 'x'), address: 0x10000 },
    { name: '.data', bytes: Buffer.alloc(MiB, 'd'), address: 0x9000000, writable: true },
    { name: '.dep-v0', bytes: Buffer.from('crates') },
    { name: '.symtab', bytes: Buffer.alloc(5 * MiB, 's') },
  ]);
  const data = body.indexOf('dddd');
  const look = (parts: FileParts) => {
    expect(parts.read(data, MiB)?.equals(body.subarray(data, data + MiB))).toBe(true);
    expect(parts.read(body.indexOf('crates'), 6)?.toString()).toBe('crates');
    expect(parts.read(body.length - 500, 500)).toEqual(body.subarray(-500));
    expect(parts.read(10 * MiB, 1)).toBeNull();
  };
  expect(kept(body, piece, look)).toBe(true);
});
