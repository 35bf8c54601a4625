import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesWith } from './lines-with.ts';

const needles = ['package.json', 'METADATA', '.jar', '.war', '.so', 'bin/', 'sbin/', '.R', '//', 'lower'] as const;

function found(text: string, wanted: readonly string[] = needles): readonly string[] {
  const body = Buffer.from(text);
  return linesWith(body, wanted).map(({ start, end }) => body.toString('utf8', start, end));
}

test.each([
  ['/usr/a.jar\n/usr/b\n/usr/c.jar', ['/usr/a.jar', '/usr/c.jar']],
  ['/node_modules/a/package.json\n/x/package.jso\n', ['/node_modules/a/package.json']],
  ['/usr/bin/ls\n/usr/binary\n/usr/bin\n', ['/usr/bin/ls']],
  ['/a-1.dist-info/METADATA\n', ['/a-1.dist-info/METADATA']],
  ['/lib/x.so.1\nx.so\n.so', ['/lib/x.so.1', 'x.so', '.so']],
  ['.jar.jar/.war bin/\n.ja\nr\n', ['.jar.jar/.war bin/']],
  ['a.R\n', ['a.R']],
  ['\n\n.jar\n\n', ['.jar']],
  ['.j', []],
  ['', []],
])('%j', (text, lines) => {
  expect(found(text)).toEqual(lines);
});

test('an empty needle is in every line, and no reason to go on for ever', () => {
  expect(found('a\n\nb.jar\nc', ['', '.jar'])).toEqual(['a', '', 'b.jar', 'c']);
  expect(found('', [''])).toEqual([]);
});

test('the same lines as looking for every needle in every line', () => {
  const piece = fc.constantFrom(
    ...needles,
    '\n',
    '\n',
    '.',
    '/',
    'j',
    'ja',
    'ar',
    'in',
    'é',
    'package',
    '.s',
    'o',
    'low',
    'META',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.subarray([...needles], { minLength: 1 }), (pieces, some) => {
      const text = pieces.join('');
      expect(found(text, some)).toEqual(
        text.split('\n').filter((line) => some.some((needle) => line.includes(needle))),
      );
    }),
    { seed: 20261123, numRuns: 2000 },
  );
});
