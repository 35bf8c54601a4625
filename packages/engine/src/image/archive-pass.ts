import { createHash, type Hash } from 'node:crypto';
import { InflateGuard } from './analyse-layer.ts';
import { noteMember } from './archive-index.ts';
import { digestInName } from './docker-manifest.ts';
import { ImageError } from './error.ts';
import { compressionOf, Inflater } from './inflater.ts';
import { LimitReached } from './layer-scan.ts';
import { maxArchiveMembers, maxKeptJsonBytes } from './limits.ts';
import { followMemberLinks, type Members } from './members.ts';
import type { TarEntry } from './tar/extended-headers.ts';
import { TarDecoder, type TarHandler } from './tar/tar-decoder.ts';
import { blockSize, hasChecksum, isZeroBlock } from './tar/tar-header.ts';
import { cleanPath } from './tar/tar-text.ts';
import type { ReadLimits } from './types.ts';

/** Takes the uncompressed bytes of one layer. */
export interface LayerSink {
  readonly decoder: TarDecoder;
}

/** What a member of the archive that may be a layer turned out to be. */
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

export interface ArchivePassOptions<S extends LayerSink> {
  readonly what: string;
  readonly limits: ReadLimits;
  /** Where the bytes of this member go, if it is a layer; null: nobody wants it. */
  readonly sinkFor: (name: string) => S | null;
  /** whether members are hashed, and small JSON members kept */
  readonly first: boolean;
}

/** What reads one member, once its first bytes have told what it is. */
interface MemberReader {
  push(chunk: Buffer): void | Promise<void>;
  end(): void | Promise<void>;
}

const ignoring: MemberReader = { push() {}, end() {} };

/**
 * One pass over an archive that cannot be read twice cheaply: each member that may be a layer is analysed as it streams
 * by, since only the manifest, often the last member, says which ones are.
 *
 * Pieces are pushed into `decoder`; `drain` waits until they have been inflated, so that no more than one is held.
 */
export class ArchivePass<S extends LayerSink> implements TarHandler {
  readonly decoder: TarDecoder;
  readonly members = new Map<string, StreamedMember<S>>();
  readonly #options: ArchivePassOptions<S>;
  readonly #sizes = new Map<string, number>();
  readonly #links = new Map<string, string>();
  readonly #json = new Map<string, Buffer>();
  #jsonBytes = 0;
  /** what awaits `drain`, in order */
  #queue: (() => void | Promise<void>)[] = [];
  #entry: { readonly name: string; readonly size: number } | null = null;
  #head: Buffer[] = [];
  #headBytes = 0;
  #reader: MemberReader | null = null;

  constructor(options: ArchivePassOptions<S>) {
    this.#options = options;
    this.decoder = new TarDecoder(this, options.what);
  }

  entry(entry: TarEntry): boolean {
    let isFile = false;
    noteMember(
      entry,
      (name) => {
        isFile = true;
        this.#sizes.set(name, entry.stored);
        this.#entry = { name, size: entry.stored };
      },
      this.#links,
    );
    if (this.#sizes.size + this.#links.size > maxArchiveMembers) {
      throw new ImageError('TOO_LARGE', `${this.#options.what}: more than ${maxArchiveMembers} members`);
    }
    this.#reader = null;
    return isFile;
  }

  data(chunk: Buffer): void {
    if (this.#reader !== null) {
      this.#later(this.#reader, chunk);
      return;
    }
    this.#head.push(chunk);
    this.#headBytes += chunk.length;
    if (this.#headBytes >= blockSize) {
      this.#begin();
    }
  }

  end(): void {
    if (this.#reader === null) {
      this.#begin();
    }
    const reader = this.#reader!;
    this.#queue.push(() => reader.end());
  }

  #begin(): void {
    const head = Buffer.concat(this.#head);
    this.#head = [];
    this.#headBytes = 0;
    this.#reader = this.#readerFor(this.#entry!, head);
    this.#later(this.#reader, head);
  }

  #later(reader: MemberReader, chunk: Buffer): void {
    if (reader !== ignoring) {
      this.#queue.push(() => reader.push(chunk));
    }
  }

  /** Waits until everything that was pushed has been read. */
  async drain(): Promise<void> {
    const queue = this.#queue;
    this.#queue = [];
    for (const job of queue) {
      const done = job();
      if (done !== undefined) {
        await done;
      }
    }
  }

  #readerFor(entry: { readonly name: string; readonly size: number }, head: Buffer): MemberReader {
    const { name, size } = entry;
    // `{` or `[`
    if (head[0] === 0x7b || head[0] === 0x5b) {
      return this.#options.first && size <= this.#options.limits.maxManifestBytes
        ? this.#keepJson(name, size)
        : ignoring;
    }
    const kind = compressionOf(head);
    const isTar = head.length >= blockSize && (hasChecksum(head, 0) || isZeroBlock(head, 0));
    if (kind === undefined && !isTar) {
      return ignoring;
    }
    const sink = this.#options.sinkFor(name);
    if (sink === null) {
      return ignoring;
    }
    return kind === undefined ? this.#readPlain(name, sink) : this.#readCompressed(name, sink, kind);
  }

  #keepJson(name: string, size: number): MemberReader {
    this.#jsonBytes += size;
    if (this.#jsonBytes > maxKeptJsonBytes) {
      throw new ImageError('TOO_LARGE', `${this.#options.what}: more than ${maxKeptJsonBytes} bytes of JSON`);
    }
    const chunks: Buffer[] = [];
    return {
      push: (chunk) => void chunks.push(chunk),
      end: () => void this.#json.set(name, Buffer.concat(chunks)),
    };
  }

  #readPlain(name: string, sink: S): MemberReader {
    const hash = this.#options.first ? createHash('sha256') : null;
    const guard = new InflateGuard(this.#options.limits);
    const state = new MemberState(sink);
    let bytes = 0;
    return {
      push: (chunk) => {
        hash?.update(chunk);
        bytes += chunk.length;
        state.attempt(() => {
          guard.count(chunk.length, bytes);
          sink.decoder.push(chunk);
        });
      },
      end: () => {
        state.attempt(() => sink.decoder.finish());
        const digest = digestFrom(hash);
        // the blob of a plain layer is its content
        this.members.set(name, state.finished(digest, digest));
      },
    };
  }

  #readCompressed(name: string, sink: S, kind: 'gzip' | 'zstd'): MemberReader {
    const { what, limits, first } = this.#options;
    // hashed is what can be compared: the blob where the member is named after it, else the content
    const byBlob = digestInName(name) !== null;
    const hash = first ? createHash('sha256') : null;
    const guard = new InflateGuard(limits);
    const state = new MemberState(sink);
    let bytes = 0;
    const inflated = (chunk: Buffer) => {
      guard.count(chunk.length, bytes);
      if (!byBlob) {
        hash?.update(chunk);
      }
      sink.decoder.push(chunk);
    };
    const inflater = new Inflater(kind, inflated, `${what}: ${name}`);
    return {
      push: (chunk) => {
        bytes += chunk.length;
        if (byBlob) {
          hash?.update(chunk);
        }
        return state.attemptAsync(() => inflater.write(chunk));
      },
      end: async () => {
        await state.attemptAsync(async () => {
          await inflater.end();
          sink.decoder.finish();
        });
        inflater.destroy();
        const digest = digestFrom(hash);
        this.members.set(name, byBlob ? state.finished(digest, null) : state.finished(null, digest));
      },
    };
  }

  /** The members as manifests are read from them. */
  asMembers(): Members {
    const { what } = this.#options;
    const resolved = (name: string) =>
      followMemberLinks(name, (at) => (this.#sizes.has(at) ? undefined : this.#links.get(at)));
    const find = (name: string) => {
      const end = resolved(cleanPath(name) ?? name);
      const size = this.#sizes.get(end);
      return size === undefined ? undefined : { name: end, size };
    };
    return {
      what,
      find,
      read: (name, maxBytes) => {
        const member = find(name);
        const bytes = this.#json.get(member?.name ?? '');
        if (bytes !== undefined && bytes.length <= maxBytes) {
          return bytes;
        }
        if (member === undefined) {
          throw new ImageError('MISSING_BLOB', `${what}: ${name} is missing`);
        }
        throw member.size > maxBytes
          ? new ImageError('TOO_LARGE', `${what}: ${name}: ${member.size} bytes (the limit is ${maxBytes})`)
          : new ImageError('CORRUPT', `${what}: ${name}: not valid JSON`);
      },
    };
  }
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
