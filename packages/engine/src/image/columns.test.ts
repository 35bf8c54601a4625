import { expect, test } from 'vitest';
import { ByteArena } from './byte-arena.ts';
import { giveBack, grown, trimmed } from './columns.ts';

test('the numbers stay when there is more or less room for them', () => {
  const second = grown(Int32Array.of(1, -2, 3), 5);
  expect([...second.subarray(0, 3), second.length]).toEqual([1, -2, 3, 5]);
  const third = trimmed(second, 2);
  expect([...third]).toEqual([1, -2]);
  expect(trimmed(third, 2)).toBe(third);
});

test('what nobody looks into again is given back where it is large, else left alone', () => {
  const small = new Int32Array(1000);
  grown(small, 2000);
  expect(small.length).toBe(1000);
  const large = new Int32Array(2 * 1024 * 1024);
  trimmed(large, 2);
  expect(large.length).toBe(0);
  giveBack(small);
  giveBack(small);
  expect(small.length).toBe(0);
});

test('an arena grows while it copies from itself, and goes on after it was trimmed', () => {
  const arena = new ByteArena(4);
  arena.addText('abc');
  for (let turn = 0; turn < 6; turn += 1) arena.add(arena.bytes, 0, arena.length);
  expect(arena.bytes.toString('latin1', 0, arena.length)).toBe('abc'.repeat(64));
  arena.trim();
  expect(arena.bytes.length).toBe(192);
  arena.addText('d');
  expect(arena.bytes.toString('latin1', 186, arena.length)).toBe('abcabcd');
});
