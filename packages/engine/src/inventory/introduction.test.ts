import { describe, expect, test } from 'vitest';
import type { PathHistory } from './cataloger.ts';
import { introductions } from './introduction.ts';

type Change = readonly [layer: number, path: string, keys: string | null];

function since(...changes: readonly Change[]): Readonly<Record<string, number>> {
  const history: PathHistory<string> = changes.map(([layer, path, facts]) => ({ layer, path, facts }));
  return Object.fromEntries(introductions(history, (facts) => facts));
}

describe('introductions', () => {
  test.each<[string, readonly Change[], Readonly<Record<string, number>>]>([
    ['nothing', [], {}],
    [
      'rewritten',
      [
        [0, 'p', 'ab'],
        [3, 'p', 'abc'],
      ],
      { a: 0, b: 0, c: 3 },
    ],
    [
      'left out once',
      [
        [0, 'p', 'ab'],
        [1, 'p', 'b'],
        [2, 'p', 'ab'],
      ],
      { a: 2, b: 0 },
    ],
    [
      'removed',
      [
        [0, 'p', 'a'],
        [1, 'p', null],
      ],
      {},
    ],
    [
      'removed and written by the same layer',
      [
        [0, 'p', 'a'],
        [1, 'p', null],
        [1, 'p', 'ab'],
      ],
      { a: 0, b: 1 },
    ],
    [
      'moved by one layer',
      [
        [0, 'p', 'a'],
        [1, 'p', null],
        [1, 'q', 'a'],
      ],
      { a: 0 },
    ],
    [
      'moved, written before removed',
      [
        [0, 'p', 'a'],
        [1, 'q', 'a'],
        [1, 'p', null],
      ],
      { a: 0 },
    ],
    [
      'in two files, then in one',
      [
        [0, 'p', 'a'],
        [1, 'q', 'a'],
        [2, 'p', null],
      ],
      { a: 0 },
    ],
    [
      'listed twice in one file',
      [
        [0, 'p', 'aa'],
        [1, 'p', null],
      ],
      {},
    ],
  ])('%s', (_, changes, want) => {
    expect(since(...changes)).toEqual(want);
  });

  test('a thousand layers that each change one of many files', () => {
    const many = Array.from({ length: 50_000 }, (_, n): Change => [0, `p${n}`, 'a']);
    const later = Array.from({ length: 1000 }, (_, n): Change => [n + 1, `p${n}`, 'ab']);
    expect(since(...many, ...later)).toEqual({ a: 0, b: 1 });
  });
});
