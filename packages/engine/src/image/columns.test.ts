import { expect, test } from 'vitest';
import { ByteArena } from './byte-arena.ts';
import { giveBack, grown, trimmed } from './columns.ts';

test('what was grown out of, or trimmed, is given back, and the numbers stay', () => {
  const first = Int32Array.of(1, -2, 3);
  const second = grown(first, 5);
  expect([...second.subarray(0, 3), second.length]).toEqual([1, -2, 3, 5]);
  expect(first.length).toBe(0);
  const third = trimmed(second, 2);
  expect([...third]).toEqual([1, -2]);
  expect(second.length).toBe(0);
  expect(trimmed(third, 2)).toBe(third);
  giveBack(third);
  giveBack(third);
  expect(third.length).toBe(0);
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
