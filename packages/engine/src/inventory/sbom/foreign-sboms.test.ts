import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { needsShared, shared } from '../../../../../test/shared.ts';
import { readImage } from '../../image/read-image.ts';
import { cyclonedx } from '../../report/cyclonedx.ts';
import { spdx } from '../../report/spdx.ts';
import { spdxTagValue } from '../../report/spdx-tag-value.ts';
import type { InventoryResult } from '../../result/types.ts';
import { createLayerAnalyser } from '../layer-analyser.ts';
import type { LayerAnalysis } from '../layer-analysis.ts';
import { takeInventory } from '../take-inventory.ts';
import { fakeImage } from '../testing/fake-image.ts';
import { syftCycloneDx, syftSpdx, tagValue, trivyCycloneDx, trivySpdx } from '../testing/foreign-sboms.ts';
import type { Inventory, Package } from '../types.ts';
import { SbomDocument } from './sbom-document.ts';

type Writer = (inventory: Inventory) => object | string;

const writers: Readonly<Record<string, Writer>> = {
  'CycloneDX of Syft': syftCycloneDx,
  'CycloneDX of Trivy': trivyCycloneDx,
  'SPDX of Syft': syftSpdx,
  'SPDX of Trivy': trivySpdx,
  'SPDX of Syft, tag-value': (inventory) => tagValue(syftSpdx(inventory)),
  'SPDX of Trivy, tag-value': (inventory) => tagValue(trivySpdx(inventory)),
  'an attestation': (inventory) => ({
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://cyclonedx.org/bom',
    predicate: syftCycloneDx(inventory),
  }),
  'a signed attestation': (inventory) => dsse({ _type: 'x', predicate: syftSpdx(inventory) }),
  'a bundle': (inventory) => ({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    dsseEnvelope: dsse({ _type: 'x', predicate: trivyCycloneDx(inventory) }),
  }),
  'an attestation with a text': (inventory) => ({
    _type: 'x',
    predicate: { Data: JSON.stringify(trivySpdx(inventory)) },
  }),
  'an attestation of cosign 1': (inventory) => ({
    _type: 'x',
    predicate: { Data: syftCycloneDx(inventory), Timestamp: '2022-06-01T00:00:00Z' },
  }),
};

function dsse(statement: object): object {
  const payload = Buffer.from(JSON.stringify(statement)).toString('base64');
  return { payloadType: 'application/vnd.in-toto+json', payload, signatures: [{ keyid: '', sig: 'AA==' }] };
}

/** What only our own SBOMs carry in full. */
const own: Readonly<Record<string, (result: InventoryResult) => Iterable<string>>> = {
  'our CycloneDX': (result) => cyclonedx.render(result),
  'our SPDX': (result) => spdx.render(result),
  'our SPDX, tag-value': (result) => spdxTagValue.render(result),
};

function readBack(document: object | string): Inventory {
  const reader = new SbomDocument('the SBOM');
  reader.push(Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)));
  return reader.end().inventory;
}

/** The inventory without its layers, which no SBOM has when it is read. */
function withoutLayers({ packages, incomplete, distro, facts }: Inventory): object {
  const { config, coverage } = facts;
  const env = config?.env.map((variable) => variable.replace(/=.*/s, '='));
  return {
    packages: packages.map((pkg) => ({ ...pkg, locations: pkg.locations.map(({ path }) => ({ path, layer: null })) })),
    incomplete: incomplete.map(({ layer: _, ...entry }) => entry),
    distro,
    facts: { config: config && { ...config, env }, coverage },
  };
}

function resultOf(inventory: Inventory): InventoryResult {
  const { distro, layers, packages, facts, incomplete } = inventory;
  return {
    schemaVersion: '1',
    image: {
      reference: 'x',
      id: null,
      digest: null,
      platform: 'linux/amd64',
      names: ['a:1'],
      distro: distro && { ...distro, endOfLife: null },
      base: null,
      layers: layers.map((layer) => ({ ...layer, base: null })),
    },
    inputs: {
      product: { name: 'plimsoll', version: '0' },
      subject: { digest: null, platform: null, reference: 'x', stage: 'pipeline' },
      base: null,
      catalogers: {},
      advisories: {},
      stale: [],
      missing: [],
      policy: {},
      exceptions: {},
      settings: {},
      history: {},
      evaluatedAt: '2026-01-01',
    },
    packages,
    facts,
    incomplete,
  };
}

/** What a package is judged by. No foreign SBOM has layers or says what owns a library; rpm: no epoch and 0 are one. */
function judgedBy({ packages }: Inventory): readonly object[] {
  const subject = ({ type, name, version, purl, arch, source, modularity, vendor }: Package) => ({
    type,
    name,
    version,
    purl,
    arch,
    source,
    modularity: modularity ?? null,
    vendor: vendor ?? null,
  });
  return packages.map(subject);
}

const stanza = (name: string, version: string, source: string) =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\n${source}Version: ${version}\n\n`;

const debian = fakeImage([
  {
    'etc/os-release':
      'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    'var/lib/dpkg/status': [
      stanza('bash', '5.2.15-2', ''),
      stanza('bsdutils', '1:2.38.1-5', 'Source: util-linux (2.38.1-5)\n'),
      stanza('libssl3', '3.0.9-1+b1', 'Source: openssl (3.0.9-1)\n'),
      stanza('libstdc++6', '12.2.0-14', 'Source: gcc-12\n'),
      stanza('zlib1g', '1:1.2.13.dfsg-1', 'Source: zlib\n'),
    ].join(''),
    'app/node_modules/@s/a/package.json': '{"name":"@s/a","version":"2.0.0","license":"MIT"}',
    'usr/lib/python3/dist-packages/Jinja2-3.dist-info/METADATA':
      'Metadata-Version: 2.1\nName: Jinja2\nVersion: 3.1.2\n\n',
  },
]);

describe.each(Object.entries(own))('%s gives the inventory back', (_, write) => {
  test('Debian', async () => {
    const inventory = await takeInventory(debian);
    expect(withoutLayers(readBack([...write(resultOf(inventory))].join('')))).toEqual(withoutLayers(inventory));
  });
});

test.each(Object.entries(own))(
  '%s of an image without a package is no less complete than the image',
  async (_, write) => {
    const inventory = await takeInventory(fakeImage([{ app: '\x7fELF, of whatever' }]));
    expect(withoutLayers(readBack([...write(resultOf(inventory))].join('')))).toEqual(withoutLayers(inventory));
  },
);

describe.each(Object.entries(writers))('%s is judged as the image', (_, write) => {
  test('Debian', async () => {
    const inventory = await takeInventory(debian);
    const read = readBack(write(inventory));
    expect(judgedBy(read)).toEqual(judgedBy(inventory));
    expect(read.incomplete).toEqual([]);
    expect(read.distro).toMatchObject({ id: 'debian', version: '12' });
  });
});

const directory = shared('images');
/** One of each kind of database, and one of languages. */
const images = [
  'alpine-3.16.docker.tar',
  'debian-12-minbase.oci.tar',
  'rhel-8-modular.oci.tar',
  'lang-samples.oci.tar',
];

/** Types of which both tools state more or less than the inventory does. */
const compared: readonly string[] = ['deb', 'apk', 'rpm', 'npm', 'pypi', 'gem', 'golang', 'maven', 'cargo', 'composer'];

describe.skipIf(directory === undefined)(`real images (${needsShared})`, () => {
  test.each(images)('%s', async (image) => {
    const opened = await readImage<LayerAnalysis>(join(directory!, image), {
      analyser: createLayerAnalyser({}),
      platform: 'any',
    });
    const inventory = await takeInventory(opened);
    await opened.close();
    const packages = inventory.packages.filter(({ type }) => compared.includes(type));
    for (const write of Object.values(own)) {
      expect(withoutLayers(readBack([...write(resultOf(inventory))].join('')))).toEqual(withoutLayers(inventory));
    }
    for (const write of Object.values(writers).slice(0, 6)) {
      const read = readBack(write({ ...inventory, packages }));
      expect(judgedBy(read)).toEqual(judgedBy({ ...inventory, packages }));
      expect(read.distro?.id).toBe(inventory.distro?.id);
    }
  });
});
