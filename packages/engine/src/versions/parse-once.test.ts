import { expect, it } from 'vitest';
import { parseOnce } from './parse-once.ts';
import { findScheme } from './schemes.ts';
import { semverScheme } from './semver/semver-scheme.ts';

it('parses a version once, each scheme for itself', () => {
  const parsed: string[] = [];
  const parse = (text: string) => {
    parsed.push(text);
    return semverScheme.parse(text);
  };
  const scheme = { ...semverScheme, parse };
  const first = parseOnce(scheme, '1.2.3');
  expect(first).toEqual(semverScheme.parse('1.2.3'));
  expect(parseOnce(scheme, '1.2.3')).toBe(first);
  expect(parsed).toEqual(['1.2.3']);
  expect(parseOnce(findScheme('deb')!, '1.2.3')).toEqual(findScheme('deb')!.parse('1.2.3'));
});

it('says the same of what is no version, and of more versions than it remembers', () => {
  for (const text of ['', 'not a version', `1.${'0'.repeat(2000)}`, `1.0-${'a'.repeat(100)}`])
    for (const _ of [1, 2]) expect(parseOnce(semverScheme, text)).toEqual(semverScheme.parse(text));
  for (let at = 0; at < 5000; at += 1) parseOnce(semverScheme, `1.${at}`);
  expect(parseOnce(semverScheme, '1.0')).toEqual(semverScheme.parse('1.0'));
});
