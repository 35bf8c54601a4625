import { maxVersionLength, type Ordering, type VersionScheme } from '../scheme.ts';

/**
 * Any text, by the bytes of its UTF-8, which is by code point: a surrogate pair comes after every single unit.
 * @see https://github.com/package-url/vers-spec (special types)
 */
export const lexicographicScheme: VersionScheme<string> = {
  name: 'lexicographic',
  parse: (text) => (text === '' || text.length > maxVersionLength || !text.isWellFormed() ? undefined : text),
  compare: compareCodePoints,
  explain(a, b) {
    const ordering = compareCodePoints(a, b);
    return ordering === 0 ? 'equal' : `text: ${a} ${ordering < 0 ? '<' : '>'} ${b}`;
  },
};

function compareCodePoints(a: string, b: string): Ordering {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left === right) continue;
    const [leftSurrogate, rightSurrogate] = [isSurrogate(left), isSurrogate(right)];
    if (leftSurrogate !== rightSurrogate) return leftSurrogate ? 1 : -1;
    return left < right ? -1 : 1;
  }
  return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
