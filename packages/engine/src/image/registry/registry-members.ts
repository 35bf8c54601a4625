import type { FetchedManifest, RegistryClient } from '../../registry/registry-client.ts';
import { familiarName, type RegistryReference } from '../../registry/registry-reference.ts';
import { ImageError } from '../error.ts';
import type { ImageChoice, ImagePlan } from '../image-plan.ts';
import { Fields, parseJson } from '../json.ts';
import { maxKeptJsonBytes, maxLayers } from '../limits.ts';
import type { Members } from '../members.ts';
import { planOciLayout } from '../oci-layout.ts';
import { manifestType } from './manifest-type.ts';

/** Indexes, manifest and config that one image may take. */
const maxDocuments = 32;

/**
 * Fetches index, manifest and config of an image, and chooses by platform as from an OCI layout. The tag is asked for once;
 * everything else by digest.
 *
 * @throws ImageError
 */
export async function planRegistryImage(
  client: RegistryClient,
  reference: RegistryReference,
  choice: ImageChoice,
  maxLayerBytes: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly plan: ImagePlan; readonly pinned: string }> {
  const { host, repository } = reference;
  const what = familiarName(reference);
  const top = await client.manifest(reference.digest ?? reference.tag!, what, signal);
  const documents = new Documents(what, maxLayerBytes);
  const stated = reference.digest ?? top.digest;
  documents.begin(top, stated);
  for (;;) {
    try {
      const plan = planOciLayout(documents, choice, 'registry');
      return { plan: { ...plan, names: [what] }, pinned: `${host}/${repository}@${stated}` };
    } catch (error) {
      if (!(error instanceof Wanted)) {
        throw error;
      }
      await documents.fetch(error.digest, client, signal);
    }
  }
}

/** A document that has to be fetched first. */
class Wanted extends Error {
  readonly digest: string;

  constructor(digest: string) {
    super(digest);
    this.digest = digest;
  }
}

/** What was fetched, in the form of an OCI layout. */
class Documents implements Members {
  readonly what: string;
  readonly #byName = new Map<string, Buffer>();
  /** of layers, as manifests state them */
  readonly #sizes = new Map<string, number>();
  readonly #maxLayerBytes: number;
  readonly #configs = new Set<string>();
  #bytes = 0;

  constructor(what: string, maxLayerBytes: number) {
    this.what = what;
    this.#maxLayerBytes = maxLayerBytes;
  }

  begin(top: FetchedManifest, digest: string): void {
    const mediaType = manifestType(top, this.what);
    const index = { schemaVersion: 2, manifests: [{ mediaType, digest, size: top.bytes.length }] };
    this.#byName.set('index.json', Buffer.from(JSON.stringify(index)));
    this.#take(digest, top.bytes);
  }

  async fetch(digest: string, client: RegistryClient, signal: AbortSignal | undefined): Promise<void> {
    if (this.#byName.size > maxDocuments) {
      throw new ImageError('TOO_LARGE', `${this.what}: more than ${maxDocuments} indexes, manifests and configs`);
    }
    if (this.#configs.has(digest)) {
      const what = `${this.what}: config ${digest}`;
      this.#keep(digest, await client.smallBlob(digest, what, signal));
      return;
    }
    const fetched = await client.manifest(digest, `${this.what}: manifest ${digest}`, signal);
    manifestType(fetched, this.what);
    this.#take(digest, fetched.bytes);
  }

  #take(digest: string, bytes: Buffer): void {
    this.#keep(digest, bytes);
    const what = `${this.what}: manifest ${digest}`;
    const manifest = new Fields(parseJson(bytes, what), what);
    const config = manifest.inner('config').string('digest');
    if (config !== null) {
      this.#configs.add(config);
    }
    const layers = manifest.list('layers') ?? [];
    if (layers.length > maxLayers) {
      throw new ImageError('TOO_LARGE', `${what}: ${layers.length} layers (the limit is ${maxLayers})`);
    }
    for (const layer of layers) {
      const fields = new Fields(layer, `${what}: layers`);
      const [layerDigest, size] = [fields.string('digest'), fields.amount('size')];
      if (layerDigest === null || size === null) {
        throw new ImageError('CORRUPT', `${what}: layers: without digest or size`);
      }
      if (size > this.#maxLayerBytes) {
        throw new ImageError('TOO_LARGE', `${what}: a layer of ${size} bytes (the limit is ${this.#maxLayerBytes})`);
      }
      this.#sizes.set(blobPath(layerDigest), size);
    }
  }

  #keep(digest: string, bytes: Buffer): void {
    this.#bytes += bytes.length;
    if (this.#bytes > maxKeptJsonBytes) {
      throw new ImageError('TOO_LARGE', `${this.what}: more than ${maxKeptJsonBytes} bytes of manifests`);
    }
    this.#byName.set(blobPath(digest), bytes);
  }

  find(name: string): { readonly name: string; readonly size: number } {
    return { name, size: this.#byName.get(name)?.length ?? this.#sizes.get(name) ?? 0 };
  }

  read(name: string): Buffer {
    const bytes = this.#byName.get(name);
    if (bytes === undefined) {
      throw new Wanted(name.replace('blobs/sha256/', 'sha256:'));
    }
    return bytes;
  }
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}
