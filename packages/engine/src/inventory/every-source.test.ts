import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readImage } from '../image/read-image.ts';
import { type FakeEngine, fakeEngine } from '../image/testing/fake-engine.ts';
import { fakeRegistry } from '../image/testing/fake-registry.ts';
import {
  dockerArchive,
  type FixtureEntry,
  fixtureImage,
  ociArchive,
  ociLayoutFiles,
  writeOciLayout,
} from '../image/testing/image-builder.ts';
import { createLayerAnalyser } from './layer-analyser.ts';
import { takeInventory } from './take-inventory.ts';
import { buildGo } from './testing/elf-builder.ts';
import type { Inventory } from './types.ts';

const stanza = (name: string, version: string, source = name) =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nSource: ${source}\nVersion: ${version}\n\n`;
const six = 'usr/lib/python3/dist-packages/six-1.16.0.egg-info';
const lodash = '{"name":"lodash","version":"4.17.20","license":"MIT"}';

/** Larger than executables that are kept whole while they pass by. */
const largeGo = Buffer.concat([buildGo('go1.21.0', '', { stripped: true }), Buffer.alloc(17 * 1024 * 1024)]);

/** The file system in the end, and before that what the last layer takes away. */
const kept: readonly FixtureEntry[] = [
  { path: 'usr/lib/os-release', content: 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n' },
  { path: 'etc/os-release', type: 'symlink', linkTarget: '../usr/lib/os-release' },
  { path: 'lib', type: 'symlink', linkTarget: 'usr/lib' },
  {
    path: 'var/lib/dpkg/status',
    content: stanza('libc6', '2.36-9', 'glibc (2.36-9)') + stanza('python3-six', '1.16.0-4'),
  },
  { path: 'var/lib/dpkg/info/python3-six.list', content: `/.\n/${six}\n` },
  {
    path: 'usr/share/doc/libc6/copyright',
    content: 'Format: x/copyright-format/1.0/\n\nFiles: *\nLicense: LGPL-2.1\n',
  },
  { path: six, content: 'Name: six\nVersion: 1.16.0\nLicense: MIT\n' },
  { path: 'store/0123', content: lodash },
  { path: 'srv/node_modules/lodash/package.json', type: 'hardlink', linkTarget: 'store/0123' },
  { path: 'srv/node_modules/@s/broken/package.json', content: '{"name":' },
  { path: 'usr/bin/tool', content: buildGo('go1.22.1', 'dep\ta.example/b\tv1.0.0\n'), mode: 0o755 },
  { path: 'usr/bin/same', type: 'hardlink', linkTarget: 'usr/bin/tool' },
  { path: 'opt/large', content: largeGo, mode: 0o755 },
  { path: 'opt/app/.pnp.cjs', content: '#!/usr/bin/env node' },
];
const removed: readonly FixtureEntry[] = [
  { path: 'srv/node_modules/gone/package.json', content: '{"name":"gone","version":"1.0.0"}' },
  { path: 'opt/old/node_modules/gone/package.json', content: '{"name":"gone","version":"1.0.0"}' },
];
const image = fixtureImage({
  layers: [
    [...kept.slice(0, 3), { path: 'var/lib/dpkg/status', content: stanza('libc6', '2.36-9', 'glibc (2.36-9)') }],
    [...kept.slice(3), ...removed],
    [
      { path: 'srv/node_modules/.wh.gone' },
      { path: 'opt/old/.wh..wh..opq' },
      { path: 'usr/lib/x', content: 'x' },
      { path: 'lib64', type: 'symlink', linkTarget: 'usr/lib' },
      { path: 'lib64/y', content: 'through the link' },
    ],
  ],
  config: { User: 'app', ExposedPorts: { '22/tcp': {} } },
});

let directory: string;
let engine: FakeEngine;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plimsoll-sources-'));
  engine = await fakeEngine(directory, { image });
  const write = (name: string, bytes: Buffer) => writeFileSync(join(directory, name), bytes);
  for (const shape of ['docker-save', 'docker-25', 'skopeo', 'kaniko'] as const) {
    write(`${shape}.tar`, dockerArchive(image, { shape }));
  }
  write('docker-save.tar.gz', gzipSync(dockerArchive(image)));
  write('docker-save.tar.zst', zstdCompressSync(dockerArchive(image)));
  for (const compression of ['none', 'gzip', 'zstd'] as const) {
    write(`oci-${compression}.tar`, ociArchive([image], { compression }));
    await writeOciLayout(join(directory, `oci-${compression}`), [image], { compression });
  }
  for (const entry of kept) place(join(directory, 'rootfs'), entry);
});

afterAll(async () => {
  await engine.close();
  rmSync(directory, { recursive: true, force: true });
});

function place(root: string, { path, type, content, linkTarget, mode }: FixtureEntry): void {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  if (type === 'symlink') symlinkSync(linkTarget!, full);
  else if (type === 'hardlink') linkSync(join(root, linkTarget!), full);
  else writeFileSync(full, content!, { mode: mode ?? 0o644 });
}

async function inventoryOf(reference: string): Promise<Inventory> {
  const analyser = createLayerAnalyser();
  const opened = await readImage(reference, { analyser, platform: 'linux/amd64', engineHost: engine.unix });
  try {
    return await takeInventory(opened);
  } finally {
    await opened.close();
  }
}

/** What a root file system can say as well: no layers. */
function flat({ distro, packages, incomplete }: Inventory) {
  return {
    distro,
    packages: packages.map(({ locations, ...rest }) => ({ ...rest, paths: locations.map(({ path }) => path) })),
    incomplete: incomplete.map(({ layer: _, ...rest }) => rest),
  };
}

test('what is in the image', async () => {
  const inventory = await inventoryOf(join(directory, 'docker-save.tar'));
  const layers = inventory.layers.map(({ diffId }) => diffId);
  const rows = inventory.packages.map(({ purl, ownedBy, licenses, locations: [at] }) => [
    purl,
    ownedBy,
    licenses[0],
    layers.indexOf(at!.layer),
  ]);
  expect(rows).toEqual([
    ['pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12', null, 'LGPL-2.1', 0],
    ['pkg:deb/debian/python3-six@1.16.0-4?arch=amd64&distro=debian-12', null, undefined, 1],
    ['pkg:golang/a.example/b@v1.0.0', null, undefined, 1],
    ['pkg:golang/a.example/b@v1.0.0', null, undefined, 1],
    ['pkg:golang/stdlib@1.21.0', null, undefined, 1],
    ['pkg:golang/stdlib@1.22.1', null, undefined, 1],
    ['pkg:golang/stdlib@1.22.1', null, undefined, 1],
    ['pkg:npm/lodash@4.17.20', null, 'MIT', 1],
    ['pkg:pypi/six@1.16.0', 'python3-six', 'MIT', 1],
  ]);
  expect(inventory.incomplete.map(({ code, path }) => [code, path])).toEqual([
    ['application-unread', '/opt/app/.pnp.cjs'],
    ['package-manifest-damaged', '/srv/node_modules/@s/broken/package.json'],
  ]);
  expect(inventory.facts.config?.exposedPorts).toEqual(['22/tcp']);
});

test.each([
  'docker-25.tar',
  'skopeo.tar',
  'kaniko.tar',
  'docker-save.tar.gz',
  'docker-save.tar.zst',
  'oci-none.tar',
  'oci-gzip.tar',
  'oci-zstd.tar',
  'oci-none',
  'oci-gzip',
  'oci-zstd',
])('%s gives the same', async (name) => {
  const [want, found] = [
    await inventoryOf(join(directory, 'docker-save.tar')),
    await inventoryOf(join(directory, name)),
  ];
  expect({ ...found, layers: [] }).toEqual({ ...want, layers: [] });
});

test('the engine gives the same', async () => {
  const [want, found] = [
    await inventoryOf(join(directory, 'docker-save.tar')),
    await inventoryOf('docker:example:latest'),
  ];
  expect({ ...found, layers: [] }).toEqual({ ...want, layers: [] });
});

test.each(['none', 'gzip', 'zstd'] as const)('a registry gives the same (%s)', async (compression) => {
  const registry = await fakeRegistry({ files: ociLayoutFiles([image], { compression }) });
  const [want, found] = [
    await inventoryOf(join(directory, 'docker-save.tar')),
    await inventoryOf(`registry:${registry.host}/app:1`),
  ];
  expect({ ...found, layers: [] }).toEqual({ ...want, layers: [] });
});

test('a root file system gives the same, but for the layers', async () => {
  const [want, found] = [
    await inventoryOf(join(directory, 'docker-save.tar')),
    await inventoryOf(`rootfs:${join(directory, 'rootfs')}`),
  ];
  expect(flat(found)).toEqual(flat(want));
  expect(found.packages.every(({ locations: [at] }) => at!.layer === null)).toBe(true);
});
