import { describe, expect, test } from 'vitest';
import { fuzzList, readList } from '../testing/fuzz-lists.ts';
import { zipOf } from '../testing/zip.ts';
import { egg } from './egg.ts';

const path = 'usr/lib/python2.7/site-packages/six-1.16.0-py2.7.egg';
const info = 'Metadata-Version: 1.1\nName: six\nVersion: 1.16.0\nLicense: MIT\n\ntext\n';

describe('a zipped egg', () => {
  test.each([
    ['with metadata', zipOf({ 'six.py': 'x', 'EGG-INFO/PKG-INFO': info }), ['pkg:pypi/six@1.16.0 | MIT']],
    ['without', zipOf({ 'six.py': 'x' }), ['damaged: the Python egg holds no readable EGG-INFO/PKG-INFO']],
    [
      'with metadata beyond all measure',
      zipOf({ 'EGG-INFO/PKG-INFO': { body: info, size: 2 ** 31 } }),
      ['damaged: the Python egg holds no readable EGG-INFO/PKG-INFO'],
    ],
  ])('%s', (_, body, rows) => {
    expect(readList(egg, path, body)).toEqual(rows);
  });

  test('that is no archive', () => {
    expect(readList(egg, path, 'six')).toEqual([expect.stringMatching(/^damaged: /)]);
  });

  test('any bytes', () => fuzzList(egg, path, zipOf({ 'EGG-INFO/PKG-INFO': info })));
});
