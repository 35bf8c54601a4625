import type { FileParts } from '../../image/types.ts';
import { type Elf, type ElfSection, isZeroFilled, placeOfAddress } from '../binary/elf.ts';
import type { Executable } from '../binary/executable.ts';
import { CatalogError } from '../error.ts';

/** What Go's linker leaves in a binary, as text. */
export interface GoBuildInfo {
  /** `go1.22.0`; null where it cannot be reached */
  readonly goVersion: string | null;
  /** lines of `go version -m`; null where the binary was built without modules */
  readonly modules: string | null;
}

const magic = Buffer.from('\xff Go buildinf:', 'latin1');
const headerBytes = 32;
/** the header stands at a multiple of this */
const alignment = 16;

/** Go's own limit is 1 MiB; the largest programs have 200 KiB. */
const maxStringBytes = 4 * 1024 * 1024;
/** A writable segment is searched this far where there are no section headers. */
const maxSearchedBytes = 32 * 1024 * 1024;
const searchedAtOnce = 256 * 1024;

/**
 * Finds the build information of a Go binary: its own section, or the writable segment where there are no section headers.
 *
 * @returns null for what Go has not built
 * @throws CatalogError when it is there and damaged, or out of reach
 * @see https://pkg.go.dev/debug/buildinfo
 */
export function readGoBuildInfo({ elf, parts }: Executable): GoBuildInfo | null {
  const reader = new Reader(elf, parts);
  const section = elf.section('.go.buildinfo');
  const place = section ?? (elf.section('.text') === undefined ? reader.find() : undefined);
  if (place === undefined) return null;
  const header = parts.read(place.offset, Math.min(headerBytes, place.size));
  if (header === null) throw unreachable();
  if (header.length < headerBytes || !header.subarray(0, magic.length).equals(magic)) {
    // a section of the name that holds something else is not Go's
    return null;
  }
  return (header[15]! & 2) !== 0 ? reader.inline(place.offset + headerBytes) : reader.pointed(header);
}

function unreachable(): CatalogError {
  return new CatalogError('file-too-large', 'a Go binary whose build information is too far inside to be read');
}

function damaged(): CatalogError {
  return new CatalogError('package-manifest-damaged', 'the build information of this Go binary is damaged');
}

class Reader {
  readonly #elf: Elf;
  readonly #parts: FileParts;

  constructor(elf: Elf, parts: FileParts) {
    this.#elf = elf;
    this.#parts = parts;
  }

  #read(offset: number, length: number): Buffer | null {
    return this.#parts.read(offset, length);
  }

  /** Where the header stands in the writable segments. */
  find(): ElfSection | undefined {
    let left = maxSearchedBytes;
    for (const { kind, writable, offset, size } of this.#elf.segments) {
      if (kind !== 'load' || !writable) continue;
      const end = offset + Math.min(size, left);
      left -= end - offset;
      for (let at = offset; at < end; at += searchedAtOnce) {
        const bytes = this.#read(at, Math.min(searchedAtOnce + magic.length, end - at));
        if (bytes === null) break;
        for (let found = bytes.indexOf(magic); found >= 0; found = bytes.indexOf(magic, found + 1)) {
          if ((at + found) % alignment === 0) return { offset: at + found, size: offset + size - at - found };
        }
      }
    }
    return undefined;
  }

  /** Go 1.18 and later: two strings, each after its length. */
  inline(at: number): GoBuildInfo {
    const version = this.#counted(at);
    const modules = this.#counted(version.end);
    return { goVersion: textOf(version.bytes), modules: unframed(modules.bytes) };
  }

  #counted(at: number): { readonly bytes: Buffer; readonly end: number } {
    const bytes = this.#read(at, Math.min(10, this.#parts.size - at));
    if (bytes === null) throw unreachable();
    let length = 0;
    for (let index = 0; index < bytes.length && index < 5; index += 1) {
      const byte = bytes[index]!;
      length += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) {
        const start = at + index + 1;
        return { bytes: this.#string(start, length), end: start + length };
      }
    }
    throw damaged();
  }

  #string(at: number, length: number): Buffer {
    if (length > maxStringBytes || at + length > this.#parts.size) throw damaged();
    const bytes = this.#read(at, length);
    if (bytes === null) throw unreachable();
    return bytes;
  }

  /** Before Go 1.18: two pointers to string headers, each a pointer and a length. */
  pointed(header: Buffer): GoBuildInfo {
    const width = header[14];
    if (width !== 4 && width !== 8) throw damaged();
    const big = (header[15]! & 1) !== 0;
    const word = (bytes: Buffer, at: number) => readWord(bytes, at, width, big);
    const follow = (address: number): Buffer => {
      // a string that the linker was not told stays a variable without a value: built without modules
      if (address === 0 || isZeroFilled(this.#elf, address)) return Buffer.alloc(0);
      const place = placeOfAddress(this.#elf, address);
      if (place === undefined || place.size < 2 * width) throw damaged();
      const string = this.#read(place.offset, 2 * width);
      if (string === null) throw unreachable();
      const [start, length] = [word(string, 0), word(string, width)];
      if (length === 0) return Buffer.alloc(0);
      const text = placeOfAddress(this.#elf, start);
      if (text === undefined || length > text.size) throw damaged();
      return this.#string(text.offset, length);
    };
    return { goVersion: textOf(follow(word(header, 16))), modules: unframed(follow(word(header, 16 + width))) };
  }
}

function readWord(bytes: Buffer, at: number, width: 4 | 8, big: boolean): number {
  if (width === 4) return big ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
  return Number(big ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at));
}

function textOf(bytes: Buffer): string | null {
  return bytes.length === 0 ? null : bytes.toString('utf8');
}

/** 16 bytes on either side mark the text in the binary. */
function unframed(bytes: Buffer): string | null {
  if (bytes.length < 33 || bytes[bytes.length - 17] !== 0x0a) return null;
  return bytes.toString('utf8', 16, bytes.length - 16);
}
