import { describe, expect, test } from 'vitest';
import { proofFilter } from '../catalogers.ts';
import { parseApkInstalled } from './apk-installed.ts';

const musl =
  'C:Q1abc=\nP:musl\nV:1.2.3-r5\nA:x86_64\no:musl-src\nL:MIT\nF:lib\nR:libc.so\na:0:0:755\nF:usr/share\nR:x\n';

const libc = { path: 'lib/libc.so', digest: null };

test('reads name, version, architecture, origin and licence', () => {
  expect(parseApkInstalled(`${musl}\n`, proofFilter)).toEqual({
    packages: [
      {
        name: 'musl',
        version: '1.2.3-r5',
        arch: 'x86_64',
        origin: 'musl-src',
        license: 'MIT',
        checksum: 'Q1abc=',
        proofs: [libc],
      },
    ],
    damage: null,
  });
});

test('a package without origin is its own source', () => {
  expect(parseApkInstalled('P:.deps\nV:0\n\n', proofFilter).packages).toEqual([
    { name: '.deps', version: '0', arch: null, origin: '.deps', license: null, checksum: null, proofs: [] },
  ]);
});

test('of the files, keeps those that prove language packages, and libraries', () => {
  const sum = `Z:Q1${Buffer.alloc(20, 0xab).toString('base64')}`;
  const files = `F:x-1.dist-info\nR:METADATA\na:0:0:644\n${sum}\nR:RECORD\n${sum}\nF:y-1.dist-info\nR:METADATA\nF:usr\nR:METADATA\n${sum}\n`;
  const { packages } = parseApkInstalled(`P:py3-six\nV:1\n${files}\n${musl}`, proofFilter);
  expect(packages.map(({ proofs }) => proofs)).toEqual([
    [
      { path: 'x-1.dist-info/METADATA', digest: 'ab'.repeat(20) },
      { path: 'y-1.dist-info/METADATA', digest: null },
    ],
    [libc],
  ]);
});

describe('damage is told, and what can be read is listed', () => {
  test.each([
    ['no version', 'P:a\n\n'],
    ['no name', 'V:1\n\n'],
    ['a line that is no field', 'garbage\n\n'],
    ['bytes that are no text', '\u0000\n\n'],
    ['no final line end', 'P:a\nV:1'],
  ])('%s', (_, text) => {
    const { packages, damage } = parseApkInstalled(`${musl}\n${text}`, proofFilter);
    expect(damage).toEqual(expect.any(String));
    expect(packages[0]?.name).toBe('musl');
  });

  test('cut inside a line', () => {
    for (let length = 1; length < musl.length; length += 1) {
      if (musl[length - 1] === '\n') continue;
      expect(parseApkInstalled(musl.slice(0, length), proofFilter).damage, `cut at ${length}`).not.toBe(null);
    }
  });
});

test('long lines and many entries take linear time', () => {
  expect(parseApkInstalled(`P:a\nV:1\nD:${'x'.repeat(4_000_000)}\n\n`, proofFilter).packages.length).toBe(1);
  expect(parseApkInstalled('P:a\nV:1\n\n'.repeat(200_000), proofFilter).packages.length).toBe(200_000);
});
