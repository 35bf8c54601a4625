import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { FixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';

interface OciManifest {
  readonly manifests?: readonly { digest: string; platform?: { architecture: string } }[];
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string }[];
}

/**
 * Takes an archive apart with `tar` and zlib alone, none of the product's readers: config and uncompressed layers, from
 * which the builder makes every other form. Of an image index, the amd64 one.
 */
export function unpackImage(file: string, scratch: string): FixtureImage {
  const folder = mkdtempSync(join(scratch, 'unpack-'));
  execFileSync('tar', ['-xf', file, '-C', folder]);
  const bytes = (path: string) => readFileSync(join(folder, path));
  try {
    if (readdirSync(folder).includes('index.json')) return fromLayout(bytes);
    const [manifest] = JSON.parse(bytes('manifest.json').toString()) as [
      { Config: string; RepoTags: string[] | null; Layers: string[] },
    ];
    const layers = manifest.Layers.map((path) => inflate(bytes(path)));
    return { config: bytes(manifest.Config), layers, names: manifest.RepoTags ?? [], platform: 'linux/amd64' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function fromLayout(bytes: (path: string) => Buffer): FixtureImage {
  const blob = (digest: string) => bytes(`blobs/${digest.replace(':', '/')}`);
  let manifest = JSON.parse(bytes('index.json').toString()) as OciManifest;
  while (manifest.manifests) {
    const chosen = manifest.manifests.find((m) => (m.platform?.architecture ?? 'amd64') === 'amd64');
    manifest = JSON.parse(blob(chosen!.digest).toString()) as OciManifest;
  }
  const layers = manifest.layers.map(({ digest }) => inflate(blob(digest)));
  return { config: blob(manifest.config.digest), layers, names: ['unpacked:latest'], platform: 'linux/amd64' };
}

function inflate(bytes: Buffer): Buffer {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes);
  return bytes.readUInt32LE(0) === 0xfd2fb528 ? zstdDecompressSync(bytes) : bytes;
}

/**
 * The root file system that the layers make, in a folder, by `tar` alone. Device nodes are left out: they need root.
 * Whiteouts of a layer are applied before its entries, so that they hide lower layers only.
 */
export function writeRootfs({ layers }: FixtureImage, root: string): void {
  mkdirSync(root, { recursive: true });
  layers.forEach((layer, index) => {
    const file = `${root}.layer-${index}.tar`;
    writeFileSync(file, layer);
    const paths = execFileSync('tar', ['-tf', file], { encoding: 'utf8', maxBuffer: 1 << 28 })
      .trimEnd()
      .split('\n');
    for (const path of paths) hide(root, path);
    for (const path of paths) makeWay(root, path);
    const skip = ['--exclude=.wh.*', '--exclude=dev/*', '--exclude=./dev/*'];
    execFileSync('tar', ['-xf', file, '-C', root, '--anchored', '--no-anchored', ...skip]);
    rmSync(file);
  });
}

function hide(root: string, path: string): void {
  const [, parent = '', name] = /^(.*?)([^/]*)$/.exec(path)!;
  if (name === '.wh..wh..opq') {
    for (const child of childrenOf(join(root, parent))) rmSync(join(root, parent, child), { recursive: true });
  } else if (name?.startsWith('.wh.')) rmSync(join(root, parent, name.slice(4)), { recursive: true, force: true });
}

function childrenOf(folder: string): string[] {
  return lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [];
}

/** `tar` does not replace a folder by something else. */
function makeWay(root: string, path: string): void {
  const there = lstatSync(join(root, path.replace(/\/$/, '')), { throwIfNoEntry: false });
  if (there && there.isDirectory() !== path.endsWith('/'))
    rmSync(join(root, path.replace(/\/$/, '')), { recursive: true });
}
