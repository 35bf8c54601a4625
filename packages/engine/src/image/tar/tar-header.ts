import { ImageError } from '../error.ts';
import type { EntryType } from '../types.ts';
import { decodeField } from './tar-text.ts';

const noBytes = Buffer.alloc(0);

/** Where mode, owner and group stand, 8 bytes each. */
const accessAt = 100;
const accessBytes = 24;

/**
 * A header block as it stands, before extended headers are applied to it. Its texts are decoded when they are asked for. One
 * object is all headers of an archive, one after the other: a layer may have 200,000.
 */
export class TarHeader {
  /** the type flag, a character */
  flag = '\0';
  mode = 0;
  uid = 0;
  gid = 0;
  /** bytes of body that follow in the archive */
  size = 0;
  readonly #what: string;
  #bytes: Buffer = noBytes;
  #at = 0;
  #path: string | undefined;
  #linkTarget: string | undefined;
  #settled = false;
  /** mode and owner as they are written in the last header that was understood */
  readonly #access = new Uint8Array(accessBytes);
  #knowsAccess = false;

  /** @param what names the archive in messages */
  constructor(what: string) {
    this.#what = what;
  }

  /** Becomes the header at `at`. @throws ImageError `CORRUPT` for a number that is none */
  load(bytes: Buffer, at: number): void {
    const what = this.#what;
    this.#forget(bytes);
    this.#at = at;
    this.flag = String.fromCharCode(bytes[at + 156]!);
    if (!(this.#knowsAccess && this.#hasAccessOfBefore(bytes, at + accessAt))) {
      this.#knowsAccess = false;
      this.mode = number(bytes, at + 100, 8, 'mode', what) & 0o7777;
      this.uid = number(bytes, at + 108, 8, 'owner', what);
      this.gid = number(bytes, at + 116, 8, 'group', what);
      this.#access.set(bytes.subarray(at + accessAt, at + accessAt + accessBytes));
      this.#knowsAccess = true;
    }
    this.size = number(bytes, at + 124, 12, 'size', what);
  }

  /** What was said of the header before. V8's first optimizing compiler makes a call of every `this.#field = …`: most need none. */
  #forget(bytes: Buffer): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
    }
    if (this.#path !== undefined || this.#linkTarget !== undefined) {
      this.#path = undefined;
      this.#linkTarget = undefined;
      this.#settled = false;
    }
  }

  /** Whether mode and owner are written as in the header before, as they mostly are. */
  #hasAccessOfBefore(bytes: Buffer, from: number): boolean {
    const access = this.#access;
    for (let at = 0; at < accessBytes; at += 1) {
      if (access[at] !== bytes[from + at]) {
        return false;
      }
    }
    return true;
  }

  get path(): string {
    this.#path ??= readPath(this.#bytes, this.#at);
    return this.#path;
  }

  get linkTarget(): string {
    this.#linkTarget ??= this.#bytes[this.#at + 157] === 0 ? '' : decodeField(this.#bytes, this.#at + 157, 100);
    return this.#linkTarget;
  }

  /** What holds the path as it was written; null where a prefix stands before it, or the bytes are gone. */
  get pathBytes(): Buffer | null {
    return this.#settled || this.#bytes[this.#at + 345] !== 0 ? null : this.#bytes;
  }

  /** Where the path begins in `pathBytes`: it ends at a NUL, else after `pathFieldBytes`. */
  get pathStart(): number {
    return this.#at;
  }

  /** Decodes the texts: the header is used when its bytes are gone. */
  settle(): void {
    this.#path = this.path;
    this.#linkTarget = this.linkTarget;
    this.#settled = true;
  }
}

function readPath(bytes: Buffer, at: number): string {
  const path = decodeField(bytes, at, 100);
  const length = bytes[at + 345] === 0 ? 0 : prefixLength(bytes, at);
  return length === 0 ? path : `${decodeField(bytes, at + 345, length)}/${path}`;
}

export const blockSize = 512;

/** Bytes of the field that holds a path. */
export const pathFieldBytes = 100;

/** undefined: one of the flags that are no file system object, or unknown */
export function entryType(flag: string): EntryType | undefined {
  switch (flag) {
    case '0':
    case '\0':
    case '7':
    case 'S':
      return 'file';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '3':
      return 'character';
    case '4':
      return 'block';
    case '5':
    case 'D':
      return 'directory';
    case '6':
      return 'fifo';
    default:
      return undefined;
  }
}

export function isZeroBlock(bytes: Uint8Array, at: number): boolean {
  for (let index = at; index < at + blockSize; index += 1) {
    if (bytes[index] !== 0) {
      return false;
    }
  }
  return true;
}

/** Bytes that the prefix of the name may take; 0: other things are kept in its place. */
function prefixLength(bytes: Buffer, at: number): number {
  const magic = bytes.toString('latin1', at + 257, at + 265);
  if (magic.startsWith('ustar\0')) {
    // star marks its form with "tar\0" at the end, and keeps times behind a shorter prefix
    return bytes.toString('latin1', at + 508, at + 512) === 'tar\0' ? 131 : 155;
  }
  // GNU has times there. The engines' reader takes what is no time for a prefix: its own writer once wrote one
  return magic === 'ustar  \0' && !(isTime(bytes, at + 345) && isTime(bytes, at + 357)) && isAscii(bytes, at + 345)
    ? 155
    : 0;
}

/** Octal digits, or a signed 63-bit number behind a marker bit. */
function isTime(bytes: Buffer, at: number): boolean {
  if ((bytes[at]! & 0x80) !== 0) {
    const head = bytes.readUInt32BE(at);
    return bytes[at + 4]! < 0x80 ? head === 0x80000000 : head === 0xffffffff;
  }
  const text = bytes.toString('latin1', at, at + 12).replace(/^[ \0]+/, '');
  return bytes[at] === 0 || /^[0-7]* *(?:\0|$)/.test(text);
}

/** Up to the first NUL. */
function isAscii(bytes: Buffer, at: number): boolean {
  for (let index = at; index < at + 155 && bytes[index] !== 0; index += 1) {
    if (bytes[index]! >= 0x80) {
      return false;
    }
  }
  return true;
}

/** Size of a GNU sparse file once it is expanded. */
export function sparseRealSize(bytes: Buffer, at: number, what: string): number {
  return number(bytes, at + 483, 12, 'size', what);
}

function number(bytes: Buffer, at: number, length: number, field: string, what: string): number {
  const value = (bytes[at]! & 0x80) === 0 ? octal(bytes, at, length) : base256(bytes, at, length);
  if (value < 0) {
    throw new ImageError('CORRUPT', `${what}: damaged tar header (its ${field} is no number)`);
  }
  return value;
}

/** Octal digits, 12 at most, with spaces or NULs around them; nothing is 0; -1 when there is anything else. */
export function octal(bytes: Uint8Array, at: number, length: number): number {
  const end = at + length;
  let index = at;
  while (index < end && (bytes[index] === 0x20 || bytes[index] === 0)) {
    index += 1;
  }
  // In two integers: once one size was too large for an integer of V8, a product would be a number with a point for all of them.
  let high = 0;
  let low = 0;
  for (; index < end; index += 1) {
    const digit = bytes[index]! - 0x30;
    if (digit < 0 || digit > 7) {
      if (bytes[index] !== 0x20 && bytes[index] !== 0) {
        return -1;
      }
      break;
    }
    high = (high << 3) | (low >>> 24);
    low = ((low & 0xffffff) << 3) | digit;
  }
  return high === 0 ? low : high * 0x8000000 + low;
}

/** Big-endian binary behind a marker bit; -1 when it is negative or not exact in a double. */
function base256(bytes: Buffer, at: number, length: number): number {
  let value = bytes[at]! & 0x7f;
  for (let index = at + 1; index < at + length; index += 1) {
    value = value * 256 + bytes[index]!;
    if (value > Number.MAX_SAFE_INTEGER) {
      return -1;
    }
  }
  return value;
}
