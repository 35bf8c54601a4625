import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerArchive, fixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';
import {
  type Described,
  syftCycloneDx,
  syftSpdx,
  tagValue,
  trivyCycloneDx,
} from '../packages/engine/src/inventory/testing/foreign-sboms.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { buildDatabase, judgementOfFiles, listPackages, type Scan, type ScanResult, scan } from './scans.ts';
import { needsShared, shared } from './shared.ts';
import { smallImage, smallMirrorShards, writeSmallMirror } from './small-mirror.ts';

const scratch = scratchFolder();
const at = (...path: string[]) => join(scratch.path, ...path);
const database = at('db');
const image = at('image.tar');
let described: Described;
afterAll(scratch.remove);

beforeAll(async () => {
  writeSmallMirror(at('mirror'));
  await buildDatabase(database, at('mirror'), smallMirrorShards);
  writeFileSync(image, dockerArchive(smallImage()));
  const { packages, image: read } = await listPackages(image);
  described = { packages, distro: read.distro && { ...read.distro, like: [] } };
});

function write(name: string, content: object | string | Buffer): string {
  const path = at(name);
  writeFileSync(path, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
  return path;
}

/** What the tool leaves out. */
const writers = {
  'CycloneDX of Syft': { write: syftCycloneDx, lacks: [] },
  // neither the codename and a name for people, nor the database that lists a package of the distro
  'CycloneDX of Trivy': { write: trivyCycloneDx, lacks: ['distro', 'title', 'path', 'key', 'locations'] },
};

describe.each(Object.entries(writers))('%s', (name, { write: writer, lacks }) => {
  it('is judged as the image is', async () => {
    const file = write(`${name}.json`, writer(described));
    const [ofImage, ofSbom] = await Promise.all([scan(image, database), scan(`sbom:${file}`, database)]);
    expect(ofSbom.result.incomplete).toEqual([]);
    expect(ofSbom.result.findings.length).toBeGreaterThan(4);
    expect(without(lacks, judgementOfFiles(ofSbom.result))).toEqual(without(lacks, judgementOfFiles(ofImage.result)));
    expect(ofSbom.result.image).toMatchObject({ id: null, layers: [], platform: null });
    expect(ofSbom.result.inputs.catalogers).toEqual({ sbom: 5 });
    expect(ofSbom.status).toBe(1);
  });
});

function without(keys: readonly string[], value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner: unknown) => (keys.includes(key) ? undefined : inner)));
}

describe.each(['cyclonedx', 'cyclonedx-1.5', 'spdx', 'spdx-tag-value'])('our own SBOM, %s', (format) => {
  it('gives the findings and the verdict of the image', async () => {
    const file = at(`own-${format}.json`);
    await plimsoll(['sbom', image, '--no-cache', `--format=${format}=${file}`]);
    const [ofImage, ofSbom] = await Promise.all([scan(image, database), scan(file, database)]);
    expect(judgementWithoutLayers(ofSbom.result)).toEqual(judgementWithoutLayers(ofImage.result));
    expect(ofSbom.status).toBe(ofImage.status);
    expect(ofSbom.result.image).toMatchObject({ names: ['small/app:1'], platform: 'linux/amd64', layers: [] });
    expect(ofSbom.result.inputs.subject.digest).toBe(ofSbom.result.image.digest);
  });
});

describe('our own SBOM of a real image, with every fact, by every pack', () => {
  const folder = shared('images');
  const images = folder === undefined ? [] : readdirSync(folder).filter((name) => /\.tar(\.gz)?$/.test(name));
  const packs = ['default', 'cis-docker', 'best-practices', 'nist-800-190', 'pci-dss-4', 'licenses'];
  const policies = packs.map((pack) => `--policy=${pack}`);
  const formats = ['cyclonedx', 'spdx-tag-value', 'cyclonedx-1.5', 'spdx'];

  it.skipIf(images.length === 0)(`there are images (${needsShared})`, () => {
    expect(images.length).toBeGreaterThan(5);
  });

  it.each(images.map((name, at) => [name, formats[at % formats.length]!] as const))('%s, %s', async (name, format) => {
    const [real, file] = [join(folder!, name), at(`${name}.${format}`)];
    await plimsoll(['sbom', real, '--no-cache', '--facts=all', `--format=${format}=${file}`]);
    const [ofImage, ofSbom] = await Promise.all([scan(real, database, policies), scan(file, database, policies)]);
    expect(judgementWithoutLayers(ofSbom.result)).toEqual(judgementWithoutLayers(ofImage.result));
    expect(ofSbom.status).toBe(ofImage.status);
  });
});

it('our own SBOM tells of the files that it was asked for, and only of these', async () => {
  const rules = write(
    'files.yaml',
    [
      'name: files',
      'rules:',
      '  - id: no-setuid',
      '    scope: file',
      '    when: file.setUid',
      '    action: deny',
      '    message: "{file.path} is set-user-id"',
    ].join('\n'),
  );
  const setUid = at('set-uid.tar');
  const layers = [[{ path: 'usr/bin/mount', content: 'x', mode: 0o4755 }]];
  writeFileSync(setUid, dockerArchive(fixtureImage({ names: ['small/app:1'], layers })));
  for (const format of ['cyclonedx', 'spdx-tag-value']) {
    const [told, untold] = [at(`told-${format}`), at(`untold-${format}`)];
    await plimsoll(['sbom', setUid, '--no-cache', '--facts=files', `--format=${format}=${told}`]);
    await plimsoll(['sbom', setUid, '--no-cache', `--format=${format}=${untold}`]);
    const ofImage = await scan(setUid, database, ['--policy', rules]);
    const ofSbom = await scan(told, database, ['--policy', rules]);
    expect(ofImage.result.verdict.rules).toMatchObject([{ id: 'no-setuid' }]);
    expect(judgementWithoutLayers(ofSbom.result)).toEqual(judgementWithoutLayers(ofImage.result));
    expect(ofSbom.status).toBe(ofImage.status);
    const unasked = await scan(told, database);
    expect(unasked.result.facts).toEqual((await scan(untold, database)).result.facts);
    const { result } = await scan(untold, database, ['--policy', rules]);
    expect(result.incomplete).toMatchObject([{ code: 'sbom-incomplete' }]);
    const damaged = write(`damaged-${format}`, readFileSync(told, 'utf8').replace('4755', 'zzzz'));
    expect((await scan(damaged, database, ['--policy', rules])).status).toBe(4);
  }
});

/** All that is judged; an SBOM has no layers, and the values of variables stay out of it. */
function judgementWithoutLayers({
  packages,
  findings,
  incomplete,
  facts,
  verdict,
  image: { distro, names },
}: ScanResult) {
  return without(['layer', 'claimedLayer', 'instruction', 'inBase', 'env'], {
    packages,
    findings,
    incomplete,
    facts,
    verdict,
    distro,
    names,
  });
}

it('SPDX in the tag-value format is judged as the image is', async () => {
  const file = write('app.spdx', tagValue(syftSpdx(described)));
  const [ofImage, ofSbom] = await Promise.all([scan(image, database), scan(file, database)]);
  const ids = ({ result }: Scan) =>
    result.findings.flatMap(({ kind, id, package: pkg }) => (kind === 'misconfiguration' ? [] : [[id, pkg?.name]]));
  expect(ids(ofSbom)).toEqual(ids(ofImage));
  expect(ofSbom.result.incomplete).toEqual([]);
});

it('is recognised by its content, compressed or not, and needs no layer of its name', async () => {
  const body = Buffer.from(JSON.stringify(syftCycloneDx(described)));
  const plain = write('bom.json', body);
  const packages = (await listPackages(plain)).packages;
  expect(packages.length).toBe(described.packages.length);
  for (const file of [write('bom.gz', gzipSync(body)), write('bom.zst', zstdCompressSync(body)), `file://${plain}`]) {
    expect((await listPackages(file)).packages).toEqual(packages);
  }
  const { stdout } = await plimsoll(['scan', `sbom:${plain}`, '--db-dir', database, '--offline', '--at', '2026-08-22']);
  expect(stdout).toContain('CVE-2023-5363');
  expect(stdout).not.toMatch(/undefined|NaN/);
});

it('gives the same bytes again', async () => {
  const file = write('again.json', syftCycloneDx(described));
  const [one, two] = [await scan(file, database), await scan(file, database)];
  expect(two.stdout).toBe(one.stdout);
});

describe('what ends with 3 or 4 and one message, never with 0', () => {
  const head = '{"bomFormat":"CycloneDX","specVersion":"1.6"';
  /** gzip of many members: as long to make as one of them */
  const bomb = () => {
    const member = gzipSync(Buffer.alloc(2 ** 24, 0x61));
    return Buffer.concat([gzipSync(`${head},"x":"`), ...Array.from({ length: 33 }, () => member)]);
  };
  const cases: readonly (readonly [string, () => string | Buffer, number, RegExp])[] = [
    ['UTF-16', () => Buffer.from(`\ufeff${head}}`, 'utf16le'), 3, /UTF-16 is not supported/],
    ['an npm lock file', () => readFileSync('package-lock.json'), 3, /JSON, but no SBOM/],
    ['an empty file', () => '', 3, /the file is empty/],
    ['a damaged gzip', () => gzipSync(`${head}}`).subarray(0, 30), 3, /truncated/],
    ['more than half a gigabyte', bomb, 3, /the SBOM is larger than/],
    [
      'a million components',
      () => `${head},"components":[${'{"type":"file"},'.repeat(1_000_000)}{}]}`,
      3,
      /more than 250000 components/,
    ],
    ['nothing in it', () => `${head}}`, 4, /lists no package at all/],
    [
      'dependencies in a circle, and nothing else',
      () => `${head},"dependencies":[{"ref":"a","dependsOn":["b"]},{"ref":"b","dependsOn":["a"]}]}`,
      4,
      /lists no package at all/,
    ],
    [
      'wrong types',
      () => `${head},"components":{"a":[1]},"metadata":7}`,
      4,
      /cannot be judged|not listed|lists no package/,
    ],
  ];
  it.each(cases)('%s', async (name, content, status, message) => {
    const file = write(`hostile-${name.replaceAll(' ', '-')}`, content());
    const ran = await plimsoll([
      'scan',
      `sbom:${file}`,
      '--db-dir',
      database,
      '--offline',
      '--at',
      '2026-08-22',
      '--format',
      'json',
    ]);
    expect(ran.status).toBe(status);
    expect(status === 3 ? ran.stderr : ran.stdout).toMatch(message);
    expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/internal error|\n\s+at /);
  });
});
