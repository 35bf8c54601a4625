import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesGlob } from './glob.ts';
import { matchesPath } from './path-pattern.ts';

describe('matchesPath', () => {
  it.each([
    ['/app/a/b.jar', '/app/*.jar', true],
    ['/app/a/b.jar', 'glob:/app/*.jar', false],
    ['/app/b.jar', 'glob:/app/*.jar', true],
    ['/app/a/b.jar', 'glob:/app/**/*.jar', true],
    ['/app/b.jar', 'glob:/app/**/*.jar', true],
    ['/app/a/b', 'glob:/app/**', true],
    ['/app', 'glob:/app/**', true],
    ['/apple/b', 'glob:/app/**', false],
    ['/a/x/b/x/c', 'glob:/**/x/c', true],
    ['/a/x/b/x/d', 'glob:/**/x/c', false],
    ['/app/b.jar', 'glob:/app/?.jar', true],
    ['/app/b', 'glob:/app', false],
  ])('%s is meant by %s: %s', (path, pattern, expected) => {
    expect(matchesPath(path, pattern)).toBe(expected);
  });

  it('never means more than the plain pattern', () => {
    const name = fc.stringMatching(/^[ab*?]{1,3}$/);
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 6 }), fc.array(name), (names, patterns) => {
        const [path, pattern] = [`/${names.join('/')}`, `/${patterns.join('/')}`];
        const wide = pattern.replaceAll('/**', '*');
        return !matchesPath(path, `glob:${pattern}`) || matchesGlob(path, wide);
      }),
    );
  });
});
