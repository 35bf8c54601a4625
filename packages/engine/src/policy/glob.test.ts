import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchesGlob } from './glob.ts';

it.each([
  ['', '', true],
  ['', '*', true],
  ['', '?', false],
  ['a', '', false],
  ['abc', 'a*c', true],
  ['abc', 'a*b', false],
  ['abc', 'a?c', true],
  ['abcabd', '*ab?', true],
  ['a/b/c', 'a/*', true],
  ['a.b', 'a?b', true],
  ['axb', 'a.b', false],
  ['[a]', '[a]', true],
  ['a*b', 'a*b', true],
  ['mississippi', 'm*iss*ip*i', true],
  ['mississippi', 'm*iss*ix*i', false],
])('%s and %s: %s', (text, pattern, expected) => {
  expect(matchesGlob(text, pattern)).toBe(expected);
});

it('is what a regular expression says', () => {
  const letters = (alphabet: string) =>
    fc.array(fc.constantFrom(...alphabet), { maxLength: 10 }).map((each) => each.join(''));
  fc.assert(
    fc.property(letters('ab'), letters('ab*?'), (text, pattern) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
      expect(matchesGlob(text, pattern)).toBe(expression.test(text));
    }),
    { seed: 3, numRuns: 2000 },
  );
});

it('is fast on what makes others slow', () => {
  expect(matchesGlob('a'.repeat(20_000), `${'*a'.repeat(100)}*b`)).toBe(false);
});
