import { noteMember, repeated } from './archive-index.ts';
import { digestInName } from './docker-manifest.ts';
import { ImageError } from './error.ts';
import { compressionOf } from './inflater.ts';
import { maxArchiveMembers, maxKeptJsonBytes } from './limits.ts';
import {
  compressedReader,
  type LayerSink,
  type MemberReader,
  plainReader,
  type StreamedMember,
} from './member-readers.ts';
import { followMemberLinks, type Members } from './members.ts';
import { hasChecksum } from './tar/checksum.ts';
import type { TarEntry } from './tar/extended-headers.ts';
import { TarDecoder, type TarHandler } from './tar/tar-decoder.ts';
import { blockSize, isZeroBlock } from './tar/tar-header.ts';
import { cleanPath } from './tar/tar-text.ts';
import type { ReadLimits } from './types.ts';

export interface ArchivePassOptions<S extends LayerSink> {
  readonly what: string;
  readonly limits: ReadLimits;
  /** Where the bytes of this member go, if it is a layer; null: nobody wants it. */
  readonly sinkFor: (name: string) => S | null;
  /** whether members are hashed, and small JSON members kept */
  readonly first: boolean;
  /** whether what a compressed layer holds is hashed, also where its name says what the blob must have; default false */
  readonly contents?: boolean;
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
  /** names of several members: of layers the digest says which one is meant, of others nothing does */
  readonly #repeated = new Set<string>();
  readonly #links = new Map<string, string>();
  readonly #json = new Map<string, Buffer>();
  #jsonBytes = 0;
  /** what awaits `drain`, in order */
  #queue: (() => void | Promise<void>)[] = [];
  #count = 0;
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
        if (this.#sizes.has(name)) {
          this.#repeated.add(name);
        }
        this.#sizes.set(name, entry.stored);
        this.#entry = { name, size: entry.stored };
      },
      this.#links,
    );
    // counted with repetitions: the same one may come again and again
    this.#count += 1;
    if (this.#count > maxArchiveMembers) {
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
    // an empty file is an empty layer
    const isTar = size === 0 || (head.length >= blockSize && (hasChecksum(head, 0) || isZeroBlock(head, 0)));
    if (kind === undefined && !isTar) {
      return ignoring;
    }
    const sink = this.#options.sinkFor(name);
    if (sink === null) {
      return ignoring;
    }
    const done = (member: StreamedMember<S>) => void this.members.set(name, member);
    const options = {
      name: `${this.#options.what}: ${name}`,
      limits: this.#options.limits,
      hashed: this.#options.first,
    };
    return kind === undefined
      ? plainReader(sink, options, done)
      : compressedReader(
          sink,
          kind,
          { ...options, byBlob: this.#options.contents !== true && digestInName(name) !== null },
          done,
        );
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

  /** The members as manifests are read from them. */
  asMembers(): Members {
    const { what } = this.#options;
    const resolved = (name: string) =>
      followMemberLinks(name, (at) => {
        if (this.#sizes.has(at) && this.#links.has(at)) {
          throw repeated(what, at);
        }
        return this.#links.get(at);
      });
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
        if (member !== undefined && this.#repeated.has(member.name)) {
          throw repeated(what, member.name);
        }
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
