import { describe, expect, test } from 'vitest';
import { CatalogError } from '../error.ts';
import { takeInventory } from '../take-inventory.ts';
import { fakeImage } from '../testing/fake-image.ts';
import { parsePythonMetadata } from './python-metadata.ts';

const head = 'Metadata-Version: 2.1\nName: a\nVersion: 1.0\n';

describe('parsePythonMetadata', () => {
  test.each([
    ['License-Expression: MIT OR ISC\nLicense: x\n', ['MIT OR ISC']],
    ['License: BSD-3-Clause\nClassifier: License :: OSI Approved :: BSD License\n', ['BSD-3-Clause']],
    ['License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License\n', ['MIT License']],
    ['License: Copyright (c)\n\tall rights\nClassifier: License :: OSI Approved :: MIT License\n', ['MIT License']],
    ['license: MIT\r\n\r\nLicense: of the description', ['MIT']],
    ['\nLicense: of the description', []],
    [`License: ${'x'.repeat(100_000)}\n`, []],
  ])('licences of %j', (text, licenses) => {
    expect(parsePythonMetadata(Buffer.from(head + text)).licenses).toEqual(licenses);
  });

  test('keeps the name as written', () => {
    expect(parsePythonMetadata(Buffer.from('Name: Zope.Interface_x\nVersion: 1!2.0+l\n'))).toMatchObject({
      name: 'Zope.Interface_x',
      version: '1!2.0+l',
    });
  });

  test.each([
    [''],
    ['Name: a\n'],
    ['Version: 1\n'],
    ['\nName: a\nVersion: 1\n'],
    ['Name: a b\nVersion: 1\n'],
    ['\0'],
    ['Name: a\nVersion: 1\n 2\n'],
  ])('%j is damaged', (text) => {
    expect(() => parsePythonMetadata(Buffer.from(text))).toThrow(CatalogError);
  });
});

test('finds every form that installers leave', async () => {
  const metadata = (name: string) => `Name: ${name}\nVersion: 1\n`;
  const { packages, incomplete } = await takeInventory(
    fakeImage([
      {
        'usr/lib/python3/dist-packages/A_b-1.dist-info/METADATA': metadata('A_b'),
        'usr/lib/python3/dist-packages/c-1.egg-info/PKG-INFO': metadata('c'),
        'usr/lib/python3/dist-packages/d-1.egg-info': metadata('d'),
        'usr/lib/python3/dist-packages/e-1.egg/EGG-INFO/PKG-INFO': metadata('e'),
        'usr/lib/python3/dist-packages/setuptools/_vendor/f-1.dist-info/METADATA': metadata('f'),
        'usr/src/g/PKG-INFO': metadata('g'),
        'usr/share/h/METADATA': metadata('h'),
      },
    ]),
  );
  expect(packages.map(({ purl }) => purl)).toEqual(['a-b', 'c', 'd', 'e', 'f'].map((name) => `pkg:pypi/${name}@1`));
  expect(incomplete).toEqual([]);
});
