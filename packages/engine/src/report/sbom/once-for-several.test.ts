import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onceForSeveral } from './once-for-several.ts';

describe('what several documents have in common', () => {
  it('is made for every second of them, and is the same', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (pieces) => {
        const once = onceForSeveral();
        const result = {};
        let made = 0;
        const make = () => {
          made++;
          return pieces;
        };
        const texts = [1, 2, 3].map(() => [...once(result, make)]);
        expect(texts).toEqual([pieces, pieces, pieces]);
        expect(made).toBe(2);
        expect([...once({}, () => ['other'])]).toEqual(['other']);
      }),
    );
  });

  it('may be long', () => {
    const once = onceForSeveral();
    const pieces = Array.from({ length: 3000 }, (_, at) => `é${at}${'x'.repeat(1000)}`);
    const key = {};
    expect([...once(key, () => pieces)]).toEqual(pieces);
    expect([...once(key, () => [])]).toEqual(pieces);
  });
});
