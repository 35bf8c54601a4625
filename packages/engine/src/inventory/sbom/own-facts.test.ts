import { expect, it } from 'vitest';
import { hashOf, NameHashes } from '../golang/name-set.ts';
import { codeOf } from './own-facts.ts';

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
