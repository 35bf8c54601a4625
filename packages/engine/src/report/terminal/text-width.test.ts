import { describe, expect, it } from 'vitest';
import { splitAtWidth, textWidth, truncate } from './text-width.ts';

describe('text width', () => {
  it.each([
    ['', 0],
    ['openssl', 7],
    ['bücher', 6],
    ['u\u0308', 1],
    ['漢字', 4],
    ['한국', 4],
    ['🚀', 2],
    ['→…·✗', 4],
  ])('%j takes %i cells', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  it.each([
    ['openssl', 7, 'openssl'],
    ['openssl', 6, 'opens…'],
    ['漢字漢字', 5, '漢字…'],
    ['漢字漢字', 4, '漢…'],
    ['apt-get install', 9, 'apt-get…'],
    ['abc', 1, 'a'],
  ])('%j is cut to %i cells as %j', (text, width, expected) => {
    expect(truncate(text, width, '…')).toBe(expected);
  });

  it('splits without losing a character, and always gets on', () => {
    expect(splitAtWidth('漢字x', 3)).toEqual(['漢', '字x']);
    expect(splitAtWidth('漢字', 1)).toEqual(['漢', '字']);
    expect(splitAtWidth('', 3)).toEqual(['', '']);
  });
});
