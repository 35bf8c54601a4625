import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fixtureImage, ociArchive } from '../packages/engine/src/image/testing/image-builder.ts';
import { SbomDocument } from '../packages/engine/src/inventory/sbom/sbom-document.ts';
import { inventoryFormats } from '../packages/engine/src/report/inventory-formats.ts';
import { isPurl } from '../packages/engine/src/report/sbom/purl-check.ts';
import {
  type CycloneDxDocument,
  carried,
  readBack,
  readCycloneDx,
} from '../packages/engine/src/report/testing/read-back.ts';
import { readSpdx, readTagValue, type SpdxJson } from '../packages/engine/src/report/testing/read-spdx.ts';
import { sbomValidator } from '../packages/engine/src/report/testing/sbom-schemas.ts';
import type { InventoryResult, PlatformResults } from '../packages/engine/src/result/types.ts';
import { listPlatforms } from '../packages/engine/src/scan/read-subject.ts';
import { cleanLayers, vulnerableLayers, writeImage } from './images.ts';
import { buildDatabase, confirmedOn } from './mirror.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { needsShared, shared } from './shared.ts';

const folder = scratchFolder();
afterAll(folder.remove);

const file = (name: string) => join(folder.path, name);
const read = (name: string) => readFileSync(file(name), 'utf8');

/** Format → what reads a document of it, and the schema that it has to fit. */
const readers = {
  cyclonedx: [(text: string) => readCycloneDx(JSON.parse(text) as CycloneDxDocument), sbomValidator('cyclonedx')],
  'cyclonedx-1.5': [
    (text: string) => readCycloneDx(JSON.parse(text) as CycloneDxDocument),
    sbomValidator('cyclonedx-1.5'),
  ],
  spdx: [(text: string) => readSpdx(JSON.parse(text) as SpdxJson), sbomValidator('spdx')],
  'spdx-tag-value': [(text: string) => readSpdx(readTagValue(text)), undefined],
} as const;
const names = Object.keys(readers) as (keyof typeof readers)[];

describe('plimsoll sbom', () => {
  const image = writeImage(folder.path, 'image', vulnerableLayers);

  test('writes every format in one run, which hold what the JSON holds', async () => {
    const outputs = names.flatMap((name) => ['--format', `${name}=${file(name)}`]);
    const ran = await plimsoll(['sbom', image, '--no-cache', '--at', '2026-09-01', '--format', 'json', ...outputs]);
    expect(ran.status).toBe(0);
    const result = JSON.parse(ran.stdout) as InventoryResult;
    expect(result.packages.length).toBeGreaterThan(0);
    for (const name of names) expect(readBack(readers[name][0](read(name)))).toEqual(carried(result));
  });

  test('a scan writes the same inventory', async () => {
    const database = await buildDatabase(folder.path);
    const outputs = names.flatMap((name) => ['--format', `${name}=${file(`scan-${name}`)}`]);
    // biome-ignore format: one option a pair
    await plimsoll(['scan', image, '--db-dir', database, '--no-update', '--no-cache', '--at', confirmedOn, '--format', 'table', ...outputs]);
    await plimsoll([
      'sbom',
      image,
      '--no-cache',
      '--at',
      confirmedOn,
      ...outputs.map((each) => each.replace('scan-', 'sbom-')),
    ]);
    // a scan adds what it found, and is then a document of its own
    const inventory = (text: string, name: string): unknown => {
      if (name === 'spdx-tag-value')
        return text
          .split('\n')
          .filter((line) => !/^(?:DocumentNamespace|ExternalRef: SECURITY|ExternalRefComment):? /.test(line));
      const { vulnerabilities: _, serialNumber: __, documentNamespace: ___, ...rest } = JSON.parse(text);
      for (const pkg of (rest.packages ?? []) as { externalRefs?: { referenceCategory: string }[] | undefined }[])
        pkg.externalRefs = pkg.externalRefs?.filter(({ referenceCategory }) => referenceCategory !== 'SECURITY');
      return rest;
    };
    for (const name of names) {
      const [ofScan, ofSbom] = [read(`scan-${name}`), read(`sbom-${name}`)];
      expect(ofScan).not.toBe(ofSbom);
      expect(inventory(ofScan, name)).toEqual(inventory(ofSbom, name));
    }
  });

  test('ends with 4 and says so in the document when something was not seen', async () => {
    const unread = writeImage(folder.path, 'unread', [
      ...cleanLayers,
      [{ path: 'var/lib/rpm/Packages', content: 'x' }],
    ]);
    const ran = await plimsoll(['sbom', unread, '--no-cache', '--format', 'cyclonedx']);
    expect(ran.status).toBe(4);
    const { compositions } = JSON.parse(ran.stdout) as CycloneDxDocument;
    expect(compositions[0]).toEqual({ aggregate: 'incomplete', assemblies: ['Image'] });
  });

  test('says how much more was not seen than it names', async () => {
    const damaged = Array.from({ length: 5 }, (_, at) => ({
      path: `srv/node_modules/${at}/package.json`,
      content: '{',
    }));
    const ran = await plimsoll(['sbom', writeImage(folder.path, 'damaged', [...cleanLayers, damaged]), '--no-cache']);
    expect(ran.status).toBe(4);
    const told = ran.stderr.split('\n').filter((line) => line.startsWith('plimsoll: incomplete: '));
    expect(told).toHaveLength(4);
    expect(told[3]).toBe('plimsoll: incomplete: and 2 more, which the report lists');
  });

  test('writes a file a platform, and refuses all platforms on standard output', async () => {
    const images = ['linux/s390x', 'linux/riscv64'].map((platform) => fixtureImage({ platform, layers: cleanLayers }));
    writeFileSync(file('index.tar'), ociArchive(images, { nested: true }));
    const all = ['sbom', file('index.tar'), '--no-cache', '--platform', 'all', '--format'];
    expect(await plimsoll([...all, `spdx=${file('all.json')}`])).toMatchObject({ status: 0 });
    const platforms = ['all.linux-s390x.json', 'all.linux-riscv64.json'].map((name) => {
      const { image: described } = readBack(readSpdx(JSON.parse(read(name)) as SpdxJson));
      return described.platform;
    });
    expect(platforms).toEqual(['linux/s390x', 'linux/riscv64']);
    const refused = await plimsoll([...all, 'spdx']);
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr).toContain('--format spdx needs a file with --platform all');
  });

  test('names no file by what an image calls its platform where that would act on a terminal', async () => {
    const called = ['linux/amd64', 'linux/\u001b[31m\n\u0000é'];
    const images = called.map((platform) => fixtureImage({ platform, layers: cleanLayers }));
    writeFileSync(file('called.tar'), ociArchive(images, { nested: true }));
    const args = ['--no-cache', '--platform', 'all', '--format', `cyclonedx=${file('called.json')}`];
    expect(await plimsoll(['sbom', file('called.tar'), ...args])).toMatchObject({ status: 0 });
    const written = readdirSync(folder.path).filter((name) => name.startsWith('called.linux'));
    expect(written.sort()).toEqual(['called.linux---31m---.json', 'called.linux-amd64.json']);
  });
});

/** What judging our own SBOM begins with. */
function inventoryOfSbom(text: string): Judged {
  const document = new SbomDocument('the SBOM');
  document.push(Buffer.from(text));
  const { inventory, base } = document.end();
  const { distro, packages, facts, configSecrets, code = [], incomplete } = inventory;
  const { dockerfile: _, ...rest } = facts;
  const seen = incomplete.filter(({ code: entry }) => entry !== 'history-incomplete');
  return { distro, packages, facts: rest, configSecrets, code, incomplete: seen, base };
}

/** What judging the image begins with; values of variables no SBOM has. */
function inventoryOfResult({ image, packages, facts: told, incomplete }: InventoryResult): Judged {
  const { configSecrets = [], code = [], config, ...facts } = told;
  const env = config?.env.map((each) => `${each.split('=')[0]}=`);
  const { endOfLife: _, ...distro } = image.distro ?? {};
  return {
    distro: image.distro && distro,
    packages,
    facts: { ...facts, config: config && { ...config, env } },
    configSecrets: config ? configSecrets : undefined,
    code,
    incomplete,
    base: image.base,
  };
}

type Judged = Readonly<Record<string, unknown>>;

function withoutLayers(judged: Judged): unknown {
  return JSON.parse(
    JSON.stringify(judged, (key, value) => (key === 'layer' || key === 'claimedLayer' ? undefined : value)),
  );
}

describe('SBOMs of real images', () => {
  const directory = shared('images');
  const images = directory === undefined ? [] : readdirSync(directory).filter((name) => /\.tar(\.gz)?$/.test(name));

  test.skipIf(images.length === 0)(`there are images (${needsShared})`, () => {
    expect(images.length).toBeGreaterThan(5);
  });

  test.each(images)('%s: every format is valid and gives the inventory when read back', async (name) => {
    const { results }: PlatformResults<InventoryResult> = await listPlatforms({
      reference: join(directory!, name),
      version: '0.1.0',
      evaluatedAt: '2026-09-01',
      stage: 'pipeline',
      cacheDir: null,
      judged: true,
    });
    for (const result of results) {
      expect(result.packages.filter(({ purl }) => !isPurl(purl))).toEqual([]);
      for (const format of names) {
        const text = [...inventoryFormats.find((each) => each.name === format)!.render(result)].join('');
        const [reader, validate] = readers[format];
        expect(readBack(reader(text))).toEqual(carried(result));
        if (validate) expect(validate(JSON.parse(text))).toBe('');
        expect(withoutLayers(inventoryOfSbom(text))).toEqual(withoutLayers(inventoryOfResult(result)));
      }
    }
  });
});
