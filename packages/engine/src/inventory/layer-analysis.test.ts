import { describe, expect, test } from 'vitest';
import { createLayerAnalyser, type LayerStore } from './layer-analyser.ts';
import { decodeAnalysis, encodeAnalysis, type LayerAnalysis } from './layer-analysis.ts';
import { takeInventory } from './take-inventory.ts';
import { type FakeLayer, fakeImage } from './testing/fake-image.ts';

const layer: FakeLayer = {
  'etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
  'var/lib/dpkg/status': 'Package: a\nStatus: install ok installed\nVersion: 1\n',
  'var/lib/dpkg/info/a.list': '/usr/lib/python3/dist-packages/s-1.egg-info\n',
  'usr/lib/python3/dist-packages/s-1.egg-info': 'Name: s\nVersion: 1\n',
  'node_modules/x/package.json': '{',
  'usr/share/doc/a/copyright': 'Format: x/copyright-format/1.0/\nLicense: MIT\n',
  'bin/sh': { link: 'dash' },
  'bin/ä\n': { hardLink: 'bin/dash' },
  __proto__x: { directory: true },
  tmp: { opaque: true },
  'var/gone': { whiteout: true },
};
const analysis = fakeImage([layer]).layers[0]!.analysis;
const key = { id: 'sha256:1', verified: true };

function memoryStore(): LayerStore & { readonly kept: Map<string, Buffer> } {
  const kept = new Map<string, Buffer>();
  return { kept, get: (at) => kept.get(at), put: (at, pieces) => void kept.set(at, Buffer.concat([...pieces])) };
}

/** Entries in whatever kind of list. */
function plain(given: LayerAnalysis | undefined) {
  return given && { ...given, listing: { ...given.listing, entries: [...given.listing.entries] } };
}

test('what is recalled equals what was kept', async () => {
  const analyser = createLayerAnalyser({ store: memoryStore() });
  expect(analyser.recall(key)).toBe(undefined);
  analyser.keep(key, analysis);
  expect(plain(analyser.recall(key))).toEqual(plain(analysis));
  const image = fakeImage([layer]);
  const warm = { ...image, layers: image.layers.map((each) => ({ ...each, analysis: analyser.recall(key)! })) };
  expect(await takeInventory(warm)).toEqual(await takeInventory(image));
});

test('under another layer nothing is recalled; facts that read no files of their own share what is kept', () => {
  const store = memoryStore();
  createLayerAnalyser({ store }).keep(key, analysis);
  expect(createLayerAnalyser({ store }).recall({ id: 'sha256:2', verified: true })).toBe(undefined);
  expect(plain(createLayerAnalyser({ store, facts: ['files'] }).recall(key))).toEqual(plain(analysis));
  expect(createLayerAnalyser({ store }).recall(key)).toBeDefined();
});

test('without a store nothing is kept', () => {
  const analyser = createLayerAnalyser();
  analyser.keep(key, analysis);
  expect(analyser.recall(key)).toBe(undefined);
});

test('a large analysis is kept in pieces and comes back whole', () => {
  const entries = Array.from({ length: 5000 }, (_, n) => ({
    path: `usr/lib/${n % 100}/ä${n}`,
    type: n % 7 === 0 ? ('symlink' as const) : ('file' as const),
    mode: n % 0o7777,
    uid: n % 3,
    gid: n % 5,
    size: n * 1_000_003,
    linkTarget: n % 7 === 0 ? `../${n}` : null,
  }));
  const paths = entries.map(({ path }) => path);
  const files = new Map(paths.map((path) => [path, { facts: { text: `"${'x'.repeat(200)}` }, damage: null }]));
  const large: LayerAnalysis = {
    listing: {
      entries,
      whiteouts: paths.map((path, at) => ({ path, at })),
      opaque: paths.slice(0, 100).map((path, at) => ({ path, at: at + 1 })),
      problems: [{ code: 'unsafe-path', message: 'm' }],
    },
    parsed: new Map([
      ['one', files],
      ['two', new Map(files)],
    ]),
  };
  const pieces = [...encodeAnalysis('k', large)];
  expect(plain(decodeAnalysis('k', Buffer.concat(pieces)))).toEqual(plain(large));
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(64 * 1024);
});

describe('bytes that are not what was kept', () => {
  const good = Buffer.concat([...encodeAnalysis('k', analysis)]);

  test('under another key', () => {
    expect(decodeAnalysis('other', good)).toBe(undefined);
    expect(plain(decodeAnalysis('k', good))).toEqual(plain(analysis));
  });

  test('cut or changed at any place', () => {
    const step = Math.max(1, Math.floor(good.length / 200));
    for (let at = 0; at < good.length; at += step) {
      expect(decodeAnalysis('k', good.subarray(0, at))).toBe(undefined);
      const changed = Buffer.from(good);
      changed[at]! ^= 1;
      expect(decodeAnalysis('k', changed)).toBe(undefined);
    }
  });
});
