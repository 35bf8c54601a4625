import type { EntryType, LayerAnalyser, LayerEntry, LayerVisitor, ReadImage } from '../../image/types.ts';
import { partsOfBody } from '../binary/executable.ts';
import { createLayerAnalyser } from '../layer-analyser.ts';
import type { LayerAnalysis } from '../layer-analysis.ts';

/** One layer in the order of its entries: a text or bytes are a file, the other forms say what they are. */
export type FakeLayer = Readonly<Record<string, string | Buffer | FakeEntry>>;
type FakeEntry =
  | { readonly link: string }
  | { readonly hardLink: string }
  | { readonly whiteout: true }
  | { readonly opaque: true }
  | { readonly directory: true }
  | { readonly executable: Buffer }
  | { readonly size: number };

/** An image in memory, its layers analysed as the image room has it done. Diff IDs are `sha256:layer-0` and so on. */
export function fakeImage(
  layers: readonly FakeLayer[],
  analyser: LayerAnalyser<LayerAnalysis> = createLayerAnalyser(),
): ReadImage<LayerAnalysis> & { readonly read: readonly string[] } {
  const read: string[] = [];
  return {
    reference: 'fake',
    kind: 'docker-archive',
    names: [],
    digest: null,
    id: null,
    platform: 'linux/amd64',
    config: null,
    layers: layers.map((layer, index) => ({
      digest: null,
      diffId: `sha256:layer-${index}`,
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      size: 0,
      instruction: null,
      verified: true,
      analysis: analyse(layer, analyser, read),
    })),
    rootfs: null,
    rootfsDigest: null,
    platforms: [],
    read,
    async reread(layer, paths) {
      const bodies = Object.entries(layers[layer] ?? {}).filter(([path]) => paths.has(path));
      return new Map(bodies.flatMap(([path, value]) => bodyOf(value).map((body) => [path, body] as const)));
    },
    async close() {},
  };
}

function analyse(layer: FakeLayer, analyser: LayerAnalyser<LayerAnalysis>, read: string[]): LayerAnalysis {
  const visitor = analyser.begin();
  const entries: LayerEntry[] = [];
  const whiteouts: string[] = [];
  const opaque: string[] = [];
  for (const [path, value] of Object.entries(layer)) {
    if (isBody(value)) {
      const body = Buffer.from(value);
      const file = entryOf(path, 'file', body.length);
      entries.push(file);
      take(visitor, file, body, read);
    } else if ('executable' in value) {
      const file = { ...entryOf(path, 'file', value.executable.length), mode: 0o755 };
      entries.push(file);
      take(visitor, file, value.executable, read);
    } else if ('whiteout' in value) whiteouts.push(path);
    else if ('opaque' in value) opaque.push(path);
    else if ('link' in value) entries.push(entryOf(path, 'symlink', 0, value.link));
    else if ('hardLink' in value) entries.push(entryOf(path, 'hardlink', 0, value.hardLink));
    else if ('directory' in value) entries.push(entryOf(path, 'directory', 0));
    else {
      visitor.wants(path, value.size, 0o644, false);
      entries.push(entryOf(path, 'file', value.size));
    }
  }
  return visitor.finish({ entries, whiteouts, opaque, problems: [] });
}

function take(visitor: LayerVisitor<LayerAnalysis>, file: LayerEntry, body: Buffer, read: string[]): void {
  const wanted = visitor.wants(file.path, file.size, file.mode, false);
  if (wanted === 'parts') visitor.parts?.(file, partsOfBody(body));
  else if (wanted) {
    read.push(file.path);
    visitor.file(file, body);
  }
}

function bodyOf(value: FakeLayer[string]): readonly Buffer[] {
  if (isBody(value)) return [Buffer.from(value)];
  return 'executable' in value ? [value.executable] : [];
}

function isBody(value: FakeLayer[string]): value is string | Buffer {
  return typeof value === 'string' || Buffer.isBuffer(value);
}

function entryOf(path: string, type: EntryType, size: number, linkTarget: string | null = null): LayerEntry {
  return { path, type, mode: type === 'directory' ? 0o755 : 0o644, uid: 0, gid: 0, size, linkTarget };
}
