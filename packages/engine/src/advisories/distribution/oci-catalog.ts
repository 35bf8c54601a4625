import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { zstdDecompressSync } from 'node:zlib';
import { ImageError } from '../../registry/error.ts';
import { checkDigestForm, Fields, parseJson } from '../../registry/json.ts';
import { openRegistry } from '../../registry/open-registry.ts';
import { familiarName, parseRegistryReference } from '../../registry/registry-reference.ts';
import type { RegistryOptions } from '../../registry/types.ts';
import { AdvisoryError, reasonOf, throwIfAborted } from '../advisory-error.ts';
import { tempPath } from '../store/store-paths.ts';
import { catalogType, ociPrefix, signatureAnnotation } from './artefact.ts';
import type { CatalogMemory } from './catalog-memory.ts';
import { type CatalogSource, maxCatalogBytes } from './catalog-source.ts';

const maxManifestBytes = 16 << 20;

/** A catalog that `db push` has put into a registry. Blobs come with retries, and go on where they broke off. */
export function ociCatalog(
  address: string,
  dbDir: string,
  registry: RegistryOptions,
  memory: CatalogMemory,
  signal: AbortSignal | undefined,
): CatalogSource {
  const reference = known(() => parseRegistryReference(address.slice(ociPrefix.length)), signal);
  const name = `${ociPrefix}${familiarName(reference)}`;
  const { client, close } = openRegistry(reference, registry, maxManifestBytes);
  let signature: string | undefined;

  async function catalog(): Promise<Buffer> {
    const manifest = await client.manifest(reference.digest ?? reference.tag!, name, signal);
    if (reference.digest !== null && manifest.digest !== reference.digest) {
      throw new AdvisoryError('digest-mismatch', `${name}: the registry sends another manifest (${manifest.digest})`);
    }
    const fields = new Fields(parseJson(manifest.bytes, name), name);
    signature = fields.inner('annotations').string(signatureAnnotation) ?? undefined;
    const layer = (fields.list('layers') ?? [])
      .map((entry) => new Fields(entry, `${name}: layers`))
      .find((entry) => entry.string('mediaType') === catalogType);
    if (layer === undefined) {
      throw new AdvisoryError(
        'catalog-malformed',
        `${name}: is no catalog of advisories; "plimsoll db push" makes one`,
      );
    }
    const digest = checkDigestForm(layer.string('digest'), name);
    const kept = memory.recall(digest);
    if (kept !== undefined) return kept;
    const packed = await client.smallBlob(digest, `${name}: its catalog`, signal);
    if (`sha256:${createHash('sha256').update(packed).digest('hex')}` !== digest) {
      throw new AdvisoryError(
        'digest-mismatch',
        `${name}: its catalog has other bytes than its manifest names; try again`,
      );
    }
    const bytes = opened(packed, name);
    memory.keep(digest, bytes);
    return bytes;
  }

  return {
    catalog: () => caught(catalog, signal),
    signature: async () => signature,
    blob: ({ digest, size }, shard) =>
      caught(async () => {
        const path = join(tempPath(dbDir), `pull-${process.pid}-${digest.slice(-16)}`);
        const pieces = client.blob(digest, size, `${name}: shard ${shard}`, signal);
        await pipeline(pieces, createWriteStream(path));
        return path;
      }, signal),
    shard: async () => undefined,
    close,
  };
}

function opened(packed: Buffer, name: string): Buffer {
  try {
    return zstdDecompressSync(packed, { maxOutputLength: maxCatalogBytes });
  } catch (error) {
    throw new AdvisoryError('catalog-malformed', `${name}: its catalog cannot be opened (${reasonOf(error)})`, error);
  }
}

/** Errors of registries in the words of this room. */
export async function caught<R>(job: () => Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  try {
    return await job();
  } catch (error) {
    throw translated(error, signal);
  }
}

function known<R>(job: () => R, signal: AbortSignal | undefined): R {
  try {
    return job();
  } catch (error) {
    throw translated(error, signal);
  }
}

function translated(error: unknown, signal: AbortSignal | undefined): unknown {
  throwIfAborted(signal);
  if (!(error instanceof ImageError)) return error;
  return new AdvisoryError(error.code === 'CORRUPT' ? 'catalog-malformed' : 'fetch-failed', error.message, error);
}
