import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../registry/digest.ts';
import type { FetchedManifest, RegistryClient } from '../../registry/registry-client.ts';
import { type Blob, mismatch, OpenFile, readWhole } from '../blob.ts';
import { ImageError } from '../error.ts';
import { asFailure, askOne } from './ask.ts';
import { type GrpcClient, GrpcFailure, grpcClient } from './grpc.ts';
import { NamedImages } from './named-images.ts';
import { bytesFields, decodeMessage, encodeMessage, textField } from './protobuf.ts';

/** The images of one namespace of containerd, and the blobs that it keeps as they were pulled. */
export interface ContentStore extends RegistryClient {
  readonly images: NamedImages;
  /** A blob where it lies; null where this user may not read it, or it is not there. */
  file(digest: string): Blob | null;
  close(): void;
}

/** Messages of one answer that bring nothing. */
const maxEmptyMessages = 1000;

const digestForm = /^sha256:[0-9a-f]{64}$/;

/**
 * @param shown names it in messages
 * @throws the system's error when nobody listens there
 * @see https://github.com/containerd/containerd/tree/v1.6.20/api/services
 */
export async function openContentStore(
  socket: string,
  namespace: string,
  shown: string,
  limits: { readonly maxManifestBytes: number },
  signal: AbortSignal | undefined,
): Promise<ContentStore> {
  const grpc = await grpcClient(socket, { 'containerd-namespace': namespace });
  const files = new Map<string, OpenFile>();
  const close = () => {
    for (const file of files.values()) file.close();
    grpc.close();
  };
  try {
    const root = await contentFolder(grpc, shown, signal);
    const store = new Store(grpc, shown, root, files, limits.maxManifestBytes);
    return {
      images: new NamedImages(grpc, shown),
      file: (digest) => store.file(digest),
      manifest: (digest, what, given) => store.manifest(digest, what, given),
      smallBlob: (digest, what, given) => store.small(digest, what, given),
      blob: (digest, size, what, given, from) => store.blob(digest, size, what, given, from),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Where the blobs lie, as the service says; null where it does not. */
async function contentFolder(grpc: GrpcClient, shown: string, signal: AbortSignal | undefined): Promise<string | null> {
  const filter = encodeMessage({ 1: 'type==io.containerd.content.v1' });
  const method = 'containerd.services.introspection.v1.Introspection/Plugins';
  const answer = await askOne(grpc, method, filter, shown, signal);
  for (const plugin of bytesFields(answer, 1)) {
    for (const exported of bytesFields(decodeMessage(plugin, shown), 5)) {
      const pair = decodeMessage(exported, shown);
      const folder = textField(pair, 2);
      if (textField(pair, 1) === 'root' && folder.startsWith('/')) {
        return folder;
      }
    }
  }
  return null;
}

class Store {
  readonly #grpc: GrpcClient;
  readonly #shown: string;
  readonly #root: string | null;
  readonly #files: Map<string, OpenFile>;
  readonly #maxBytes: number;

  constructor(
    grpc: GrpcClient,
    shown: string,
    root: string | null,
    files: Map<string, OpenFile>,
    maxManifestBytes: number,
  ) {
    this.#grpc = grpc;
    this.#shown = shown;
    this.#root = root;
    this.#files = files;
    this.#maxBytes = maxManifestBytes;
  }

  file(digest: string): Blob | null {
    const path = this.#root === null ? null : join(this.#root, 'blobs', digest.replace(':', '/'));
    if (path === null || !digestForm.test(digest) || !existsSync(path)) {
      return null;
    }
    try {
      const file = this.#files.get(digest) ?? new OpenFile(path);
      this.#files.set(digest, file);
      return { file, start: 0, size: file.size };
    } catch (error) {
      if (error instanceof ImageError) {
        return null;
      }
      throw error;
    }
  }

  async manifest(digest: string, what: string, signal: AbortSignal | undefined): Promise<FetchedManifest> {
    return { bytes: await this.small(digest, what, signal), digest, contentType: null };
  }

  async small(digest: string, what: string, signal: AbortSignal | undefined): Promise<Buffer> {
    const blob = this.file(digest);
    const bytes = blob === null ? await this.#whole(digest, what, signal) : readWhole(blob, this.#maxBytes, what);
    const found = digestOf(bytes);
    if (found !== digest) {
      throw mismatch(what, digest, found);
    }
    return bytes;
  }

  async #whole(digest: string, what: string, signal: AbortSignal | undefined): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of this.#read(digest, what, signal)) {
      bytes += piece.length;
      if (bytes > this.#maxBytes) {
        throw new ImageError('TOO_LARGE', `${what}: more than ${this.#maxBytes} bytes`);
      }
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }

  async *blob(
    digest: string,
    size: number,
    what: string,
    signal: AbortSignal | undefined,
    from = 0,
  ): AsyncGenerator<Buffer> {
    let bytes = from;
    for await (const piece of this.#read(digest, what, signal, from)) {
      bytes += piece.length;
      if (bytes > size) {
        throw new ImageError('CORRUPT', `${what}: more than the ${size} bytes that its manifest states`);
      }
      yield piece;
    }
    if (bytes < size) {
      throw new ImageError('TRUNCATED', `${what}: truncated (${bytes} of ${size} bytes)`);
    }
  }

  async *#read(digest: string, what: string, signal: AbortSignal | undefined, from = 0): AsyncGenerator<Buffer> {
    try {
      const method = 'containerd.services.content.v1.Content/Read';
      let empty = 0;
      for await (const message of this.#grpc.call(method, encodeMessage({ 1: digest, 2: from }), signal)) {
        const pieces = bytesFields(decodeMessage(message, `the answer of ${this.#shown}`), 2);
        empty += pieces.some((piece) => piece.length > 0) ? 0 : 1;
        if (empty > maxEmptyMessages) {
          throw new ImageError('ENGINE_ERROR', 'messages without content');
        }
        yield* pieces;
      }
    } catch (error) {
      const failure = asFailure(error, this.#shown);
      throw failure instanceof GrpcFailure
        ? new ImageError('MISSING_BLOB', `${what} is missing in ${this.#shown}; was it pulled for this platform?`)
        : failure;
    }
  }
}
