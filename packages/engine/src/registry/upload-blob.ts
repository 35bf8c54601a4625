import { ImageError } from './error.ts';
import type { Answer, Sender, Sent } from './registry-uploader.ts';
import { TransientFailure } from './retry.ts';

/** A blob that is sent in pieces. */
export interface SentBlob {
  readonly digest: string;
  /** bytes */
  readonly size: number;
  /** Its bytes from this one on, as often as they are needed. A piece is not written to afterwards. */
  read(from: number): AsyncIterable<Buffer>;
  /** a repository of the same registry that has it */
  readonly mountFrom?: string | undefined;
}

/** Of a registry, or of what stands before it, that takes no larger ones: what is tried, and where that ends, bytes. */
const firstChunkBytes = 16 * 1024 * 1024;
const leastChunkBytes = 1024 * 1024;

/** Answers by which a registry shows that it takes a blob in one piece only. */
const takesNoPieces: ReadonlySet<number> = new Set([404, 405, 415, 501]);

/**
 * Sends a blob as the registry wants it: mounted from another of its repositories, else as one stream, which is continued where it
 * broke; in chunks where it is too large for the registry, by a single PUT where that knows nothing else.
 *
 * @throws ImageError
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs
 */
export async function uploadBlob(
  sender: Sender,
  repository: string,
  blob: SentBlob,
  what: string,
): Promise<'mounted' | 'sent'> {
  const attempts = sender.attempts();
  let upload: Upload | null = null;
  let mountFrom = blob.mountFrom;
  for (;;) {
    try {
      upload ??= await begun(sender, repository, blob, mountFrom, what);
      if (upload === null) return 'mounted';
      await upload.finish();
      return 'sent';
    } catch (error) {
      // who may not read there, may still send
      if (mountFrom !== undefined && upload === null && error instanceof ImageError && error.code === 'ACCESS_DENIED') {
        mountFrom = undefined;
        continue;
      }
      await attempts.failed(error, upload?.position);
      if (upload !== null && !(await upload.resumed())) upload = null;
    }
  }
}

/** @returns null: it was mounted, and there is nothing to send */
async function begun(
  sender: Sender,
  repository: string,
  blob: SentBlob,
  mountFrom: string | undefined,
  what: string,
): Promise<Upload | null> {
  const url = await sender.at(`/v2/${repository}/blobs/uploads/`);
  if (mountFrom !== undefined) {
    url.searchParams.set('mount', blob.digest);
    url.searchParams.set('from', mountFrom);
  }
  const sent: Sent = { method: 'POST', url, body: Buffer.alloc(0) };
  const answer = await sender.answer(sent, mountFrom === undefined ? [202] : [201, 202], what);
  return answer.status === 201 ? null : new Upload(sender, blob, what, url, answer);
}

/** One upload that was begun. */
class Upload {
  readonly #sender: Sender;
  readonly #blob: SentBlob;
  readonly #what: string;
  readonly #least: number;
  #chunk = Number.POSITIVE_INFINITY;
  #whole = false;
  #at: URL;
  /** bytes that the registry has */
  position = 0;

  constructor(sender: Sender, blob: SentBlob, what: string, from: URL, answer: Answer) {
    this.#sender = sender;
    this.#blob = blob;
    this.#what = what;
    this.#at = sender.onward(from, answer, what);
    const least = /^[0-9]{1,12}$/.exec(String(answer.headers['oci-chunk-min-length'] ?? ''))?.[0];
    this.#least = Math.max(leastChunkBytes, Number(least ?? 0));
  }

  async finish(): Promise<void> {
    while (!this.#whole && this.position < this.#blob.size) await this.#next();
    const url = new URL(this.#at);
    url.searchParams.set('digest', this.#blob.digest);
    const left = this.#whole ? this.#blob.size : 0;
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(left) };
    const pieces = this.#whole ? () => this.#blob.read(0) : undefined;
    await this.#sender.answer({ method: 'PUT', url, headers, ...(pieces && { pieces }) }, [201, 204], this.#what);
  }

  async #next(): Promise<void> {
    const { size } = this.#blob;
    const from = this.position;
    const length = Math.min(this.#chunk, size - from);
    const range = length === size ? {} : { 'content-range': `${from}-${from + length - 1}` };
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(length), ...range };
    const pieces = () => firstBytes(this.#blob.read(from), length);
    const sent: Sent = { method: 'PATCH', url: this.#at, headers, pieces };
    const expected = [202, 204, 413, ...(from === 0 ? takesNoPieces : [])];
    const answer = await this.#sender.answer(sent, expected, this.#what);
    if (takesNoPieces.has(answer.status)) {
      this.#whole = true;
    } else if (answer.status === 413) {
      this.#shrink(length);
    } else {
      this.position = this.#reached(answer, from + length);
      if (answer.headers.location !== undefined) this.#at = this.#sender.onward(this.#at, answer, this.#what);
      if (this.position <= from) throw new TransientFailure(this.#error('takes no more of it'));
    }
  }

  #shrink(sent: number): void {
    const next = Math.max(this.#least, Math.min(firstChunkBytes, Math.floor(sent / 2)));
    if (next >= sent) throw this.#error(`takes no ${sent} bytes at once (413)`);
    this.#chunk = next;
  }

  /** How far the registry says it has come: not further than was sent. */
  #reached({ headers }: Answer, sent: number): number {
    const last = /^(?:bytes=)?0-([0-9]{1,15})$/.exec(String(headers.range ?? ''))?.[1];
    const reached = last === undefined ? sent : Number(last) + 1;
    if (reached > sent) throw this.#error('says that it has more of it than was sent');
    return reached;
  }

  /** Asks where to go on after a failure. @returns false: it has to begin again */
  async resumed(): Promise<boolean> {
    if (this.#whole) return false;
    try {
      const answer = await this.#sender.answer({ method: 'GET', url: this.#at }, [200, 202, 204], this.#what);
      if (answer.headers.range === undefined) return false;
      const reached = this.#reached(answer, this.#blob.size);
      // `0-0` is said of one byte, and of none
      this.position = reached === 1 ? 0 : reached;
      if (answer.headers.location !== undefined) this.#at = this.#sender.onward(this.#at, answer, this.#what);
      return this.position > 0;
    } catch (error) {
      if (error instanceof TransientFailure || (error instanceof ImageError && error.code === 'REGISTRY_ERROR'))
        return false;
      throw error;
    }
  }

  #error(said: string): ImageError {
    return new ImageError('REGISTRY_ERROR', `${this.#what}: ${this.#sender.named} ${said}`);
  }
}

/** Closes what it reads once it has enough. */
async function* firstBytes(pieces: AsyncIterable<Buffer>, length: number): AsyncGenerator<Buffer> {
  let left = length;
  for await (const piece of pieces) {
    yield piece.subarray(0, left);
    left -= Math.min(left, piece.length);
    if (left === 0) return;
  }
}
