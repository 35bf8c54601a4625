import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CatalogError } from '../error.ts';
import { takeInventory } from '../take-inventory.ts';
import { type FakeLayer, fakeImage } from '../testing/fake-image.ts';
import { zipOf } from '../testing/zip.ts';
import { parsePnpData, versionOf } from './pnp-data.ts';

type Row = readonly [name: string, reference: string, location: string];

/** What `.pnp.data.json` has, as Yarn 4 writes it. */
function dataOf(...rows: readonly Row[]): string {
  const of = (location: string) => ({ packageLocation: location, packageDependencies: [], linkType: 'HARD' });
  const packages = rows.map(([name, reference, location]) => [name, [[reference, of(location)]]]);
  return JSON.stringify(
    { __info: ["Don't touch", '{"\\'], packageRegistryData: [[null, [[null, of('./')]]], ...packages] },
    null,
    2,
  );
}

/** The scripts around it: of Yarn 4, and of Yarn 2 and 3. */
const scripts: readonly (readonly [title: string, script: (data: string) => string])[] = [
  [
    'a quoted text',
    (data) =>
      `#!/usr/bin/env node\n"use strict";\n\nconst RAW_RUNTIME_STATE =\n'${data
        .replace(/[\\']/g, '\\$&')
        .replaceAll(
          '\n',
          '\\\n',
        )}';\n\nfunction $$SETUP_STATE(hydrateRuntimeState, basePath) {\n  return hydrateRuntimeState(JSON.parse(RAW_RUNTIME_STATE), {basePath});\n}\n`,
  ],
  [
    'an object',
    (data) =>
      `#!/usr/bin/env node\n\nfunction $$SETUP_STATE(hydrateRuntimeState, basePath) {\n  return hydrateRuntimeState(${data}, {basePath: basePath || __dirname});\n}\n`,
  ],
  ['a file of its own', (data) => data],
];

const zip = (name: string, version: string, more: Readonly<Record<string, string>> = {}) =>
  zipOf({
    [`node_modules/${name}/`]: '',
    [`node_modules/${name}/lib/package.json`]: '{"type":"module"}',
    [`node_modules/${name}/package.json`]: { body: JSON.stringify({ name, version, license: 'MIT' }), stored: true },
    ...more,
  });

const cache = 'app/.yarn/cache';
const rows: readonly Row[] = [
  ['shop', 'workspace:.', './'],
  ['@s/a', 'npm:1.0.0', './.yarn/cache/@s-a-npm-1.0.0-0123456789-0123456789.zip/node_modules/@s/a/'],
  ['debug', 'npm:4.3.4', './.yarn/cache/debug-npm-4.3.4-0.zip/node_modules/debug/'],
  [
    'debug',
    'virtual:0a#npm:4.3.4',
    './.yarn/__virtual__/debug-virtual-1/0/cache/debug-npm-4.3.4-0.zip/node_modules/debug/',
  ],
  ['far', 'npm:2.0.0', '../root/.yarn/berry/cache/far-npm-2.0.0-0.zip/node_modules/far/'],
  [
    'far',
    'virtual:0b#npm:2.0.0',
    './.yarn/__virtual__/far-virtual-1/2/root/.yarn/berry/cache/far-npm-2.0.0-0.zip/node_modules/far/',
  ],
  ['gyp', 'npm:13.1.0', './.yarn/unplugged/gyp-npm-13.1.0-f9/node_modules/gyp/'],
  ['only-on-mac', 'npm:1.0.0', './.yarn/cache/only-on-mac-npm-1.0.0-0.zip/node_modules/only-on-mac/'],
];
const archives: FakeLayer = {
  [`${cache}/@s-a-npm-1.0.0-0123456789-0123456789.zip`]: zip('@s/a', '1.0.0', {
    'node_modules/@s/a/node_modules/bundled/package.json': '{"name":"bundled","version":"0.1.0"}',
  }),
  [`${cache}/debug-npm-4.3.4-0.zip`]: zip('debug', '4.3.4'),
  [`${cache}/debug-npm-2.0.0-0.zip`]: zip('debug', '2.0.0'),
  'root/.yarn/berry/cache/far-npm-2.0.0-0.zip': zip('far', '2.0.0'),
  'app/.yarn/unplugged/gyp-npm-13.1.0-f9/node_modules/gyp/package.json': '{"name":"gyp","version":"13.1.0"}',
};

async function seen(...layers: readonly FakeLayer[]) {
  const { packages, incomplete } = await takeInventory(fakeImage(layers));
  const lines = packages.map(({ purl, locations: [at] }) => `${purl} ${at?.path} ${at?.layer?.at(-1)}`);
  return [...lines, ...incomplete.map(({ code, path }) => `${code} ${path}`)];
}

const found = [
  'pkg:npm/%40s/a@1.0.0 /app/.yarn/cache/@s-a-npm-1.0.0-0123456789-0123456789.zip!/node_modules/@s/a/package.json 0',
  'pkg:npm/bundled@0.1.0 /app/.yarn/cache/@s-a-npm-1.0.0-0123456789-0123456789.zip!/node_modules/@s/a/node_modules/bundled/package.json 0',
  'pkg:npm/debug@4.3.4 /app/.yarn/cache/debug-npm-4.3.4-0.zip!/node_modules/debug/package.json 0',
  'pkg:npm/far@2.0.0 /root/.yarn/berry/cache/far-npm-2.0.0-0.zip!/node_modules/far/package.json 0',
  'pkg:npm/gyp@13.1.0 /app/.yarn/unplugged/gyp-npm-13.1.0-f9/node_modules/gyp/package.json 0',
];

describe('a project with its archives', () => {
  test.each(scripts)('%s', async (title, script) => {
    const name = title === 'a file of its own' ? '.pnp.data.json' : '.pnp.cjs';
    const lock = '# yarn lockfile v1\n\n\nlodash@^4.0.0:\n  version "4.17.20"\n';
    const project = { [`app/${name}`]: script(dataOf(...rows)), 'app/yarn.lock': lock, 'app/package.json': '{}' };
    const script4 =
      title === 'a file of its own' ? { 'app/.pnp.cjs': 'path.resolve(__dirname, ".pnp.data.json");' } : {};
    expect(await seen({ ...archives, ...project, ...script4 })).toEqual(found);
  });

  test('archives that no project loads are a cache', async () => {
    expect(await seen({ [`${cache}/debug-npm-4.3.4-0.zip`]: zip('debug', '4.3.4') })).toEqual([]);
  });

  test('the layer is that of the archive', async () => {
    const one = { 'app/.pnp.data.json': dataOf(rows[2]!) };
    expect(await seen({ 'etc/x': '' }, archives, one)).toEqual([
      found[2]!.replace(/0$/, '1'),
      found[4]!.replace(/0$/, '1'),
    ]);
  });

  test('without any archive its references say what it needs', async () => {
    const needs = [
      ...rows,
      [
        'resolve',
        'patch:resolve@npm%3A1.22.2#optional!builtin<compat/resolve>::version=1.22.2&hash=9bd',
        './.yarn/cache/resolve.zip/node_modules/resolve/',
      ],
    ] as const;
    expect(await seen({ 'app/.pnp.data.json': dataOf(...needs) })).toEqual(
      ['%40s/a@1.0.0', 'debug@4.3.4', 'far@2.0.0', 'only-on-mac@1.0.0', 'resolve@1.22.2'].map(
        (purl) => `pkg:npm/${purl} /app/.pnp.data.json 0`,
      ),
    );
  });

  test('what cannot be read is told', async () => {
    const project = { 'app/.pnp.data.json': dataOf(...rows), [`${cache}/debug-npm-4.3.4-0.zip`]: 'PK' };
    expect(await seen({ ...archives, ...project })).toContain(
      `package-manifest-damaged /${cache}/debug-npm-4.3.4-0.zip`,
    );
    const yarn1 = { 'app/.pnp.js': 'let packageInformationStores = new Map([["lodash", new Map([' };
    expect(await seen(yarn1)).toEqual(['application-unread /app/.pnp.js']);
  });
});

test.each([
  ['npm:1.2.3', '1.2.3'],
  ['virtual:00ff#npm:1.2.3-rc.1+b', '1.2.3-rc.1+b'],
  ['patch:a@npm%3A1.0.0#x::version=1.0.0&hash=1', '1.0.0'],
  ['patch:a@npm%3A1.0.0#x::hash=1&version=1.0.0', '1.0.0'],
  ['workspace:.', null],
  ['https://example.org/a.tgz', null],
])('the version of %s', (reference, version) => {
  expect(versionOf(reference)).toBe(version);
});

test('any bytes end in packages or an error of this room', () => {
  const good = scripts.map(([, script]) => script(dataOf(...rows)));
  const flips = fc.array(fc.record({ at: fc.nat(), text: fc.string({ maxLength: 3 }) }), { maxLength: 5 });
  const parse = (text: string) => {
    try {
      for (const { archive, inner } of parsePnpData(text) ?? []) {
        expect(archive.endsWith('.zip') && inner !== '').toBe(true);
        expect(archive.split('/').length).toBeLessThan(10_000);
      }
    } catch (error) {
      if (!(error instanceof CatalogError)) throw error;
    }
  };
  fc.assert(
    fc.property(fc.constantFrom(...good), flips, fc.nat(), (text, edits, end) => {
      let edited = text;
      for (const { at, text: by } of edits) {
        const place = at % edited.length;
        edited = edited.slice(0, place) + by + edited.slice(place + 1);
      }
      parse(edited);
      parse(text.slice(0, end % text.length));
    }),
    { seed: 20261126, numRuns: 100 },
  );
  for (const unit of ['[', '{', '"', "'", '\\', "\\'", '{"a":', ' ', '__virtual__/x/9/']) {
    const much = unit.repeat(100_000);
    for (const head of [
      '',
      'const RAW_RUNTIME_STATE =\n',
      "const RAW_RUNTIME_STATE =\n'",
      'return hydrateRuntimeState({',
    ]) {
      parse(head + much);
    }
    parse(dataOf(['a', 'npm:1', `${much.slice(0, 4000)}/x.zip/node_modules/a/`]));
  }
});
