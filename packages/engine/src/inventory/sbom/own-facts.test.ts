import { expect, it } from 'vitest';
import { hashOf, NameHashes } from '../golang/name-set.ts';
import { codeOf } from './own-facts.ts';
import { ownImage } from './own-image.ts';

it('reads back which functions are linked into a Go binary, as this version writes them and as earlier ones did', () => {
  const hashes = new NameHashes();
  hashes.begin(0);
  for (const name of ['runtime', 'runtime.main']) hashes.add(hashOf(Buffer.from(name)));
  const facts = [hashes.toText(), 'AAECAwQFBgc='].map((functions) => ({
    kind: 'go-functions',
    path: '/app',
    functions,
  }));
  expect(codeOf(facts)).toEqual(facts);
  expect(codeOf([{ kind: 'go-functions', path: '/app', functions: 'hashes:\u0000' }])).toBeNull();
});

it('takes of the coverage what it knows, and nothing that stands beside it', () => {
  const counts = { files: 1, bytes: 2, ownedFiles: 1, ownedBytes: 2 };
  const stated = JSON.stringify({ executables: { ...counts, more: 'x' }, libraries: counts });
  const { facts } = ownImage({ properties: new Map([['plimsoll:image:coverage', [stated]]]) });
  expect(facts.coverage).toEqual({ executables: counts, libraries: counts });
});
