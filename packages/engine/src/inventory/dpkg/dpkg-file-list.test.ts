import { expect, test } from 'vitest';
import { proofFilter } from '../catalogers.ts';
import { shippedProofs } from './dpkg-file-list.ts';

test('keeps what proves a language package, of lists with and without digests', () => {
  const list = [
    '/.',
    '/usr/lib/python3/dist-packages/six-1.16.0.egg-info',
    '/usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO',
    '/usr/lib/python3/dist-packages/six.py',
    '/usr/share/METADATA',
    '/usr/lib/node_modules/npm/package.json',
    '/usr/lib/node_modules/npm/lib/package.json',
  ];
  const kept = [
    'usr/lib/python3/dist-packages/six-1.16.0.egg-info',
    'usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO',
    'usr/lib/node_modules/npm/package.json',
  ];
  expect(shippedProofs(Buffer.from(`${list.join('\n')}\n`), proofFilter)).toEqual(
    kept.map((path) => ({ path, digest: null })),
  );
  const sums = list.map((path) => `${'0a'.repeat(16)}  ${path.slice(1)}`);
  expect(shippedProofs(Buffer.from(sums.join('\n')), proofFilter)).toEqual(
    kept.map((path) => ({ path, digest: '0a'.repeat(16) })),
  );
});

test('one line full of needles, and a line longer than any path, take linear time', () => {
  expect(shippedProofs(Buffer.from('METADATA'.repeat(500_000)), proofFilter)).toEqual([]);
  expect(shippedProofs(Buffer.from('x.dist-info/METADATA\n'.repeat(50_000)), proofFilter).length).toBe(50_000);
});
