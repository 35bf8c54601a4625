/**
 * Makes layers and images in code, for tests of every room: no binary files in the repository, and each test shows
 * what is in its image. Everything is deterministic (no clock, times are 0).
 *
 * ```ts
 * const image = fixtureImage({
 *   layers: [
 *     [{ path: 'etc/os-release', content: 'ID=debian\n' }, { path: 'lib', type: 'symlink', linkTarget: 'usr/lib' }],
 *     [{ path: 'etc/.wh.motd' }],
 *   ],
 *   config: { User: 'app' },
 * });
 * await writeFile(file, dockerArchive(image, { shape: 'skopeo' }));
 * await writeFile(file, gzipSync(dockerArchive(image)));
 * await writeFile(file, ociArchive([image], { compression: 'zstd' }));
 * await writeOciLayout(directory, [image], { compression: 'gzip' });
 * ```
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { EntryType } from '../types.ts';

/** One entry of a tar. A whiteout is an ordinary empty file named `.wh.NAME`. */
export interface FixtureEntry {
  /** written as it is: `./usr/`, `/etc/x` and `../x` are possible */
  readonly path: string;
  /** default `file` */
  readonly type?: EntryType;
  readonly content?: string | Uint8Array;
  /** default 0o755 for directories, 0o777 for symbolic links, 0o644 for the rest */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly linkTarget?: string;
  /** what the header claims, when that is not the length of `content` */
  readonly size?: number;
  /** tar type flag, when it is not that of `type` */
  readonly flag?: string;
}

export interface TarOptions {
  /** how names over 100 bytes are written; default `gnu` */
  readonly longNames?: 'gnu' | 'pax';
  /** two zero blocks at the end; default true */
  readonly endMark?: boolean;
}

/** Layers (entries, or a finished tar), base first, with the config as Docker and OCI write it. */
export interface FixtureImage {
  readonly layers: readonly Buffer[];
  /** bytes of the config JSON */
  readonly config: Buffer;
  /** `name:tag` */
  readonly names: readonly string[];
  readonly platform: string;
}

export interface FixtureImageInput {
  readonly layers: readonly (readonly FixtureEntry[] | Buffer)[];
  /** merged into `config` of the image config: `User`, `Env`, `ExposedPorts`, `Labels` … */
  readonly config?: Readonly<Record<string, unknown>>;
  /** merged into the image config itself: `history`, `created`, `rootfs` … */
  readonly top?: Readonly<Record<string, unknown>>;
  readonly names?: readonly string[];
  /** default `linux/amd64` */
  readonly platform?: string;
}

export type Compression = 'none' | 'gzip' | 'zstd';

/**
 * `docker-save`: `ID/layer.tar`; `docker-25`: an OCI layout with `manifest.json`; `skopeo`: `DIFFID.tar` with symbolic
 * links `ID/layer.tar`; `kaniko`: gzipped `sha256:….tar.gz`.
 */
export type DockerArchiveShape = 'docker-save' | 'docker-25' | 'skopeo' | 'kaniko';

const typeFlags: Readonly<Record<EntryType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
};

export function sha256(bytes: Uint8Array): string {
  return `sha256:${hex(bytes)}`;
}

function hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** One 512-byte header, with a right checksum. Fields that are too long for it are cut. */
export function tarHeader(entry: FixtureEntry, size: number): Buffer {
  const type = entry.type ?? 'file';
  const header = Buffer.alloc(512);
  const mode = entry.mode ?? (type === 'directory' ? 0o755 : type === 'symlink' ? 0o777 : 0o644);
  Buffer.from(entry.path).copy(header, 0, 0, 100);
  header.write(octal(mode, 7), 100);
  header.write(octal(entry.uid ?? 0, 7), 108);
  header.write(octal(entry.gid ?? 0, 7), 116);
  writeSize(header, size);
  header.write(octal(0, 11), 136);
  header.write(entry.flag ?? typeFlags[type], 156);
  Buffer.from(entry.linkTarget ?? '').copy(header, 157, 0, 100);
  header.write('ustar\u000000', 257, 'latin1');
  return withChecksum(header);
}

/** Writes the checksum of a header that was changed. */
export function withChecksum(header: Buffer): Buffer {
  header.fill(0x20, 148, 156);
  let sum = 0;
  for (const byte of header) {
    sum += byte;
  }
  header.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return header;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

/** Octal, or base-256 where 11 octal digits (8 GiB) do not hold it. */
function writeSize(header: Buffer, size: number): void {
  if (size < 0o100000000000) {
    header.write(octal(size, 11), 124);
    return;
  }
  header[124] = 0x80;
  header.writeBigUInt64BE(BigInt(size), 128);
}

/** A tar of these entries, in their order. */
export function tarArchive(entries: readonly FixtureEntry[], options: TarOptions = {}): Buffer {
  const parts: Buffer[] = [];
  for (const entry of entries) {
    const body = Buffer.from(entry.content ?? '');
    const claimed = entry.size ?? body.length;
    if (Buffer.byteLength(entry.path) > 100 || Buffer.byteLength(entry.linkTarget ?? '') > 100) {
      parts.push(...longNames(entry, options.longNames ?? 'gnu'));
    }
    parts.push(tarHeader(entry, claimed), padded(body));
  }
  if (options.endMark !== false) {
    parts.push(Buffer.alloc(1024));
  }
  return Buffer.concat(parts);
}

function longNames(entry: FixtureEntry, style: 'gnu' | 'pax'): Buffer[] {
  if (style === 'pax') {
    const records = { path: entry.path, ...(entry.linkTarget === undefined ? {} : { linkpath: entry.linkTarget }) };
    return paxHeader(records);
  }
  const parts = gnuLong('L', entry.path);
  return entry.linkTarget === undefined ? parts : [...parts, ...gnuLong('K', entry.linkTarget)];
}

function gnuLong(flag: 'L' | 'K', text: string): Buffer[] {
  const body = Buffer.from(`${text}\0`);
  return [tarHeader({ path: '././@LongLink', flag }, body.length), padded(body)];
}

/** A PAX extended header (`x`, or `g` for all that follow) with these records. */
export function paxHeader(records: Readonly<Record<string, string>>, flag: 'x' | 'g' = 'x'): Buffer[] {
  const lines = Object.entries(records).map(([key, value]) => paxRecord(key, value));
  const body = Buffer.concat(lines);
  return [tarHeader({ path: 'PaxHeaders/0', flag }, body.length), padded(body)];
}

function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) {
    length = String(length).length + rest.length;
  }
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function padded(body: Buffer): Buffer {
  const rest = body.length % 512;
  return rest === 0 ? body : Buffer.concat([body, Buffer.alloc(512 - rest)]);
}

/** An image with a config that fits its layers. */
export function fixtureImage(input: FixtureImageInput): FixtureImage {
  const layers = input.layers.map((layer) => (Buffer.isBuffer(layer) ? layer : tarArchive(layer)));
  const platform = input.platform ?? 'linux/amd64';
  const [os, architecture, variant] = platform.split('/');
  const config = {
    created: '2020-01-01T00:00:00Z',
    architecture,
    os,
    ...(variant === undefined ? {} : { variant }),
    config: { ...input.config },
    rootfs: { type: 'layers', diff_ids: layers.map(sha256) },
    history: layers.map((_, index) => ({ created: '2020-01-01T00:00:00Z', created_by: `RUN step ${index}` })),
    ...input.top,
  };
  return { layers, config: Buffer.from(JSON.stringify(config)), names: input.names ?? ['example:latest'], platform };
}

/** A docker-archive of one image, or of several. */
export function dockerArchive(
  images: FixtureImage | readonly FixtureImage[],
  options: { readonly shape?: DockerArchiveShape } = {},
): Buffer {
  const all = 'layers' in images ? [images] : images;
  const shape = options.shape ?? 'docker-save';
  const entries = new Map<string, FixtureEntry>();
  const put = (entry: FixtureEntry): void => void entries.set(entry.path, entry);
  const manifest = all.map((image) => ({
    Config: putConfig(image, shape, put),
    RepoTags: image.names,
    Layers: image.layers.map((layer, index) => putLayer(image, layer, index, shape, put)),
  }));
  if (shape === 'docker-25') {
    for (const [path, content] of ociLayoutFiles(all, { compression: 'none' })) {
      put({ path, content });
    }
  }
  put({ path: 'manifest.json', content: JSON.stringify(manifest) });
  return tarArchive([...entries.values()]);
}

function putConfig(image: FixtureImage, shape: DockerArchiveShape, put: (entry: FixtureEntry) => void): string {
  const digest = hex(image.config);
  const paths = { 'docker-25': `blobs/sha256/${digest}`, kaniko: `sha256:${digest}` };
  const path = shape === 'docker-25' || shape === 'kaniko' ? paths[shape] : `${digest}.json`;
  put({ path, content: image.config });
  return path;
}

function putLayer(
  image: FixtureImage,
  layer: Buffer,
  index: number,
  shape: DockerArchiveShape,
  put: (entry: FixtureEntry) => void,
): string {
  const diffId = hex(layer);
  // Docker's own ids hash the chain and the config; any that differ per image and index do
  const id = hex(Buffer.from(`${sha256(image.config)} ${index}`));
  switch (shape) {
    case 'docker-25':
      put({ path: `blobs/sha256/${diffId}`, content: layer });
      return `blobs/sha256/${diffId}`;
    case 'kaniko': {
      const blob = gzipSync(layer);
      put({ path: `${sha256(blob)}.tar.gz`, content: blob });
      return `${sha256(blob)}.tar.gz`;
    }
    case 'skopeo':
      put({ path: `${diffId}.tar`, content: layer, mode: 0o444 });
      put({ path: `${id}/`, type: 'directory' });
      put({ path: `${id}/layer.tar`, type: 'symlink', linkTarget: `../${diffId}.tar` });
      return `${id}/layer.tar`;
    case 'docker-save':
      put({ path: `${id}/`, type: 'directory' });
      put({ path: `${id}/VERSION`, content: '1.0' });
      put({ path: `${id}/json`, content: `{"id":"${id}"}` });
      put({ path: `${id}/layer.tar`, content: layer });
      return `${id}/layer.tar`;
  }
}

export interface OciOptions {
  /** default `gzip` */
  readonly compression?: Compression;
  /** the images go into an image index that `index.json` names, as multi-platform images do */
  readonly nested?: boolean;
  /** adds an attestation manifest, as BuildKit does */
  readonly attestation?: boolean;
  /** changes the manifest before it is stored */
  readonly manifest?: (manifest: Record<string, unknown>) => Record<string, unknown>;
}

const layerTypes: Readonly<Record<Compression, string>> = {
  none: 'application/vnd.oci.image.layer.v1.tar',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
};

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const configType = 'application/vnd.oci.image.config.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

/** The files of an OCI layout, by path: `oci-layout`, `index.json`, `blobs/sha256/…`. */
export function ociLayoutFiles(images: readonly FixtureImage[], options: OciOptions = {}): Map<string, Buffer> {
  const files = new Map<string, Buffer>([['oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}')]]);
  const put = (bytes: Buffer, mediaType: string) => {
    files.set(`blobs/sha256/${hex(bytes)}`, bytes);
    return { mediaType, digest: sha256(bytes), size: bytes.length };
  };
  const manifests: Record<string, unknown>[] = images.map((image) => {
    const change = options.manifest ?? ((manifest) => manifest);
    const manifest = change({
      schemaVersion: 2,
      mediaType: manifestType,
      config: put(image.config, configType),
      layers: image.layers.map((layer) =>
        put(compress(layer, options.compression ?? 'gzip'), layerTypes[options.compression ?? 'gzip']),
      ),
    });
    const [os, architecture, variant] = image.platform.split('/');
    const platform = { os, architecture, ...(variant === undefined ? {} : { variant }) };
    const name = image.names[0];
    const annotations = name === undefined ? {} : { annotations: { 'org.opencontainers.image.ref.name': name } };
    return { ...put(Buffer.from(JSON.stringify(manifest)), manifestType), platform, ...annotations };
  });
  if (options.attestation) {
    const config = put(Buffer.from('{"architecture":"unknown","os":"unknown"}'), configType);
    const statement = put(Buffer.from('{"_type":"https://in-toto.io/Statement/v0.1"}'), 'application/vnd.in-toto+json');
    const manifest = { schemaVersion: 2, mediaType: manifestType, config, layers: [statement] };
    const attestation = put(Buffer.from(JSON.stringify(manifest)), manifestType);
    manifests.push({ ...attestation, platform: { os: 'unknown', architecture: 'unknown' } });
  }
  const index = { schemaVersion: 2, mediaType: indexType, manifests };
  const top = options.nested
    ? { schemaVersion: 2, mediaType: indexType, manifests: [put(Buffer.from(JSON.stringify(index)), indexType)] }
    : index;
  files.set('index.json', Buffer.from(JSON.stringify(top)));
  return files;
}

export function compress(bytes: Buffer, compression: Compression): Buffer {
  return compression === 'gzip' ? gzipSync(bytes) : compression === 'zstd' ? zstdCompressSync(bytes) : bytes;
}

/** An OCI layout as one tar. */
export function ociArchive(images: readonly FixtureImage[], options: OciOptions = {}): Buffer {
  const files = [...ociLayoutFiles(images, options)].map(([path, content]) => ({ path, content }));
  return tarArchive([{ path: 'blobs/', type: 'directory' }, { path: 'blobs/sha256/', type: 'directory' }, ...files]);
}

/** An OCI layout as a directory. */
export async function writeOciLayout(
  directory: string,
  images: readonly FixtureImage[],
  options: OciOptions = {},
): Promise<void> {
  for (const [path, content] of ociLayoutFiles(images, options)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
}
