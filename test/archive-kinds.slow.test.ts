import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dockerArchive,
  type FixtureImage,
  ociArchive,
  writeOciLayout,
} from '../packages/engine/src/image/testing/image-builder.ts';
import { scratchFolder } from './program.ts';
import { buildDatabase, judgement, judgementOfFiles, type ScanResult, scan } from './scans.ts';
import { needsShared, shared } from './shared.ts';
import { smallImage, smallMirrorShards, writeSmallMirror } from './small-mirror.ts';
import { unpackImage, writeRootfs } from './unpacked-image.ts';

const images = shared('images');
const feeds = shared('feeds');
const missing = images && feeds ? undefined : needsShared;
const noSkopeo = existsSync('/usr/bin/skopeo') ? undefined : 'needs skopeo (scripts/install-test-parts.sh installs it)';
const scratch = scratchFolder();
const skipped = (reason: string | undefined) => (reason ? ` (skipped: ${reason})` : '');
afterAll(scratch.remove);

/** Writes one form of an image into a folder and says by which reference it is scanned. */
type Form = (image: FixtureImage, folder: string) => string | Promise<string>;

const file =
  (name: string, make: (image: FixtureImage) => Buffer): Form =>
  (image, folder) => {
    writeFileSync(join(folder, name), make(image));
    return join(folder, name);
  };

/** Every form that keeps the layers. */
const forms: Readonly<Record<string, Form>> = {
  'docker save': file('save.tar', (image) => dockerArchive(image)),
  'docker save of Docker 25 and later': file('save25.tar', (image) => dockerArchive(image, { shape: 'docker-25' })),
  'skopeo, buildah': file('skopeo.tar', (image) => dockerArchive(image, { shape: 'skopeo' })),
  kaniko: file('kaniko.tar', (image) => dockerArchive(image, { shape: 'kaniko' })),
  'OCI, gzip': file('gzip.tar', (image) => ociArchive([image], { compression: 'gzip' })),
  'OCI, zstd': file('zstd.tar', (image) => ociArchive([image], { compression: 'zstd' })),
  'OCI, plain': file('plain.tar', (image) => ociArchive([image], { compression: 'none' })),
  'docker save, gzipped as a whole': file('save.tar.gz', (image) => gzipSync(dockerArchive(image), { level: 1 })),
  'OCI, zstd-compressed as a whole': file('oci.tar.zst', (image) =>
    zstdCompressSync(ociArchive([image], { compression: 'none' })),
  ),
  'OCI folder': async (image, folder) => {
    await writeOciLayout(join(folder, 'layout'), [image], { compression: 'zstd' });
    return join(folder, 'layout');
  },
};

const large: readonly string[] = ['debian-12-minbase.oci.tar', 'app-web-shop.oci.tar'];

/** What skopeo itself writes, from a `docker save` archive. */
const skopeoForms: Readonly<Record<string, readonly string[]>> = {
  'docker-archive': [],
  'oci-archive': [],
  oci: ['--dest-compress-format', 'zstd'],
};

const rootfs: Form = (image, folder) => {
  writeRootfs(image, join(folder, 'root'));
  return `rootfs:${join(folder, 'root')}`;
};

async function scanForm(form: Form, image: FixtureImage, dbDir: string): Promise<ScanResult> {
  const folder = mkdtempSync(join(scratch.path, 'form-'));
  try {
    const { result } = await scan(await form(image, folder), dbDir, ['--platform', 'linux/amd64']);
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const bySkopeo =
  (transport: string, options: readonly string[]): Form =>
  (image, folder) => {
    const [from, to] = [join(folder, 'from.tar'), join(folder, 'to')];
    writeFileSync(from, dockerArchive(image));
    const copy = ['--insecure-policy', 'copy', '--quiet', ...options, `docker-archive:${from}`, `${transport}:${to}`];
    execFileSync('skopeo', transport === 'docker-archive' ? [...copy.slice(0, -1), `${copy.at(-1)}:x:1`] : copy);
    return to;
  };

/** Those that a large image is held against: one for each way of reading; the small ones show the rest. */
const formsOfLarge: readonly string[] = ['docker save', 'skopeo, buildah', 'OCI, gzip', 'OCI, zstd'];

/** Every form of one image against the reading of the first. */
function sameInEveryForm(
  image: () => FixtureImage,
  dbDir: string,
  expected: () => Promise<ScanResult>,
  names: readonly string[] = Object.keys(forms),
): void {
  let first: ScanResult;
  const skopeoNames = Object.keys(skopeoForms).slice(0, names === formsOfLarge ? 1 : undefined);
  beforeAll(async () => {
    first = await expected();
  });

  it.each(names)('%s', async (name) => {
    const result = await scanForm(forms[name]!, image(), dbDir);
    expect(judgement(result)).toEqual(judgement(first));
    expect(result.image.layers.map(({ diffId }) => diffId)).toEqual(first.image.layers.map(({ diffId }) => diffId));
    expect(result.image.id).toBe(first.image.id);
  });

  it.skipIf(noSkopeo).each(skopeoNames)(`%s by skopeo itself${skipped(noSkopeo)}`, async (name) => {
    const result = await scanForm(bySkopeo(name, skopeoForms[name]!), image(), dbDir);
    const { facts: _, ...rest } = judgement(result) as { facts: unknown };
    const { facts: __, ...wanted } = judgement(first) as { facts: unknown };
    expect(rest).toEqual(wanted);
  });

  it('root file system', async () => {
    const result = await scanForm(rootfs, image(), dbDir);
    expect(result.image).toMatchObject({ id: null, digest: expect.stringMatching(/^sha256:/), layers: [] });
    expect(result.packages.flatMap(({ locations }) => locations.map(({ layer }) => layer ?? 'none'))).toEqual(
      result.packages.flatMap(({ locations }) => locations.map(() => 'none')),
    );
    expect(judgementOfFiles(result)).toEqual(judgementOfFiles(first));
  });
}

describe('an image made in code, whatever it comes in', () => {
  const dbDir = join(scratch.path, 'small-db');
  beforeAll(async () => {
    writeSmallMirror(join(scratch.path, 'mirror'));
    await buildDatabase(dbDir, join(scratch.path, 'mirror'), smallMirrorShards);
  });
  const first = () => scanForm(forms['docker save']!, smallImage(), dbDir);

  it('is read as it was made', async () => {
    const { packages, findings, image } = await first();
    expect(packages.map(({ type, name, version, locations }) => [type, name, version, locations])).toEqual(
      [
        ['deb', 'base-files', '12.4+deb12u1', '/var/lib/dpkg/status', 0],
        ['deb', 'curl', '7.88.1-10+deb12u1', '/var/lib/dpkg/status', 1],
        ['deb', 'libssl3', '3.0.9-1', '/var/lib/dpkg/status', 1],
        ['deb', 'zlib1g', '1:1.2.13.dfsg-1', '/var/lib/dpkg/status', 0],
        ['npm', 'kept', '2.0.0', '/srv/app/data/node_modules/kept/package.json', 3],
        ['npm', 'lodash', '4.17.15', '/srv/app/node_modules/lodash/package.json', 2],
        ['pypi', 'requests', '2.28.1', '/usr/lib/python3/dist-packages/requests-2.28.1.dist-info/METADATA', 2],
      ].map(([type, name, version, path, layer]) => [
        type,
        name,
        version,
        [{ path, layer: image.layers[Number(layer)]!.diffId }],
      ]),
    );
    expect(findings.map(({ kind, id, package: subject }) => [kind, id, subject?.name].join(' ')).sort()).toEqual([
      'misconfiguration administration-port ',
      'misconfiguration root-user ',
      'vulnerability CVE-2021-23337 lodash',
      'vulnerability CVE-2023-32681 requests',
      'vulnerability CVE-2023-38545 curl',
      'vulnerability CVE-2023-45853 zlib1g',
      'vulnerability CVE-2023-5363 libssl3',
    ]);
  });

  sameInEveryForm(smallImage, dbDir, first);
});

describe.skipIf(missing)(`real images, whatever they come in${skipped(missing)}`, () => {
  const dbDir = join(scratch.path, 'feeds-db');
  beforeAll(async () => {
    if (missing) return;
    const distros = ['debian-8', 'debian-11', 'debian-12', 'alpine-3.12', 'alpine-3.16', 'alpine-3.18'];
    await buildDatabase(dbDir, feeds!, [...distros, 'eol', 'kev', 'npm', 'pypi']);
  });

  describe.each([
    'alpine-3.12.oci.tar',
    'alpine-3.16.docker.tar',
    'alpine-3.18-multiarch.oci.tar',
    'debian-8-dpkgdb.docker.tar.gz',
    'distroless-base-debian11.docker.tar',
    'debian-12-minbase.oci.tar',
    'app-web-shop.oci.tar',
  ])('%s', (name) => {
    let unpacked: FixtureImage | undefined;
    const image = () => {
      unpacked ??= unpackImage(join(images!, name), scratch.path);
      return unpacked;
    };
    afterAll(() => {
      unpacked = undefined;
    });
    const asItCame = async () => {
      const { result } = await scan(join(images!, name), dbDir, ['--platform', 'linux/amd64']);
      return result;
    };
    sameInEveryForm(image, dbDir, asItCame, large.includes(name) ? formsOfLarge : undefined);
  });
});
