import { platformOf } from '../image/config.ts';
import { maxIndexDepth, maxKeptJsonBytes, maxManifests } from '../image/limits.ts';
import { ImageError } from '../registry/error.ts';
import { checkDigestForm, Fields, parseJson } from '../registry/json.ts';
import type { ImageContent, SourceManifest } from './types.ts';

interface Named {
  readonly digest: string;
  /** bytes, as stated; null where nothing states it */
  readonly size: number | null;
  readonly platform?: string | null;
  /** its platform is `unknown`, as of what BuildKit puts beside images */
  readonly beside?: boolean;
}

/**
 * A manifest or index with all that it names, down to the blobs, none of which is read yet.
 *
 * @throws ImageError
 * @see https://github.com/opencontainers/image-spec/blob/main/image-index.md
 */
export async function sourceTree(content: ImageContent, top: Named): Promise<SourceManifest> {
  let visited = 0;
  let kept = 0;

  async function at(named: Named, depth: number): Promise<SourceManifest> {
    visited += 1;
    if (visited > maxManifests)
      throw new ImageError('TOO_LARGE', `${content.what}: its indexes name more than ${maxManifests} manifests`);
    if (depth > maxIndexDepth)
      throw new ImageError('CORRUPT', `${content.what}: image indexes nested more than ${maxIndexDepth} deep`);
    const { digest, size, platform = null } = named;
    const { bytes, mediaType } = await content.manifest(digest);
    const what = `${content.what}: manifest ${digest}`;
    kept += bytes.length;
    if (kept > maxKeptJsonBytes)
      throw new ImageError('TOO_LARGE', `${content.what}: more than ${maxKeptJsonBytes} bytes of manifests`);
    if (size !== null && bytes.length !== size)
      throw new ImageError('CORRUPT', `${what}: ${bytes.length} bytes, but what names it states ${size}`);
    const fields = new Fields(parseJson(bytes, what), what);
    const children: SourceManifest[] = [];
    for (const entry of fields.list('manifests') ?? []) children.push(await at(childOf(entry, what), depth + 1));
    const config = fields.object('config');
    const layers = fields.list('layers') ?? [];
    const parts = [...(config === null ? [] : [config]), ...layers];
    const blobs = parts.map((entry) => {
      const { digest, size } = descriptorOf(entry, what);
      return content.blob(digest, size);
    });
    // an engine that is told its digest would run whatever has layers
    const runs = config !== null && !(named.beside === true && layers.every((layer) => isStatement(layer, what)));
    const imageId = runs ? descriptorOf(config, what).digest : null;
    return { digest, mediaType, bytes, children, blobs, imageId, platform };
  }

  return at(top, 0);
}

/** What can be run of it. */
export function imagesOf({ children, imageId, digest, platform }: SourceManifest): readonly SourceImage[] {
  return [...(imageId === null ? [] : [{ digest, imageId, platform }]), ...children.flatMap(imagesOf)];
}

export interface SourceImage {
  /** of its manifest */
  readonly digest: string;
  /** digest of its config */
  readonly imageId: string;
  readonly platform: string | null;
}

/** Every manifest of a tree, inner ones first, none twice. */
export function manifestsOf(top: SourceManifest): readonly SourceManifest[] {
  const found = new Map<string, SourceManifest>();
  const visit = (manifest: SourceManifest) => {
    for (const child of manifest.children) visit(child);
    found.set(manifest.digest, manifest);
  };
  visit(top);
  return [...found.values()];
}

function isStatement(layer: unknown, what: string): boolean {
  return new Fields(layer, what).string('mediaType')?.startsWith('application/vnd.in-toto') === true;
}

function descriptorOf(entry: unknown, what: string): { readonly digest: string; readonly size: number } {
  const fields = new Fields(entry, what);
  const size = fields.amount('size');
  if (size === null) throw new ImageError('CORRUPT', `${what}: names a blob without its size`);
  return { digest: checkDigestForm(fields.string('digest'), what), size };
}

function childOf(entry: unknown, what: string): Named {
  const platform = new Fields(entry, what).inner('platform');
  const os = platform.string('os');
  return {
    ...descriptorOf(entry, what),
    platform: platformOf(os, platform.string('architecture'), platform.string('variant')),
    beside: os === 'unknown',
  };
}
