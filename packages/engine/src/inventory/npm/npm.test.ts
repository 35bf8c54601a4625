import { describe, expect, test } from 'vitest';
import { CatalogError } from '../error.ts';
import { takeInventory } from '../take-inventory.ts';
import { fakeImage } from '../testing/fake-image.ts';
import { isInstalledManifest } from './npm-path.ts';
import { parsePackageJson } from './package-json.ts';

describe('isInstalledManifest', () => {
  test.each([
    ['node_modules/a/package.json', true],
    ['srv/app/node_modules/@s/a/package.json', true],
    ['node_modules/a/node_modules/b/package.json', true],
    ['node_modules/.pnpm/a@1.0.0/node_modules/a/package.json', true],
    ['node_modules/.pnpm/@s+a@1.0.0/node_modules/@s/a/package.json', true],
    ['node_modules/test/package.json', true],
    ['node_modules/test/node_modules/b/package.json', true],
    ['node_modules/@fixtures/test/node_modules/b/package.json', true],
    ['node_modules/a/vendor/node_modules/b/package.json', true],
    ['test/node_modules/a/package.json', true],
    ['package.json', false],
    ['srv/app/package.json', false],
    ['node_modules/package.json', false],
    ['node_modules/a/esm/package.json', false],
    ['node_modules/a/test/package.json', false],
    ['node_modules/@s/package.json', false],
    ['node_modules/@s/a/dist/package.json', false],
    ['node_modules/.cache/package.json', false],
    ['node_modules/a/test/fixtures/node_modules/b/package.json', false],
    ['node_modules/a/test/node_modules/b/package.json', false],
  ])('%s %s', (path, installed) => {
    expect(isInstalledManifest(path)).toBe(installed);
  });
});

describe('parsePackageJson', () => {
  const licensesOf = (fields: object) =>
    parsePackageJson(Buffer.from(JSON.stringify({ name: 'a', version: '1', ...fields })));

  test.each([
    [{ license: 'MIT' }, ['MIT']],
    [{ license: '(MIT OR Apache-2.0)' }, ['(MIT OR Apache-2.0)']],
    [{ license: { type: 'ISC', url: 'x' } }, ['ISC']],
    [{ licenses: [{ type: 'MIT' }, { type: 'BSD' }, 'MIT', 7, null] }, ['MIT', 'BSD']],
    [{ license: ['MIT', 'X11'] }, ['MIT', 'X11']],
    [{ license: 'x'.repeat(1000) }, []],
    [{ license: 5 }, []],
    [{}, []],
  ])('licences of %j', (fields, licenses) => {
    expect(licensesOf(fields)?.licenses).toEqual(licenses);
  });

  test.each([
    ['{"type":"module"}'],
    ['{"name":"a"}'],
    ['{"version":"1"}'],
    ['{"name":"","version":"1"}'],
    ['{"name":["a"],"version":1}'],
    ['{"__proto__":{"name":"a","version":"1"}}'],
  ])('%s is a mere marker', (text) => {
    expect(parsePackageJson(Buffer.from(text))).toBe(null);
  });

  test.each([[''], ['{'], ['[]'], ['null'], ['"a"'], ['{"name":"a",}'], ['\0']])('%j is damaged', (text) => {
    expect(() => parsePackageJson(Buffer.from(text))).toThrow(CatalogError);
  });

  test('white space around name and version hides no package', () => {
    const body = Buffer.from('{"name":" lodash","version":"4.17.15 \\n"}');
    expect(parsePackageJson(body)).toMatchObject({ name: 'lodash', version: '4.17.15' });
  });

  test.each([
    ['{"name":"lodash","version":"4.17.15\\u0000"}'],
    ['{"name":"lo dash","version":"4.17.15"}'],
    [`{"name":"lodash","version":"${'4'.repeat(600)}"}`],
  ])('%s is no marker: a package whose name and version cannot be read is damaged', (text) => {
    expect(() => parsePackageJson(Buffer.from(text))).toThrow(CatalogError);
  });

  test('deep nesting is no danger', () => {
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    expect(parsePackageJson(Buffer.from(`\ufeff{"name":"a","version":"1","x":${deep}}`))?.name).toBe('a');
    expect(() => parsePackageJson(Buffer.from('['.repeat(1_000_000)))).toThrow(CatalogError);
  });
});

test('lists what is installed, by the names of the manifests, and reads nothing else', async () => {
  const image = fakeImage([
    {
      'app/package.json': '{"name":"app","version":"1.0.0"}',
      'app/node_modules/old/package.json': '{"name":"lodash","version":"3.10.1","license":"MIT"}',
      'app/node_modules/@s/a/package.json': '{"name":"@s/a","version":"2.0.0"}',
      'app/node_modules/@s/a/esm/package.json': '{"name":"no","version":"1"}',
      'app/node_modules/marker/package.json': '{}',
      'app/node_modules/broken/package.json': '{"name":',
      'app/node_modules/big/package.json': { size: 5 * 1024 * 1024 },
    },
  ]);
  const { packages, incomplete } = await takeInventory(image);
  expect(packages.map(({ purl, licenses, locations }) => [purl, licenses, locations[0]?.path])).toEqual([
    ['pkg:npm/%40s/a@2.0.0', [], '/app/node_modules/@s/a/package.json'],
    ['pkg:npm/lodash@3.10.1', ['MIT'], '/app/node_modules/old/package.json'],
  ]);
  expect(incomplete.map(({ code, path }) => [code, path])).toEqual([
    ['file-too-large', '/app/node_modules/big/package.json'],
    ['package-manifest-damaged', '/app/node_modules/broken/package.json'],
  ]);
  expect(image.read.length).toBe(4);
});
