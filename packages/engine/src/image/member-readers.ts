import { createHash, type Hash } from 'node:crypto';
import { InflateGuard } from './analyse-layer.ts';
import { type CompressedKind, Inflater } from './inflater.ts';
import { LimitReached } from './layer-problems.ts';
import type { TarDecoder } from './tar/tar-decoder.ts';
import type { ReadLimits } from './types.ts';

/** Takes the uncompressed bytes of one layer. */
export interface LayerSink {
  readonly decoder: TarDecoder;
}

/** What a member of a streamed archive that may be a layer turned out to be. */
export interface StreamedMember<S extends LayerSink> {
  readonly sink: S;
  /** of the bytes as stored; null where they were not hashed */
  readonly blobDigest: string | null;
  /** of the uncompressed bytes; null where they were not hashed */
  readonly contentDigest: string | null;
  /** the limit that it went over, after which nothing more of it was read */
  readonly cut: LimitReached | null;
  /** why it is no layer; thrown once a manifest says that it is one */
  readonly error: unknown;
}

/** Reads one member piece by piece. */
export interface MemberReader {
  push(chunk: Buffer): void | Promise<void>;
  end(): void | Promise<void>;
}

export interface MemberReaderOptions {
  /** names the member in messages */
  readonly name: string;
  readonly limits: ReadLimits;
  /** whether its digest is wanted */
  readonly hashed: boolean;
}

/** Reads a plain layer. */
export function plainReader<S extends LayerSink>(
  sink: S,
  options: MemberReaderOptions,
  done: (member: StreamedMember<S>) => void,
): MemberReader {
  const hash = options.hashed ? createHash('sha256') : null;
  const guard = new InflateGuard(options.limits);
  const state = new MemberState(sink);
  let bytes = 0;
  return {
    push(chunk) {
      hash?.update(chunk);
      bytes += chunk.length;
      state.attempt(() => {
        guard.count(chunk.length, bytes);
        sink.decoder.push(chunk);
      });
    },
    end() {
      state.attempt(() => sink.decoder.finish());
      const digest = digestFrom(hash);
      // the blob of a plain layer is its content
      done(state.finished(digest, digest));
    },
  };
}

/**
 * Reads a compressed layer.
 *
 * @param options `byBlob`: the blob is hashed, since its name says what its digest must be; otherwise its content
 */
export function compressedReader<S extends LayerSink>(
  sink: S,
  kind: CompressedKind,
  options: MemberReaderOptions & { readonly byBlob: boolean },
  done: (member: StreamedMember<S>) => void,
): MemberReader {
  const { byBlob } = options;
  const hash = options.hashed ? createHash('sha256') : null;
  const guard = new InflateGuard(options.limits);
  const state = new MemberState(sink);
  let bytes = 0;
  const inflated = (chunk: Buffer) => {
    guard.count(chunk.length, bytes);
    if (!byBlob) {
      hash?.update(chunk);
    }
    sink.decoder.push(chunk);
  };
  const inflater = new Inflater(kind, inflated, options.name);
  return {
    push(chunk) {
      bytes += chunk.length;
      if (byBlob) {
        hash?.update(chunk);
      }
      return state.attemptAsync(() => inflater.write(chunk));
    },
    async end() {
      await state.attemptAsync(async () => {
        await inflater.end();
        sink.decoder.finish();
      });
      inflater.destroy();
      const digest = digestFrom(hash);
      done(byBlob ? state.finished(digest, null) : state.finished(null, digest));
    },
  };
}

/** Whether a member still counts as a layer. */
class MemberState<S extends LayerSink> {
  readonly #sink: S;
  #cut: LimitReached | null = null;
  #error: unknown = null;

  constructor(sink: S) {
    this.#sink = sink;
  }

  attempt(job: () => void): void {
    if (this.#over) {
      return;
    }
    try {
      job();
    } catch (error) {
      this.#note(error);
    }
  }

  async attemptAsync(job: () => Promise<void>): Promise<void> {
    if (this.#over) {
      return;
    }
    try {
      await job();
    } catch (error) {
      this.#note(error);
    }
  }

  get #over(): boolean {
    return this.#cut !== null || this.#error !== null;
  }

  #note(error: unknown): void {
    if (error instanceof LimitReached) {
      this.#cut = error;
    } else {
      this.#error = error;
    }
  }

  finished(blobDigest: string | null, contentDigest: string | null): StreamedMember<S> {
    return { sink: this.#sink, blobDigest, contentDigest, cut: this.#cut, error: this.#error };
  }
}

function digestFrom(hash: Hash | null): string | null {
  return hash === null ? null : `sha256:${hash.digest('hex')}`;
}
