import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { zstdCompressSync } from 'node:zlib';
import { familiarName, parseRegistryReference } from '../../registry/registry-reference.ts';
import { registryUploader } from '../../registry/registry-uploader.ts';
import type { RegistryOptions } from '../../registry/types.ts';
import { AdvisoryError } from '../advisory-error.ts';
import type { BuildProgress } from '../build-database.ts';
import { readCatalog } from '../store/catalog.ts';
import { publishCatalog } from '../store/kept-catalogs.ts';
import { withWriteLock } from '../store/lock.ts';
import { packShards } from '../store/pack-shards.ts';
import { blobPath, catalogPath, keptSignaturePath } from '../store/store-paths.ts';
import {
  artefactType,
  catalogType,
  emptyType,
  manifestType,
  ociPrefix,
  shardType,
  signatureAnnotation,
} from './artefact.ts';
import { signerOf } from './catalog-signature.ts';
import { caught } from './oci-catalog.ts';

export interface PushOptions {
  readonly dbDir: string;
  /** `registry.example.com/team/advisories:latest`, with or without `oci://`; more than one are more tags of the same */
  readonly references: readonly string[];
  /** private key (PEM) */
  readonly signKey?: string | undefined;
  readonly registry?: RegistryOptions | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((event: BuildProgress) => void) | undefined;
}

export interface PushReport {
  /** `oci://HOST/NAME@sha256:…`, one per reference */
  readonly pinned: readonly string[];
  readonly shards: number;
  readonly blobsSent: number;
  readonly bytesSent: number;
}

/**
 * Puts the catalog of a database directory, with every shard that it names, into registries. What is there already is not
 * sent again; the tag moves last, so that nobody sees half a catalog.
 *
 * @throws AdvisoryError `store-failed`, `fetch-failed`, `aborted`
 */
export async function pushCatalog(options: PushOptions): Promise<PushReport> {
  const { dbDir, references, registry = {}, signal } = options;
  const { bytes, blobs } = await withWriteLock(dbDir, signal, () => packed(options));
  const catalog = zstdCompressSync(bytes);
  const signature = signatureOf(dbDir, bytes);
  const empty = Buffer.from('{}');
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      artifactType: artefactType,
      config: descriptor(emptyType, digestOf(empty), empty.length),
      layers: [
        descriptor(catalogType, digestOf(catalog), catalog.length),
        ...blobs.map(({ digest, size }) => descriptor(shardType, digest, size)),
      ],
      ...(signature === undefined ? {} : { annotations: { [signatureAnnotation]: signature } }),
    }),
  );
  const pinned: string[] = [];
  let [blobsSent, bytesSent] = [0, 0];
  for (const text of references) {
    await caught(async () => {
      const reference = parseRegistryReference(text.replace(ociPrefix, ''));
      const uploader = registryUploader(reference, registry, signal);
      try {
        const send = async (digest: string, body: () => Buffer, size: number, what: string): Promise<void> => {
          if (!(await uploader.blob(digest, body, what))) return;
          blobsSent++;
          bytesSent += size;
        };
        for (const [done, { digest, size, name }] of blobs.entries()) {
          options.progress?.({ group: name, done, total: blobs.length, phase: 'write' });
          await send(digest, () => readFileSync(blobPath(dbDir, digest)), size, `shard ${name}`);
        }
        await send(digestOf(catalog), () => catalog, catalog.length, 'the catalog');
        await send(digestOf(empty), () => empty, empty.length, 'the config');
        await uploader.manifest(reference.tag ?? digestOf(manifest), manifestType, manifest);
      } finally {
        await uploader.close();
      }
      pinned.push(`${ociPrefix}${familiarName({ ...reference, tag: null, digest: digestOf(manifest) })}`);
    }, signal);
  }
  return { pinned, shards: blobs.length, blobsSent, bytesSent };
}

interface Packed {
  readonly bytes: Buffer;
  /** every shard's, sorted by digest, none twice */
  readonly blobs: readonly { readonly name: string; readonly digest: string; readonly size: number }[];
}

/** The catalog as it stands, every shard compressed. */
async function packed({ dbDir, signKey, signal, progress }: PushOptions): Promise<Packed> {
  const before = readCatalog(dbDir)?.shards ?? [];
  if (before.length === 0) {
    throw new AdvisoryError('store-failed', `${dbDir} holds no shards; "plimsoll db build" makes them`);
  }
  const catalog = new Map(before.map((info) => [info.name, info]));
  await packShards(dbDir, catalog, before, signal, (done, total) =>
    progress?.({ group: 'compressing', done, total, phase: 'write' }),
  );
  const { shards } = publishCatalog(dbDir, catalog.values(), signerOf(signKey));
  const blobs = new Map(shards.map(({ name, blob }) => [blob!.digest, { name, ...blob! }]));
  const bytes = readFileSync(catalogPath(dbDir));
  return { bytes, blobs: [...blobs.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1)) };
}

/** What lies beside the catalog: made with the key that was given, or by another program (`cosign sign-blob`). */
function signatureOf(dbDir: string, bytes: Buffer): string | undefined {
  const path = keptSignaturePath(dbDir, digestOf(bytes));
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function descriptor(mediaType: string, digest: string, size: number): object {
  return { mediaType, digest, size };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
