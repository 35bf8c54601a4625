import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HashIndex } from './hash-index.ts';

test('finds what was added, whatever falls together, and puts new values in the place of dead ones', () => {
  const hashes = fc.array(fc.record({ hash: fc.integer({ min: -3, max: 3 }), dies: fc.boolean() }), {
    maxLength: 3000,
  });
  fc.assert(
    fc.property(hashes, (values) => {
      const dead = new Set<number>();
      const index = new HashIndex(
        (value) => values[value]!.hash,
        (value) => dead.has(value),
      );
      values.forEach(({ hash, dies }, value) => {
        index.add(hash, value);
        if (dies) dead.add(value);
      });
      for (const hash of [-3, 0, 3]) {
        const found: number[] = [];
        for (let slot = index.first(hash); index.at(slot) >= 0; slot = index.next(slot)) found.push(index.at(slot));
        const live = found.filter((value) => !dead.has(value) && values[value]!.hash === hash);
        expect(live.sort((a, b) => a - b)).toEqual(
          values.flatMap((each, value) => (each.hash === hash && !dead.has(value) ? [value] : [])),
        );
      }
    }),
    { numRuns: 30 },
  );
});

test('a place that is taken again and again costs no more each time', () => {
  let last = -1;
  const index = new HashIndex(
    () => 7,
    (value) => value !== last,
  );
  for (let value = 0; value < 300_000; value += 1) {
    last = value;
    index.add(7, value);
  }
  expect(index.at(index.first(7))).toBe(last);
});
