import { describe, expect, test } from 'vitest';
import { fuzzList, readList } from '../testing/fuzz-lists.ts';
import { bitnami } from './bitnami.ts';

const spdx = 'opt/bitnami/postgresql/.spdx-postgresql.spdx';
const list = 'opt/bitnami/.bitnami_components.json';
const purl = (referenceLocator: string) => ({
  externalRefs: [{ referenceType: 'cpe23Type' }, { referenceType: 'purl', referenceLocator }],
});
const document = {
  packages: [
    {
      name: 'json-c',
      versionInfo: '0.16',
      licenseDeclared: 'MIT',
      ...purl('pkg:bitnami/json_c@0.16?arch=arm64&distro=debian-12'),
    },
    {
      name: 'org.postgresql:pljava',
      versionInfo: '1.6.8',
      licenseDeclared: 'NONE',
      ...purl('pkg:maven/org.postgresql/pljava@1.6.8'),
    },
    { name: '@s/a', versionInfo: '1.0.0', ...purl('pkg:npm/%40s/a@1.0.0') },
    { name: 'x', versionInfo: '1', licenseDeclared: 'NOASSERTION', ...purl('nonsense') },
    { name: 'unversioned' },
    { name: 'y', versionInfo: 'NOASSERTION' },
  ],
};
const components = { redis: { arch: 'amd64', distro: 'debian-12', type: 'NAMI', version: '7.2.4-0' } };

describe('what Bitnami leaves', () => {
  test.each([
    [
      'a document',
      spdx,
      document,
      [
        'pkg:bitnami/json-c@0.16?arch=arm64&distro=debian-12 | MIT',
        'pkg:maven/org.postgresql/pljava@1.6.8',
        'pkg:npm/%40s/a@1.0.0',
        'pkg:generic/x@1',
      ],
    ],
    ['a document of another form', spdx, {}, ['damaged: the SPDX document has no packages']],
    ['the list', list, components, ['pkg:bitnami/redis@7.2.4-0?arch=amd64&distro=debian-12']],
    [
      'a list with an entry that says nothing',
      list,
      { ...components, a: 1 },
      [
        'pkg:bitnami/redis@7.2.4-0?arch=amd64&distro=debian-12',
        'damaged: 1 entry of the .bitnami_components.json has no readable name and version',
      ],
    ],
    ['a list of another form', list, [], ['damaged: the .bitnami_components.json is no JSON object']],
  ])('%s', (_, path, value, rows) => {
    expect(readList(bitnami, path, JSON.stringify(value))).toEqual(rows);
  });

  test('any bytes', () => {
    fuzzList(bitnami, spdx, JSON.stringify(document));
    fuzzList(bitnami, list, JSON.stringify(components));
  });
});
