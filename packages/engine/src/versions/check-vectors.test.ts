import { expect, test } from 'vitest';
import { checkVectors } from './check-vectors.ts';

test('reports each line that disagrees, with its number', () => {
  const text = '# deb versions\n1.0\t<\t1.1\tmine\n\n1.0\t>\t1.1\tmine\textra\r\n1.0-\t=\t1.0\n1.0 < 1.1\n';
  expect(checkVectors('deb', text)).toEqual({
    checked: 4,
    disagreements: [
      { line: 4, text: '1.0\t>\t1.1\tmine\textra', expected: '>', actual: '<' },
      { line: 5, text: '1.0-\t=\t1.0', expected: '=', actual: 'not a version: 1.0-' },
      { line: 6, text: '1.0 < 1.1', expected: 'a vector', actual: 'not a line of this form' },
    ],
  });
});

test('a range file: the options count, nothing is in what is no range, "" is the empty range', () => {
  const text = [
    '1.0.0-a\tout\t*\t-\tx',
    '1.0.0-a\tin\t*\tincludePrerelease\tx',
    'nothing\tout\t*\t-',
    '1.0.0\tout\tblerg\t-',
    '1.0.0\tin\t""\t-',
    '1.0.0\tout\t1\t-',
    '1.0.0\tmaybe\t1\t-',
  ].join('\n');
  const result = checkVectors('npm-ranges', text);
  expect(result).toMatchObject({
    checked: 7,
    disagreements: [{ line: 6, expected: 'out', actual: 'in' }, { line: 7 }],
  });
});

test('a validity file asks what the ecosystem accepts, not what it can order', () => {
  const text = 'invalid\t1.0_foo\nvalid\t1.0_foo\ninvalid\n';
  expect(checkVectors('apk-validity', text)).toMatchObject({ checked: 3, disagreements: [{ line: 2 }, { line: 3 }] });
});

test('a line break in a version that may be valid is written as a backslash and an n', () => {
  expect(checkVectors('rubygems-validity', 'valid\t\\n1.0\ninvalid\t1\\n.0')).toMatchObject({
    checked: 2,
    disagreements: [],
  });
});

test.each(['cobol', 'cobol-ranges', '', '-ranges', 'deb-other'])('%j is an unknown scheme', (name) => {
  expect(checkVectors(name, '1\t<\t2')).toEqual({ unknownScheme: name });
});
