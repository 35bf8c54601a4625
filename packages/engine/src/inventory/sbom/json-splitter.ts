import { ImageError } from '../../image/error.ts';

/** What to do with a member of an object that the splitter walks. */
export type MemberPlan = 'skip' | 'value' | 'elements' | 'enter';

/** Receives the parts of one large JSON object. `path` is that of the objects that were entered, joined with `.`. */
export interface JsonParts {
  /** `enter` an object walks its members as those of the document; anything else that it turns out to be is skipped. */
  plan(path: string, key: string): MemberPlan;
  value(path: string, key: string, value: unknown): void;
  /** one element of an array; a value that is no array is one itself */
  element(path: string, key: string, value: unknown): void;
}

export interface SplitterLimits {
  /** bytes of one part that is parsed */
  readonly maxPartBytes: number;
  /** objects and arrays in one part: empty ones take twenty times their bytes of memory */
  readonly maxPartContainers: number;
}

const quote = 0x22;
const backslash = 0x5c;
const longestKey = 1024;
/** Objects that can be entered; no document that is known nests its content deeper. */
const mostEntered = 8;

type State = 'start' | 'key-or-end' | 'key' | 'colon' | 'value' | 'scan' | 'element-or-end' | 'after' | 'done';

/**
 * Cuts one large JSON object into parts while it is read, so that no more than one part is held. It finds where parts
 * end; each wanted one goes through `JSON.parse`, which says whether it is JSON. What is skipped is only counted through.
 */
export class JsonSplitter {
  readonly #parts: JsonParts;
  readonly #limits: SplitterLimits;
  readonly #what: string;
  #state: State = 'start';
  readonly #entered: { readonly name: string; readonly keys: Set<string> }[] = [];
  #key = '';
  #plan: MemberPlan = 'skip';
  #inArray = false;
  /** of the value that is scanned */
  #depth = 0;
  #inString = false;
  #escaped = false;
  #scalar = false;
  /** bytes of the part, or of the key, that came in earlier chunks */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #containers = 0;

  /** @param what names the document in messages */
  constructor(parts: JsonParts, limits: SplitterLimits, what: string) {
    this.#parts = parts;
    this.#limits = limits;
    this.#what = what;
  }

  /** @throws ImageError `CORRUPT` (no JSON object), `TOO_LARGE` (one part over the limits); whatever the callbacks throw */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === 'scan') at = this.#scan(chunk, at);
      else if (this.#state === 'key') at = this.#readKey(chunk, at);
      else at = this.#step(chunk, at);
    }
  }

  /** The document is complete. @throws ImageError `TRUNCATED`, `CORRUPT` */
  end(): void {
    if (this.#state === 'done') return;
    if (this.#state === 'start') throw this.#corrupt('no JSON object');
    throw new ImageError('TRUNCATED', `${this.#what}: truncated (its JSON ends early)`);
  }

  /** One byte between the parts, and the white space before it. */
  #step(chunk: Buffer, from: number): number {
    let at = from;
    while (isSpace(chunk[at])) at += 1;
    if (at === chunk.length) return at;
    const byte = chunk[at]!;
    switch (this.#state) {
      case 'start':
        // a byte order mark may stand before it
        if (byte === 0xef || byte === 0xbb || byte === 0xbf) return at + 1;
        if (byte !== 0x7b) throw this.#corrupt('no JSON object');
        this.#enter('');
        return at + 1;
      case 'key-or-end':
        if (byte === 0x7d) return this.#leave(at);
        if (byte !== quote) throw this.#corrupt('no valid JSON (a key is missing)');
        this.#state = 'key';
        return at + 1;
      case 'colon':
        if (byte !== 0x3a) throw this.#corrupt('no valid JSON (a colon is missing)');
        this.#state = 'value';
        return at + 1;
      case 'value':
        return this.#beginMember(chunk, at);
      case 'element-or-end':
        if (byte === 0x5d) {
          this.#inArray = false;
          this.#state = 'after';
          return at + 1;
        }
        if (byte === 0x2c) return at + 1;
        this.#beginValue(byte);
        return at;
      case 'after':
        if (byte === 0x2c) {
          this.#state = 'key-or-end';
          return at + 1;
        }
        if (byte === 0x7d) return this.#leave(at);
        throw this.#corrupt('no valid JSON (a comma is missing)');
      default:
        throw this.#corrupt('bytes follow its JSON');
    }
  }

  #enter(name: string): void {
    if (this.#entered.length === mostEntered) throw this.#corrupt('documents in documents');
    this.#entered.push({ name, keys: new Set() });
    this.#state = 'key-or-end';
  }

  #leave(at: number): number {
    this.#entered.pop();
    this.#state = this.#entered.length === 0 ? 'done' : 'after';
    return at + 1;
  }

  get #path(): string {
    return this.#entered
      .slice(1)
      .map(({ name }) => name)
      .join('.');
  }

  #beginMember(chunk: Buffer, at: number): number {
    const byte = chunk[at]!;
    if (this.#plan === 'enter' && byte === 0x7b) {
      this.#enter(this.#key);
      return at + 1;
    }
    if (this.#plan === 'enter') this.#plan = 'value';
    if (this.#plan === 'elements' && byte === 0x5b) {
      this.#inArray = true;
      this.#state = 'element-or-end';
      return at + 1;
    }
    this.#beginValue(byte);
    return at;
  }

  #beginValue(byte: number): void {
    this.#depth = 0;
    this.#containers = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#scalar = byte !== quote && byte !== 0x7b && byte !== 0x5b;
    this.#state = 'scan';
  }

  /** Goes on through the value; hands it on when it ends in this chunk. */
  #scan(chunk: Buffer, from: number): number {
    let at = from;
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at]!;
      if (this.#inString) {
        at = this.#endOfString(chunk, at);
        if (at === chunk.length) break;
        this.#inString = false;
        if (this.#depth === 0) return this.#finish(chunk, from, at + 1);
        continue;
      }
      if (byte === quote) this.#inString = true;
      else if (byte === 0x7b || byte === 0x5b) {
        this.#depth += 1;
        this.#containers += 1;
      } else if (byte === 0x7d || byte === 0x5d) {
        if (this.#depth === 0) return this.#finish(chunk, from, at);
        this.#depth -= 1;
        if (this.#depth === 0) return this.#finish(chunk, from, at + 1);
      } else if (this.#scalar && (byte === 0x2c || isSpace(byte))) {
        return this.#finish(chunk, from, at);
      }
    }
    this.#hold(chunk, from, at);
    return at;
  }

  /** Position of the quote that ends the string which `from` lies in; the length of the chunk where it goes on behind. */
  #endOfString(chunk: Buffer, from: number): number {
    for (let at = from; ; at += 1) {
      const found = chunk.indexOf(quote, at);
      at = found < 0 ? chunk.length : found;
      let start = at;
      while (start > from && chunk[start - 1] === backslash) start -= 1;
      const carried = start === from && this.#escaped ? 1 : 0;
      const escaped = (at - start + carried) % 2 === 1;
      if (found < 0 || !escaped) {
        this.#escaped = found < 0 && escaped;
        return at;
      }
    }
  }

  #hold(chunk: Buffer, from: number, to: number): void {
    if (this.#plan === 'skip' && this.#state === 'scan') return;
    this.#checkSize(to - from);
    this.#heldBytes += to - from;
    // the reader uses its buffer again
    this.#held.push(Buffer.from(chunk.subarray(from, to)));
  }

  #checkSize(more: number): void {
    const { maxPartBytes, maxPartContainers } = this.#limits;
    if (this.#state === 'key') {
      if (this.#heldBytes + more <= longestKey) return;
      throw this.#corrupt('a key that no format has');
    }
    if (this.#heldBytes + more <= maxPartBytes && this.#containers <= maxPartContainers) return;
    const message = `a part of its ${this.#key} is larger than can be read (${maxPartBytes} bytes, ${maxPartContainers} objects and lists)`;
    throw new ImageError('TOO_LARGE', `${this.#what}: ${message}`);
  }

  #taken(chunk: Buffer, from: number, to: number): string {
    this.#checkSize(to - from);
    if (this.#held.length === 0) return chunk.toString('utf8', from, to);
    const text = Buffer.concat([...this.#held, chunk.subarray(from, to)]).toString('utf8');
    this.#held = [];
    this.#heldBytes = 0;
    return text;
  }

  #finish(chunk: Buffer, from: number, to: number): number {
    if (this.#plan !== 'skip') {
      const value = this.#parsed(this.#taken(chunk, from, to));
      if (this.#plan === 'elements') this.#parts.element(this.#path, this.#key, value);
      else this.#parts.value(this.#path, this.#key, value);
    }
    this.#state = this.#inArray ? 'element-or-end' : 'after';
    return to;
  }

  #parsed(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw this.#corrupt(`no valid JSON (in its ${this.#key})`, cause);
    }
  }

  #readKey(chunk: Buffer, from: number): number {
    const end = this.#endOfString(chunk, from);
    if (end < chunk.length) {
      this.#containers = 0;
      this.#planMember(this.#parsed(`"${this.#taken(chunk, from, end)}"`) as string);
      return end + 1;
    }
    this.#hold(chunk, from, chunk.length);
    return chunk.length;
  }

  #planMember(key: string): void {
    const { keys } = this.#entered.at(-1)!;
    this.#key = key;
    this.#plan = this.#parts.plan(this.#path, key);
    // readers differ in which of two they take
    if (this.#plan !== 'skip' && keys.size === keys.add(key).size) {
      throw this.#corrupt(`has the key ${JSON.stringify(key)} twice`);
    }
    this.#state = 'colon';
  }

  #corrupt(message: string, cause?: unknown): ImageError {
    return new ImageError('CORRUPT', `${this.#what}: ${message}`, { cause });
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
