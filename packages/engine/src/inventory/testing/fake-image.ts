import type {
  EntryType,
  FileParts,
  LayerAnalyser,
  LayerEntry,
  LayerVisitor,
  Mark,
  ReadImage,
} from '../../image/types.ts';
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

/** An image in memory, its layers analysed as those of a plain archive are. Diff IDs are `sha256:layer-0` and so on. */
export function fakeImage(
  layers: readonly FakeLayer[],
  analyser: LayerAnalyser<LayerAnalysis> = createLayerAnalyser(),
): ReadImage<LayerAnalysis> & FakeReads {
  const reads = { read: [], later: [] };
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
      analysis: analyse(layer, analyser, reads),
    })),
    rootfs: null,
    rootfsDigest: null,
    digests: { blob: () => null, content: async () => null },
    platforms: [],
    ...reads,
    async reread(layer, paths) {
      const bodies = Object.entries(layers[layer] ?? {}).filter(([path]) => paths.has(path));
      return new Map(bodies.flatMap(([path, value]) => bodyOf(value).map((body) => [path, body] as const)));
    },
    async close() {},
  };
}

/** Paths of the files that were read whole, and of those that were read when their layer had passed. */
interface FakeReads {
  readonly read: readonly string[];
  readonly later: readonly string[];
}

type Reads = { readonly [K in keyof FakeReads]: string[] };

function analyse(layer: FakeLayer, analyser: LayerAnalyser<LayerAnalysis>, reads: Reads): LayerAnalysis {
  const visitor = analyser.begin();
  const entries: LayerEntry[] = [];
  const whiteouts: Mark[] = [];
  const opaque: Mark[] = [];
  for (const [path, value] of Object.entries(layer)) {
    if (isBody(value)) {
      const body = Buffer.from(value);
      const file = entryOf(path, 'file', body.length);
      entries.push(file);
      take(visitor, file, body, reads);
    } else if ('executable' in value) {
      const file = { ...entryOf(path, 'file', value.executable.length), mode: 0o755 };
      entries.push(file);
      take(visitor, file, value.executable, reads);
    } else if ('whiteout' in value) whiteouts.push({ path, at: entries.length });
    else if ('opaque' in value) opaque.push({ path, at: entries.length });
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

function take(visitor: LayerVisitor<LayerAnalysis>, file: LayerEntry, body: Buffer, { read, later }: Reads): void {
  const wanted = visitor.wants(file.path, file.size, file.mode, false);
  const lasting = lastingParts(body, () => later.push(file.path));
  if (wanted === 'parts' || wanted === 'either') visitor.parts?.(file, { ...partsOfBody(body), later: lasting });
  else if (wanted) {
    read.push(file.path);
    visitor.file(file, body, lasting);
  }
}

function lastingParts(body: Buffer, onRead: () => void): FileParts {
  return {
    size: body.length,
    read(offset, length) {
      onRead();
      return partsOfBody(body).read(offset, length);
    },
    readInto(target, offset) {
      onRead();
      return offset + target.length <= body.length && body.copy(target, 0, offset) === target.length;
    },
  };
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
