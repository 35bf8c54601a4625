import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeInventory } from './take-inventory.ts';
import { type FakeLayer, fakeImage } from './testing/fake-image.ts';
import type { Inventory } from './types.ts';

const stanza = (name: string, version: number) =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: all\nVersion: ${version}\n\n`;
const rpmLine = (name: string, version: number) =>
  `${name}\t${version}-1\t1\t1\tV\t(none)\t1\tnoarch\t0\t${name}-${version}-1.src.rpm\n`;
const manifest = (name: string, version: number) => `{"name":"${name}","version":"${version}"}`;

/** Paths that hide and replace each other in many ways, each with what may be written there. */
const files: readonly (readonly [path: string, bodies: readonly string[]])[] = [
  ['etc/os-release', ['ID=debian\nVERSION_ID=12\n', 'ID=alpine\n', '']],
  ['var/lib/dpkg/status', [stanza('a', 1), stanza('a', 2) + stanza('b', 1), 'Package: broken\n']],
  ['var/lib/dpkg/status.d/c', ['Package: c\nVersion: 1\n', 'Package: c\nVersion: 2\n']],
  ['var/lib/dpkg/info/a.list', ['/app/node_modules/x/package.json\n', '/app/node_modules/y/package.json\n']],
  ['lib/apk/db/installed', ['P:m\nV:1\n\n', 'P:m\nV:2\n\nP:n\nV:1\n\n']],
  ['var/lib/rpmmanifest/container-manifest-2', [rpmLine('r', 1), rpmLine('r', 2) + rpmLine('s', 1), 'broken\n']],
  ['usr/lib/opkg/status', [stanza('o', 1), stanza('o', 2) + stanza('q', 1), 'Package: broken\n']],
  ['usr/lib/opkg/info/o.list', ['/app/node_modules/x/package.json\n', '/app/node_modules/y/package.json\n']],
  ['var/lib/pacman/local/t-1-1/desc', ['%NAME%\nt\n\n%VERSION%\n1-1\n\n', '%NAME%\n']],
  ['var/lib/pacman/local/t-1-1/files', ['%FILES%\napp/node_modules/x/package.json\n']],
  ['var/db/pkg/c-d/u-1/CONTENTS', ['obj /app/node_modules/y/package.json 00 1\n', 'obj /x']],
  ['app/node_modules/x/package.json', [manifest('x', 1), manifest('x', 2), '{']],
  ['app/node_modules/y/package.json', [manifest('y', 1), manifest('x', 1)]],
  ['app/node_modules', ['a file in the place of a directory']],
  ['app/a.jar', ['PK']],
  ['nix/var/nix/db/db.sqlite', ['x', '']],
];
const places = [
  ...new Set(files.flatMap(([path]) => path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/')))),
];

type Step =
  | { readonly write: readonly [path: string, body: string] }
  | { readonly remove: string }
  | { readonly empty: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .constantFrom(...files.flatMap(([path, bodies]) => bodies.map((body) => [path, body] as const)))
      .map((write) => ({ write })),
  },
  { weight: 1, arbitrary: fc.constantFrom(...places).map((remove) => ({ remove })) },
  { weight: 1, arbitrary: fc.constantFrom(...places).map((empty) => ({ empty })) },
);

/** A layer writes each place once, and marks stand for what is below the layer, so the order within it is no matter. */
function layerOf(steps: readonly Step[]): FakeLayer {
  const layer: Record<string, FakeLayer[string]> = {};
  for (const each of steps) {
    if ('remove' in each) layer[each.remove] ??= { whiteout: true };
    if ('empty' in each) layer[each.empty] ??= { opaque: true };
  }
  for (const each of steps) {
    if (!('write' in each)) continue;
    const [path, body] = each.write;
    const clashes = Object.entries(layer).some(
      ([other, value]) => isFile(value) && (under(other, path) || under(path, other)),
    );
    if (!clashes && !(path in layer)) layer[path] = body;
  }
  return layer;
}

function isFile(value: FakeLayer[string] | undefined): value is string {
  return typeof value === 'string';
}

function under(path: string, directory: string): boolean {
  return path.startsWith(`${directory}/`);
}

/** The file system after all layers, by the plainest means: a map of files. */
function squashed(layers: readonly FakeLayer[]): FakeLayer {
  const tree = new Map<string, string>();
  for (const layer of layers) {
    const before = [...tree.keys()];
    for (const [mark, value] of Object.entries(layer)) {
      if (isFile(value) || mark === '') continue;
      // a mark stands in a directory of its layer, which takes the place of a file below, and not of one beside it
      const inside = (path: string) => under(mark, path) || ('opaque' in (value as object) && path === mark);
      if (Object.entries(layer).some(([path, file]) => isFile(file) && inside(path))) continue;
      for (const path of before) if (inside(path)) tree.delete(path);
      for (const path of before) {
        if (under(path, mark) || ('whiteout' in (value as object) && path === mark)) tree.delete(path);
      }
    }
    for (const [path, value] of Object.entries(layer)) {
      if (!isFile(value)) continue;
      for (const other of [...tree.keys()]) if (under(other, path) || under(path, other)) tree.delete(other);
      tree.set(path, value);
    }
  }
  return Object.fromEntries(tree);
}

const onlyLayersTell = ['package-database-removed', 'package-database-altered', 'package-database-missing'];

/** All but what only layers can tell. */
function content({ distro, packages, incomplete }: Inventory) {
  return {
    distro,
    packages: packages.map(({ locations, ...rest }) => ({ ...rest, paths: locations.map(({ path }) => path) })),
    incomplete: incomplete.filter(({ code }) => !onlyLayersTell.includes(code)).map(({ layer: _, ...rest }) => rest),
  };
}

test('layers merged give what the squashed file system gives', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 8 }), { minLength: 1, maxLength: 5 }), async (steps) => {
      const layers = steps.map(layerOf);
      const merged = await takeInventory(fakeImage(layers));
      expect(content(merged)).toEqual(content(await takeInventory(fakeImage([squashed(layers)]))));
    }),
    { seed: 20261123, numRuns: 600 },
  );
});

test('the layer of a package is one that is followed only by states that have it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 8 }), { minLength: 1, maxLength: 5 }), async (steps) => {
      const layers = steps.map(layerOf);
      const states = await Promise.all(
        layers.map(async (_, index) => namesOf(await takeInventory(fakeImage([squashed(layers.slice(0, index + 1))])))),
      );
      const { packages } = await takeInventory(fakeImage(layers));
      for (const found of packages) {
        const since = Number(found.locations[0]?.layer?.replace('sha256:layer-', ''));
        const key = nameOf(found);
        expect(
          states.slice(since).every((state) => state.has(key)),
          key,
        ).toBe(true);
        if (since > 0 && found.type !== 'npm')
          expect(states[since - 1]?.has(key) && !rewritten(layers[since]!), key).toBe(false);
      }
    }),
    { seed: 20261123, numRuns: 300 },
  );
});

function namesOf({ packages }: Inventory): ReadonlySet<string> {
  return new Set(packages.map(nameOf));
}

function nameOf({ type, name, version, locations }: Inventory['packages'][number]): string {
  return `${type} ${name} ${version} ${type === 'npm' ? locations[0]?.path : ''}`;
}

/** A layer that removes and writes the same database begins it anew. */
function rewritten(layer: FakeLayer): boolean {
  return Object.values(layer).some((value) => !isFile(value));
}
