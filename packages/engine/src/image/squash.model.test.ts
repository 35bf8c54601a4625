import fc from 'fast-check';
import { expect, it } from 'vitest';
import { squash } from './squash.ts';
import { FlatModel, madeOf } from './testing/flat-model.ts';
import { layer } from './testing/listing.ts';

it('is what extracting layer after layer gives', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const target = fc
    .tuple(fc.constantFrom('', '', '', '/', '../', '../../', 'a/../', 'b/../', 'c/../../', 'a/b/../../'), path)
    .map(([start, rest]) => `${start}${rest}`);
  const line = fc.oneof(
    { weight: 5, arbitrary: path },
    { weight: 3, arbitrary: path.map((at) => `${at}/`) },
    { weight: 2, arbitrary: fc.tuple(path, target).map(([at, to]) => `${at} -> ${to}`) },
    { weight: 2, arbitrary: fc.tuple(path, path).map(([at, to]) => `${at} = ${to}`) },
    { weight: 2, arbitrary: path.map((at) => at.replace(/([^/]+)$/, '.wh.$1')) },
    { weight: 1, arbitrary: path.map((at) => `${at}/.wh..wh..opq`) },
  );
  const layers = fc.array(fc.array(line, { maxLength: 8 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(layers, (lines) => {
      const listings = lines.map((each) => layer(...each));
      const model = new FlatModel();
      listings.forEach((listing, index) => {
        model.apply(listing, index);
      });
      const expected = [...model.at]
        .filter(([, node]) => node.type !== 'directory')
        .map(([at, node]) => `${at} ${node.made}`);
      const view = squash(listings);
      const found = [...view.files()].map((node) => `${node.path} ${madeOf(node.entry, node.layer)}`);
      expect(found.sort()).toEqual(expected.sort());
      for (const [at, { type, made }] of model.at) {
        const { entry, layer: index } = view.lstat(at)!;
        expect([entry.type, madeOf(entry, index)]).toEqual([type, made]);
      }
    }),
    { numRuns: 3000, seed: 7 },
  );
});
