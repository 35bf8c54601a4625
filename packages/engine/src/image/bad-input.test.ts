import { closeSync, ftruncateSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { constants, createGzip, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ImageError } from './error.ts';
import {
  compress,
  dockerArchive,
  type FixtureEntry,
  fixtureImage,
  ociArchive,
  ociLayoutFiles,
  paxHeader,
  sha256,
  tarArchive,
  tarHeader,
  withChecksum,
  writeOciLayout,
} from './testing/image-builder.ts';
import { readSeen, recordingAnalyser, temporaryDirectory, temporaryFile } from './testing/reading.ts';

const directory = temporaryDirectory();
const file = (content: Uint8Array | string, name?: string) => temporaryFile(directory, content, name);

const image = fixtureImage({ layers: [[{ path: 'etc/os-release', content: 'ID=debian\n' }]] });

/** An OCI archive with some of its files replaced. */
function alteredOci(change: (files: Map<string, Buffer>) => void, base = image): Buffer {
  const files = ociLayoutFiles([base]);
  change(files);
  return tarArchive([...files].map(([path, content]) => ({ path, content })));
}

/** An OCI archive whose only layer blob is `blob`, rightly described. */
function withBlob(blob: Buffer, mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip'): Buffer {
  const layers = [{ mediaType, digest: sha256(blob), size: blob.length }];
  const files = ociLayoutFiles([image], { manifest: (manifest) => ({ ...manifest, layers }) });
  files.set(`blobs/${sha256(blob).replace(':', '/')}`, blob);
  return tarArchive([...files].map(([path, content]) => ({ path, content })));
}

const layerOf = (entries: readonly FixtureEntry[]) => dockerArchive(fixtureImage({ layers: [entries] }));
const rawLayer = (bytes: Buffer) => dockerArchive(fixtureImage({ layers: [bytes] }));

function layerBlobPath(files: ReadonlyMap<string, Buffer>): string {
  return [...files].find(([, content]) => content[0] === 0x1f)![0];
}

describe('an image that cannot be read is one clear error', () => {
  const docker = dockerArchive(image);
  const cases: readonly (readonly [string, Uint8Array | string, string, string])[] = [
    ['an empty file', '', 'TRUNCATED', 'empty'],
    ['text', 'hello world\n'.repeat(200), 'NOT_AN_IMAGE', 'no image archive'],
    ['random bytes', Buffer.alloc(5000, 0xa7), 'NOT_AN_IMAGE', 'no image archive'],
    ['a tar that is no image', tarArchive([{ path: 'a' }]), 'NOT_AN_IMAGE', 'manifest.json'],
    ['gzip of something else', gzipSync('hello'), 'TRUNCATED', 'truncated'],
    ['gzip of another tar', gzipSync(tarArchive([{ path: 'a' }])), 'NOT_AN_IMAGE', 'manifest.json'],
    ['half of a docker-archive', docker.subarray(0, 3000), 'TRUNCATED', 'truncated'],
    ['half of a gzipped docker-archive', gzipSync(docker).subarray(0, 300), 'TRUNCATED', 'truncated'],
    ['a gzipped half', gzipSync(docker.subarray(0, 3000)), 'TRUNCATED', 'truncated'],
    ['gzip with something behind it', Buffer.concat([gzipSync(docker), Buffer.from('more')]), 'CORRUPT', 'gzip'],
    ['a flipped byte in a header', flipped(docker, 5), 'CORRUPT', 'checksum'],
    ['manifest.json that is no JSON', tarArchive([{ path: 'manifest.json', content: '{' }]), 'CORRUPT', 'JSON'],
    ['manifest.json that is no list', tarArchive([{ path: 'manifest.json', content: '{}' }]), 'CORRUPT', 'list'],
    [
      'manifest.json that lists nothing',
      tarArchive([{ path: 'manifest.json', content: '[]' }]),
      'NOT_AN_IMAGE',
      'no image',
    ],
    [
      'manifest.json of wrong types',
      tarArchive([{ path: 'manifest.json', content: '[{"Config":1}]' }]),
      'CORRUPT',
      'Config',
    ],
    [
      'a docker-archive without its config',
      tarArchive([{ path: 'manifest.json', content: '[{"Config":"x.json","Layers":[]}]' }]),
      'MISSING_BLOB',
      'x.json is missing',
    ],
    ['index.json that lists nothing', tarArchive([{ path: 'index.json', content: '{}' }]), 'NOT_AN_IMAGE', 'no image'],
    ['a layer that is missing', alteredOci((files) => files.delete(layerBlobPath(files))), 'MISSING_BLOB', 'missing'],
    ['a layer of another size', alteredOci((f) => f.set(layerBlobPath(f), gzipSync('x'))), 'TRUNCATED', 'states'],
    [
      'a layer with other bytes',
      alteredOci((files) => {
        const path = layerBlobPath(files);
        // the operating system in the gzip header: still the same content
        files.set(path, flipped(files.get(path)!, 9));
      }),
      'DIGEST_MISMATCH',
      'wrong digest',
    ],
    ['a layer whose gzip is damaged', withBlob(flipped(gzipSync(image.layers[0]!), 30)), 'CORRUPT', 'gzip'],
    ['a layer whose gzip ends early', withBlob(gzipSync(image.layers[0]!).subarray(0, -6)), 'TRUNCATED', 'truncated'],
    [
      'a layer with bytes behind its gzip',
      withBlob(Buffer.concat([gzipSync(image.layers[0]!), Buffer.from('junk')])),
      'CORRUPT',
      'gzip',
    ],
    ['a layer that is no tar', withBlob(gzipSync(Buffer.alloc(1000, 0x61))), 'CORRUPT', 'checksum'],
    [
      'a layer compressed with xz',
      withBlob(Buffer.from('\xfd7zXZ\0\0\x04some xz data', 'latin1')),
      'UNSUPPORTED',
      'xz',
    ],
    ['an archive compressed with bzip2', Buffer.from(`BZh91AY&SY${'x'.repeat(600)}`), 'UNSUPPORTED', 'bzip2'],
    [
      'an unknown layer type',
      withBlob(compress(image.layers[0]!, 'gzip'), 'application/x-squashfs'),
      'UNKNOWN_MEDIA_TYPE',
      'squashfs',
    ],
    [
      'a config that lists other layers',
      ociArchive([fixtureImage({ layers: [[]], top: { rootfs: { type: 'layers', diff_ids: [] } } })]),
      'CORRUPT',
      'lists 0 layers',
    ],
    [
      'a config of wrong types',
      dockerArchive(fixtureImage({ layers: [], config: { Env: 'A=1', Labels: [] } })),
      'CORRUPT',
      'Env',
    ],
    [
      'a plain layer that is not the one that the config means, in a compressed archive',
      gzipSync(
        dockerArchive(fixtureImage({ layers: [[]], top: { rootfs: { diff_ids: [sha256(Buffer.from('x'))] } } })),
      ),
      'DIGEST_MISMATCH',
      'wrong digest',
    ],
    [
      'a docker-archive whose config is not what it is named after',
      tarArchive([
        { path: `${'a'.repeat(64)}.json`, content: '{}' },
        { path: 'manifest.json', content: `[{"Config":"${'a'.repeat(64)}.json","Layers":[]}]` },
      ]),
      'DIGEST_MISMATCH',
      'wrong digest',
    ],
    [
      'links of the archive that loop',
      tarArchive([
        { path: 'a', type: 'symlink', linkTarget: 'b' },
        { path: 'b', type: 'symlink', linkTarget: 'a' },
        { path: 'c.json', content: image.config },
        { path: 'manifest.json', content: '[{"Config":"c.json","Layers":["a"]}]' },
      ]),
      'CORRUPT',
      'loops',
    ],
    ['a tar layer that ends within an entry', rawLayer(image.layers[0]!.subarray(0, 700)), 'TRUNCATED', 'truncated'],
    ['a wrong header checksum in a layer', rawLayer(flipped(image.layers[0]!, 0)), 'CORRUPT', 'checksum'],
    ['a size that is no number', rawLayer(damagedSize()), 'CORRUPT', 'size'],
    ['a malformed PAX record', rawLayer(damagedPax('99 path=x\n')), 'CORRUPT', 'PAX'],
    ['a PAX size that is no number', rawLayer(damagedPax('11 size=-1\n')), 'CORRUPT', 'size'],
    [
      'a PAX header over its limit',
      rawLayer(Buffer.concat([tarHeader({ path: 'x', flag: 'x' }, 2_000_000), Buffer.alloc(2_000_896)])),
      'TOO_LARGE',
      'extended tar header',
    ],
    [
      'a body of 10 GiB that is not there',
      rawLayer(tarHeader({ path: 'big' }, 10 * 1024 ** 3)),
      'TRUNCATED',
      'claims more bytes',
    ],
    [
      'a body of 10 GiB that is not there, compressed',
      ociArchive([fixtureImage({ layers: [tarHeader({ path: 'big' }, 10 * 1024 ** 3)] })]),
      'TRUNCATED',
      'truncated',
    ],
    [
      'a sparse file whose data of 10 GiB is not there',
      rawLayer(tarHeader({ path: 'big', flag: 'S' }, 10 * 1024 ** 3)),
      'TRUNCATED',
      'claims more bytes',
    ],
    [
      'an outer member of 10 GiB that is not there',
      Buffer.concat([tarHeader({ path: 'layer.tar' }, 10 * 1024 ** 3), Buffer.alloc(2000)]),
      'TRUNCATED',
      'claims more bytes',
    ],
  ];
  it.each(cases)('%s', async (_, bytes, code, message) => {
    const before = process.memoryUsage().rss;
    const error: unknown = await readSeen(file(bytes)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ImageError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  it('names the index or manifest that was changed', async () => {
    for (const which of ['manifest', 'config']) {
      const layout = join(directory, `changed-${which}`);
      await writeOciLayout(layout, [image]);
      for (const [path, content] of ociLayoutFiles([image])) {
        const isConfig = content.equals(image.config);
        if (path.startsWith('blobs') && content[0] === 0x7b && isConfig === (which === 'config')) {
          writeFileSync(join(layout, path), Buffer.from(String(content).replace('20', '19').replace('sha', 'SHA')));
        }
      }
      await expect(readSeen(layout)).rejects.toMatchObject({
        code: 'DIGEST_MISMATCH',
        message: expect.stringContaining(which),
      });
    }
  });

  it('refuses manifests over their limit', async () => {
    const limits = { maxManifestBytes: 50 };
    for (const archive of [dockerArchive(image), ociArchive([image]), gzipSync(ociArchive([image]))]) {
      await expect(readSeen(file(archive), { limits })).rejects.toMatchObject({ code: 'TOO_LARGE' });
    }
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = copy[at]! ^ 0xff;
  return copy;
}

function damagedSize(): Buffer {
  const header = tarHeader({ path: 'x' }, 0);
  header.write('00000zz', 124);
  return withChecksum(header);
}

function damagedPax(text: string): Buffer {
  const body = Buffer.alloc(512);
  body.write(text);
  return Buffer.concat([tarHeader({ path: 'x', flag: 'x' }, text.length), body]);
}

describe('what cannot be read of a layer is a problem, and the rest is read', () => {
  const rest: FixtureEntry = { path: 'etc/hostname', content: 'rest' };
  const cases: readonly (readonly [string, FixtureEntry, string])[] = [
    ['a path that climbs out', { path: '../../etc/passwd', content: 'x' }, 'unsafe-path'],
    ['a path with .. in the middle', { path: 'a/../../etc/passwd', content: 'x' }, 'unsafe-path'],
    ['an absolute path with ..', { path: '/../etc/passwd', content: 'x' }, 'unsafe-path'],
    ['a hard link that climbs out', { path: 'x', type: 'hardlink', linkTarget: '../../etc/passwd' }, 'unsafe-path'],
    ['a whiteout of nothing', { path: 'a/.wh.' }, 'unsafe-path'],
    ['a whiteout of the folder above', { path: 'a/.wh...' }, 'unsafe-path'],
    ['an unknown type', { path: 'x', flag: 'Z', content: 'some body' }, 'entry-not-understood'],
    ['a sparse file', { path: 'x', flag: 'S', content: 'data' }, 'entry-not-understood'],
    ['a path over the limit', { path: 'p'.repeat(5000) }, 'limit-reached'],
  ];
  it.each(cases)('%s', async (_, entry, code) => {
    for (const archive of [layerOf([entry, rest]), gzipSync(layerOf([entry, rest]))]) {
      const read = await readSeen(file(archive));
      const { listing, files } = read.layers[0]!.analysis;
      expect(listing.problems).toMatchObject([{ code }]);
      expect(files).toEqual([['etc/hostname', 'rest']]);
      expect(listing.whiteouts).toEqual([]);
    }
  });

  it('takes absolute paths and link targets as inside the image', async () => {
    const read = await readSeen(
      file(
        layerOf([
          { path: '/etc/shadow', content: 'x' },
          { path: 'l', type: 'symlink', linkTarget: '/etc/shadow' },
        ]),
      ),
    );
    expect(read.layers[0]?.analysis.listing).toMatchObject({
      entries: [{ path: 'etc/shadow' }, { path: 'l', linkTarget: '/etc/shadow' }],
      problems: [],
    });
  });

  it('stops at the number of entries', async () => {
    const entries = Array.from({ length: 20 }, (_, index) => ({ path: `f${index}` }));
    const read = await readSeen(file(layerOf(entries)), { limits: { maxEntriesPerLayer: 5 } });
    const { listing } = read.layers[0]!.analysis;
    expect(listing.entries).toHaveLength(5);
    expect(listing.problems).toMatchObject([{ code: 'limit-reached' }]);
  });

  it('lists no more problems than their limit', async () => {
    const entries = Array.from({ length: 3000 }, (_, index) => ({ path: `../${index}` }));
    const { problems } = (await readSeen(file(layerOf(entries)))).layers[0]!.analysis.listing;
    expect(problems).toHaveLength(1001);
    expect(problems.at(-1)?.code).toBe('limit-reached');
  });

  it('leaves out files over the limit', async () => {
    const entries = [{ path: 'big', content: 'x'.repeat(2000) }, rest];
    const read = await readSeen(file(layerOf(entries)), { limits: { maxFileBytes: 1999 } });
    expect(read.layers[0]?.analysis.listing.problems).toMatchObject([{ code: 'file-too-large', path: 'big' }]);
    expect(read.layers[0]?.analysis.files).toEqual([['etc/hostname', 'rest']]);
  });
});

describe('bombs', () => {
  /** A tar with one file of so many zeros, compressed. */
  async function bomb(bytes: number, kind: 'gzip' | 'zstd'): Promise<Buffer> {
    const head = Buffer.concat([...tarArchiveParts('etc/first', 'seen'), tarHeader({ path: 'bomb' }, bytes)]);
    const zeros = Buffer.alloc(16 * 1024 * 1024);
    if (kind === 'zstd') {
      // frames follow each other: 16 MiB of zeros are some hundred bytes
      const frame = zstdCompressSync(zeros);
      return Buffer.concat([zstdCompressSync(head), ...new Array<Buffer>(bytes / zeros.length).fill(frame)]);
    }
    const gzip = createGzip({ level: constants.Z_BEST_SPEED });
    const chunks: Buffer[] = [];
    gzip.on('data', (chunk: Buffer) => chunks.push(chunk));
    gzip.write(head);
    for (let written = 0; written < bytes; written += zeros.length) {
      await new Promise((resolve) => gzip.write(zeros, resolve));
    }
    await new Promise((resolve) => gzip.on('end', resolve).end());
    return Buffer.concat(chunks);
  }

  function tarArchiveParts(path: string, content: string): Buffer[] {
    return [tarArchive([{ path, content }], { endMark: false })];
  }

  for (const kind of ['gzip', 'zstd'] as const) {
    it(`stops at the ratio (${kind}), and says so`, async () => {
      const blob = await bomb(1.25 * 1024 ** 3, kind);
      expect(blob.length).toBeLessThan(10e6);
      const archive = withBlob(blob);
      const analyser = recordingAnalyser();
      for (const whole of [archive, gzipSync(archive)]) {
        const read = await readSeen(file(whole), { analyser, limits: { maxFileBytes: 1000 } });
        const [layer] = read.layers;
        expect(layer?.verified).toBe(false);
        expect(layer?.analysis.files).toEqual([['etc/first', 'seen']]);
        expect(layer?.analysis.listing.problems.map((problem) => problem.code)).toEqual([
          'file-too-large',
          'limit-reached',
        ]);
      }
      expect(analyser.keys).toEqual([]);
    });
  }

  it('stops at the size of a layer', async () => {
    const archive = ociArchive([fixtureImage({ layers: [[{ path: 'zeros', content: Buffer.alloc(5_000_000) }]] })]);
    for (const whole of [archive, gzipSync(archive)]) {
      const read = await readSeen(file(whole), { limits: { maxLayerBytes: 1_000_000 } });
      expect(read.layers[0]?.analysis.listing.problems).toMatchObject([{ code: 'limit-reached' }]);
      expect(read.layers[0]?.verified).toBe(false);
    }
  });

  it('skips a plain body of 10 GiB without reading it', async () => {
    const path = join(directory, 'sparse.tar');
    const size = 10 * 1024 ** 3;
    const inner = [tarHeader({ path: 'big' }, size), tarArchive([{ path: 'etc/last', content: 'seen' }])];
    const layerSize = 512 + size + inner[1]!.length;
    const head = tarHeader({ path: 'layer.tar' }, layerSize);
    const config = JSON.stringify({ rootfs: { diff_ids: [sha256(Buffer.from('never read'))] } });
    const tail = tarArchive([
      { path: 'c.json', content: config },
      { path: 'manifest.json', content: '[{"Config":"c.json","Layers":["layer.tar"]}]' },
    ]);
    const descriptor = openSync(path, 'w');
    writeSync(descriptor, Buffer.concat([head, inner[0]!]), 0, 1024, 0);
    writeSync(descriptor, inner[1]!, 0, inner[1]!.length, 1024 + size);
    writeSync(descriptor, tail, 0, tail.length, 512 + layerSize);
    ftruncateSync(descriptor, 512 + layerSize + tail.length);
    closeSync(descriptor);
    const read = await readSeen(path, { analyser: recordingAnalyser((name) => name === 'etc/last') });
    expect(read.layers[0]?.analysis.files).toEqual([['etc/last', 'seen']]);
    rmSync(path);
  });
});

describe('odd but right archives', () => {
  const seen = async (layer: Buffer, compression: 'none' | 'gzip' | 'zstd' = 'none') =>
    (await readSeen(file(ociArchive([fixtureImage({ layers: [layer] })], { compression })))).layers[0]!.analysis;

  it('PAX: path, link, size, owner; attributes and global headers do not matter', async () => {
    const layer = Buffer.concat([
      ...paxHeader({ path: 'ignored/by/engines', comment: 'x' }, 'g'),
      ...paxHeader({ path: 'päth/ü', size: '3', uid: '70000', 'SCHILY.xattr.security.capability': '\u0001\n\u0000' }),
      tarHeader({ path: 'short' }, 0),
      Buffer.concat([Buffer.from('abc'), Buffer.alloc(509)]),
      ...paxHeader({ linkpath: 'a/long/target' }),
      tarArchive([{ path: 'l', type: 'symlink', linkTarget: 'x' }, { path: 'plain' }]),
    ]);
    const { listing, files } = await seen(layer);
    expect(listing.entries).toMatchObject([
      { path: 'päth/ü', size: 3, uid: 70000 },
      { path: 'l', linkTarget: 'a/long/target' },
      { path: 'plain', uid: 0 },
    ]);
    expect(files).toEqual([
      ['päth/ü', 'abc'],
      ['plain', ''],
    ]);
  });

  it('PAX and GNU sparse files are passed with what they store', async () => {
    const layer = Buffer.concat([
      ...paxHeader({
        'GNU.sparse.major': '1',
        'GNU.sparse.minor': '0',
        'GNU.sparse.name': 'real',
        'GNU.sparse.realsize': '9999999',
      }),
      tarArchive([{ path: 'GNUSparseFile.0/real', content: 'x'.repeat(600) }], { endMark: false }),
      gnuSparse(),
      tarArchive([{ path: 'after', content: 'ok' }]),
    ]);
    const { listing, files } = await seen(layer);
    expect(listing.entries.map(({ path, size }) => [path, size])).toEqual([
      ['real', 9999999],
      ['gnu', 8192],
      ['after', 2],
    ]);
    expect(listing.problems.map((problem) => problem.code)).toEqual(['entry-not-understood', 'entry-not-understood']);
    expect(files).toEqual([['after', 'ok']]);
  });

  function gnuSparse(): Buffer {
    const header = tarHeader({ path: 'gnu', flag: 'S' }, 700);
    header[482] = 1;
    header.write('00000020000\0', 483, 'latin1');
    const more = Buffer.alloc(512);
    return Buffer.concat([withChecksum(header), more, Buffer.alloc(1024, 0x61)]);
  }

  it('v7 and ustar: prefixes, directories by their slash, names that are no UTF-8', async () => {
    const v7 = tarHeader({ path: 'old/', flag: '\0' }, 0);
    v7.fill(0, 257);
    const prefixed = tarHeader({ path: 'name' }, 0);
    prefixed.write('some/prefix', 345);
    const binary = tarHeader({ path: 'x' }, 0);
    binary[0] = 0xe9;
    const layer = Buffer.concat([...[v7, prefixed, binary].map(withChecksum)]);
    const { listing } = await seen(layer);
    expect(listing.entries.map(({ path, type }) => [path, type])).toEqual([
      ['old', 'directory'],
      ['some/prefix/name', 'file'],
      ['\uf7e9', 'file'],
    ]);
  });

  it.each(['gnu', 'pax'] as const)('long names and links (%s)', async (longNames) => {
    const path = `${'d/'.repeat(150)}file`;
    const layer = tarArchive(
      [
        { path, content: 'x' },
        { path: 'l', type: 'symlink', linkTarget: path },
      ],
      { longNames },
    );
    const { listing, files } = await seen(layer);
    expect(files).toEqual([[path, 'x']]);
    expect(listing.entries[1]?.linkTarget).toBe(path);
  });

  it('no mark at the end, a lone zero block, nothing at all', async () => {
    const one = tarArchive([{ path: 'a', content: 'x' }], { endMark: false });
    expect((await seen(one)).files).toEqual([['a', 'x']]);
    expect(
      (await seen(Buffer.concat([one, Buffer.alloc(512), tarArchive([{ path: 'b' }])]))).listing.entries,
    ).toHaveLength(2);
    expect((await seen(Buffer.alloc(1024))).listing.entries).toEqual([]);
    for (const compression of ['none', 'gzip', 'zstd'] as const) {
      expect((await seen(Buffer.alloc(0), compression)).listing.entries).toEqual([]);
    }
    const empty = gzipSync(rawLayer(Buffer.alloc(0)));
    expect((await readSeen(file(empty))).layers[0]?.analysis.listing.entries).toEqual([]);
  });

  it('what stands behind the end does not belong to the layer', async () => {
    const layer = Buffer.concat([tarArchive([{ path: 'a' }]), tarArchive([{ path: 'b' }])]);
    for (const compression of ['none', 'gzip', 'zstd'] as const) {
      expect((await seen(layer, compression)).listing.entries).toHaveLength(1);
    }
  });

  it('gzip in several members and padded with zeros, zstd in several frames', async () => {
    const layer = tarArchive([
      { path: 'a', content: Buffer.alloc(400_000, 'ab') },
      { path: 'b', content: 'x' },
    ]);
    const cut = (pack: (bytes: Buffer) => Buffer) =>
      [0, 1000, 200_000].map((at, i, all) => pack(layer.subarray(at, all[i + 1])));
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const blobs = [
      Buffer.concat(cut(gzipSync)),
      Buffer.concat([gzipSync(layer), Buffer.alloc(200_000)]),
      Buffer.concat(cut((bytes) => zstdCompressSync(bytes))),
      Buffer.concat([skippable, ...cut((bytes) => zstdCompressSync(bytes)), skippable]),
    ];
    for (const blob of blobs) {
      for (const whole of [withBlob(blob), gzipSync(withBlob(blob))]) {
        const [read] = (await readSeen(file(whole))).layers;
        expect(read?.analysis.files.map(([path, text]) => [path, text.length])).toEqual([
          ['a', 400_000],
          ['b', 1],
        ]);
        expect(read?.verified).toBe(true);
      }
    }
  });
});

describe('work that would grow without bound', () => {
  it('hard links upon hard links', async () => {
    const links = Array.from({ length: 50_000 }, (_, index) => ({
      path: `l${index + 1}`,
      type: 'hardlink' as const,
      linkTarget: `l${index}`,
    }));
    const layer = layerOf([{ path: 'l0', content: 'body' }, ...links]);
    const analyser = recordingAnalyser((path) => path === 'l50000');
    const started = process.cpuUsage();
    const read = await readSeen(file(layer), { analyser });
    expect(read.layers[0]?.analysis.files).toEqual([['l50000', 'body']]);
    expect(process.cpuUsage(started).user).toBeLessThan(5e6);
  });

  it('indexes that name each other', async () => {
    const indexType = 'application/vnd.oci.image.index.v1+json';
    const put = (files: Map<string, Buffer>, value: unknown) => {
      const bytes = Buffer.from(JSON.stringify(value));
      files.set(`blobs/${sha256(bytes).replace(':', '/')}`, bytes);
      return { mediaType: indexType, digest: sha256(bytes), size: bytes.length };
    };
    const nested = (depth: number) =>
      alteredOci((files) => {
        let { manifests } = JSON.parse(String(files.get('index.json'))) as { manifests: unknown[] };
        for (let level = 0; level < depth; level += 1) {
          manifests = new Array(100).fill(put(files, { manifests }));
        }
        files.set('index.json', Buffer.from(JSON.stringify({ manifests })));
      });
    await expect(readSeen(file(nested(3)))).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await expect(readSeen(file(nested(6)))).rejects.toMatchObject({ code: 'CORRUPT' });
    expect((await readSeen(file(nested(1)))).layers).toHaveLength(1);
  });
});
