import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { needsShared, shared } from '../../../../test/shared.ts';
import { readImage } from '../image/read-image.ts';
import { createLayerAnalyser, type LayerStore } from './layer-analyser.ts';
import { openLayerCache } from './layer-cache.ts';
import { takeInventory } from './take-inventory.ts';
import type { Inventory } from './types.ts';

/** What the truth files beside the images state, as far as this room reads it. */
interface Truth {
  readonly image: string;
  readonly platform: string;
  readonly os: { readonly id: string; readonly versionId: string | null } | null;
  readonly database: { readonly kind: string; readonly path: string } | null;
  readonly packages: readonly TruthPackage[];
  readonly language?: Readonly<Record<string, readonly TruthManifest[]>>;
  readonly otherPlatforms?: readonly { readonly platform: string; readonly packages: readonly TruthPackage[] }[];
}

interface TruthPackage {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  readonly source: string;
  readonly sourceVersion?: string;
  readonly license?: string;
  /** rpm: `[epoch:]version-release` */
  readonly evr?: string;
  readonly vendor?: string | null;
  readonly modularityLabel?: string | null;
}

interface TruthManifest {
  readonly name: string;
  readonly version: string;
  readonly path: string;
  readonly ownedBy?: string | null;
  readonly license?: string;
}

const directory = shared('images');
const truths =
  directory === undefined
    ? []
    : readdirSync(directory)
        .filter((name) => name.endsWith('.packages.json'))
        .sort()
        .map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')) as Truth)
        .filter(({ image }) => existsSync(join(directory, image)));

const cache = mkdtempSync(join(tmpdir(), 'plimsoll-shared-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

async function inventoryOf(image: string, platform: string, store?: LayerStore): Promise<Inventory> {
  const opened = await readImage(join(directory!, image), { analyser: createLayerAnalyser({ store }), platform });
  try {
    return await takeInventory(opened);
  } finally {
    await opened.close();
  }
}

const read = truths.filter(({ database }) => database !== null);
const distroRow = (p: TruthPackage) =>
  [p.type, p.name, p.evr ?? p.version, p.arch, p.source, p.sourceVersion ?? p.version].join(' ');

function distroRows({ packages }: Inventory): readonly string[] {
  return packages
    .filter(({ source }) => source !== null)
    .map((p) => [p.type, p.name, p.version, p.arch, p.source?.name, p.source?.version].join(' '));
}

describe.skipIf(directory === undefined)(`real images (${needsShared})`, () => {
  test('are there', () => {
    expect(read.length).toBeGreaterThan(10);
  });

  test.each(read)('$image: exactly its packages, and its distro', async ({ image, platform, packages, os }) => {
    const inventory = await inventoryOf(image, platform);
    expect(distroRows(inventory)).toEqual(packages.map(distroRow).sort());
    expect([inventory.distro?.id, inventory.distro?.version]).toEqual([os?.id, os?.versionId]);
    expect(inventory.incomplete.filter(({ code }) => code !== 'application-unread')).toEqual([]);
    const declared = new Map(packages.map((p) => [p.name, p]));
    for (const { name, type, licenses, vendor, modularity } of inventory.packages) {
      const want = declared.get(name);
      if (type === 'apk' || type === 'rpm') expect(licenses).toEqual([want?.license]);
      if (type === 'rpm') expect([vendor, modularity]).toEqual([want?.vendor ?? null, want?.modularityLabel ?? null]);
    }
  });

  const others = read.flatMap(({ image, otherPlatforms = [] }) => otherPlatforms.map((other) => ({ image, ...other })));
  test.each(others)('$image for $platform', async ({ image, platform, packages }) => {
    expect(distroRows(await inventoryOf(image, platform))).toEqual(packages.map(distroRow).sort());
  });

  const languages = truths.flatMap(({ image, platform, language = {} }) =>
    ['npm', 'pypi'].flatMap((type) => (language[type] ? [{ image, platform, type, want: language[type] }] : [])),
  );
  test.each(languages)(
    '$image: exactly its $type packages, where and whose they are',
    async ({ image, platform, type, want }) => {
      const { packages } = await inventoryOf(image, platform);
      const rows = packages.filter((p) => p.type === type);
      expect(rows.map((p) => [p.locations[0]?.path, p.name, p.version, p.ownedBy]).sort()).toEqual(
        want.map((p) => [p.path, p.name, p.version, p.ownedBy ?? null]).sort(),
      );
      const declared = new Map(want.map((p) => [p.path, p.license]));
      for (const { locations, licenses } of rows) {
        const license = declared.get(locations[0]!.path);
        if (license !== undefined) expect(licenses.join(' OR ')).toBe(license);
      }
    },
  );

  test.each(truths.slice(0, 6))('$image: the same from kept analyses', async ({ image, platform }) => {
    const store = openLayerCache({ directory: cache });
    const cold = await inventoryOf(image, platform, store);
    const found: string[] = [];
    const watched: LayerStore = {
      get: (key) => {
        const bytes = store.get(key);
        if (bytes !== undefined) found.push(key);
        return bytes;
      },
      put: () => expect.unreachable('everything was kept'),
    };
    const warm = await inventoryOf(image, platform, watched);
    expect(found.length).toBe(cold.layers.length);
    expect({ ...warm, layers: [] }).toEqual({ ...cold, layers: [] });
  });
});
