import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip, createZstdDecompress } from 'node:zlib';
import { type Blob, headOf } from '../image/blob.ts';
import { dockerArchiveConfig, planDockerArchive } from '../image/docker-manifest.ts';
import type { ImageChoice, PlannedLayer } from '../image/image-plan.ts';
import { compressionOf } from '../image/inflater.ts';
import { digestOf } from '../registry/digest.ts';
import { ImageError } from '../registry/error.ts';
import { piecesFrom, type StoredMembers } from './stored-members.ts';
import type { ImageContent, SourceBlob } from './types.ts';
import { verifiedPieces } from './verified-pieces.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const configType = 'application/vnd.oci.image.config.v1+json';
const layerType = 'application/vnd.oci.image.layer.v1.tar';

/**
 * An image of a docker-archive, which has no manifest of its own: one is made for it. The config stays as it is, and with it the
 * image's ID. Layers that are stored as they are get compressed with gzip, into a file that is gone with the process; every layer
 * is held against the diff ID that the config states.
 *
 * @returns the content, and the digest of the manifest that was made
 * @throws ImageError
 */
export async function dockerArchiveContent(
  members: StoredMembers,
  choice: ImageChoice,
  signal: AbortSignal | undefined,
): Promise<{ readonly content: ImageContent; readonly digest: string }> {
  const { what } = members;
  const plan = planDockerArchive(members, choice, 'docker-archive');
  const config = dockerArchiveConfig(members, choice);
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-'));
  const blobs = new Map<string, SourceBlob>([[plan.id, ofBytes(plan.id, config)]]);
  try {
    const layers: { mediaType: string; digest: string; size: number }[] = [];
    const made = new Map<string, { mediaType: string; blob: SourceBlob }>();
    for (const layer of plan.layers) {
      const { mediaType, blob } = made.get(layer.diffId) ?? (await storedLayer(members, layer, folder, signal));
      made.set(layer.diffId, { mediaType, blob });
      blobs.set(blob.digest, blob);
      layers.push({ mediaType, digest: blob.digest, size: blob.size });
    }
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: manifestType,
        config: { mediaType: configType, digest: plan.id, size: config.length },
        layers,
      }),
    );
    const digest = digestOf(manifest);
    const content: ImageContent = {
      what,
      manifest: async () => ({ bytes: manifest, mediaType: manifestType }),
      blob: (named) => blobs.get(named)!,
      checkUnchanged: () => members.checkUnchanged(),
      async close() {
        members.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
    return { content, digest };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function ofBytes(digest: string, bytes: Buffer): SourceBlob {
  return {
    digest,
    size: bytes.length,
    async *read(from) {
      if (from < bytes.length) yield bytes.subarray(from);
    },
  };
}

/** A layer as it is sent: compressed as it is stored, else by us. */
async function storedLayer(
  members: StoredMembers,
  layer: PlannedLayer,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly mediaType: string; readonly blob: SourceBlob }> {
  const what = `${members.what}: layer ${layer.member}`;
  const blob = members.blob(layer.member)!;
  const compression = compressionOf(headOf(blob, 8));
  const content = new Digester();
  if (compression === undefined) {
    const path = join(folder, layer.diffId.slice('sha256:'.length));
    const stored = new Digester();
    const file = await open(path, 'wx', 0o600);
    const pieces = Readable.from(piecesFrom(blob, 0, what));
    await pipeline(pieces, content, createGzip(), stored, file.createWriteStream(), { signal });
    checkDiffId(content.digest(), layer, what);
    const [digest, size] = [stored.digest(), stored.bytes];
    const read = (from: number) => createReadStream(path, { start: from }) as AsyncIterable<Buffer>;
    return { mediaType: `${layerType}+gzip`, blob: { digest, size, read } };
  }
  const stored = new Digester();
  const inflated = compression === 'gzip' ? createGunzip() : createZstdDecompress();
  const pieces = Readable.from(piecesFrom(blob, 0, what));
  await pipeline(pieces, stored, inflated, content, discard, { signal }).catch((error: unknown) => {
    throw damaged(error, what);
  });
  checkDiffId(content.digest(), layer, what);
  return { mediaType: `${layerType}+${compression}`, blob: ofFile(stored.digest(), blob, what) };
}

function ofFile(digest: string, blob: Blob, what: string): SourceBlob {
  return {
    digest,
    size: blob.size,
    read: (from) =>
      from === 0 ? verifiedPieces(piecesFrom(blob, 0, what), digest, what) : piecesFrom(blob, from, what),
  };
}

/** What zlib says of damaged bytes, as one of our errors. */
function damaged(error: unknown, what: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(?:Z_|ZSTD_|ERR_Z)/.test(code) ? new ImageError('CORRUPT', `${what}: its compression is damaged`) : error;
}

async function discard(pieces: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of pieces);
}

function checkDiffId(found: string, { diffId }: PlannedLayer, what: string): void {
  if (found !== diffId)
    throw new ImageError('DIGEST_MISMATCH', `${what}: wrong digest: ${diffId} is stated, its bytes have ${found}`);
}

/** Hashes and counts what passes. */
class Digester extends Transform {
  readonly #hash = createHash('sha256');
  bytes = 0;

  override _transform(piece: Buffer, _encoding: string, done: (error: null, piece: Buffer) => void): void {
    this.#hash.update(piece);
    this.bytes += piece.length;
    done(null, piece);
  }

  digest(): string {
    return `sha256:${this.#hash.digest('hex')}`;
  }
}
