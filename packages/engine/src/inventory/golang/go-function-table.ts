import { SpareMemory } from '../../image/spare-body.ts';
import type { FileParts } from '../../image/types.ts';
import { type Elf, type ElfSection, placeOfAddress } from '../binary/elf.ts';
import type { Executable } from '../binary/executable.ts';

/** The names that a Go binary's table of functions refers to, each ended by a zero byte. Valid until the next ones are read. */
export interface FunctionNames {
  readonly bytes: Buffer;
  /** whether nothing but names stands there; else other data stands between them (before Go 1.16) */
  readonly pure: boolean;
}

const sections = ['.gopclntab', '.data.rel.ro.gopclntab'];

/** First word of the table, little-endian, by the Go release that began with it. */
const layouts: ReadonlyMap<number, { readonly since: string; readonly names: number | null }> = new Map([
  [0xfffffff1, { since: '1.20', names: 3 }],
  [0xfffffff0, { since: '1.18', names: 3 }],
  [0xfffffffa, { since: '1.16', names: 2 }],
  [0xfffffffb, { since: '1.2', names: null }],
]);

/** The largest programs have some 20 MiB of names. */
const maxNamesBytes = 48 * 1024 * 1024;
/** Where there are no section headers, so much of the loaded segments is searched. */
const maxSearchedBytes = 128 * 1024 * 1024;
const searchedAtOnce = 1024 * 1024;
const headerBytes = 8;

/**
 * Finds the table of functions (pclntab), which stripped binaries have too, and the names in it. It names inlined functions
 * as well, which have no code of their own.
 *
 * @returns null where there is none, where it is damaged, or out of reach: then nothing is known
 * @see https://go.dev/s/go12symtab, and debug/gosym for the later layouts
 */
export function readFunctionNames(executable: Executable): FunctionNames | null {
  const { elf, parts } = executable;
  if (elf.bigEndian) return null;
  const place = sections.map((name) => elf.section(name)).find((found) => found !== undefined) ?? find(executable);
  if (place === undefined) return null;
  const word = elf.bits / 8;
  const header = parts.read(place.offset, Math.min(headerBytes + 8 * word, place.size));
  if (header === null || !isHeader(header, elf)) return null;
  const layout = layouts.get(header.readUInt32LE(0));
  if (layout === undefined) return null;
  const [from, to] =
    layout.names === null
      ? [headerBytes + word, place.size]
      : [layout.names, layout.names + 1].map((index) => number(header, headerBytes + index * word, word));
  if (from === undefined || to === undefined || from >= to || to > place.size || to - from > maxNamesBytes) return null;
  const bytes = stretch(parts, place.offset + from, to - from);
  return bytes && { bytes, pure: layout.names !== null };
}

const nameMemory = new SpareMemory(4 * 1024 * 1024);

/** An image has dozens of Go binaries: where their names lie in a file they are read into the same memory, large ones aside. */
function stretch(parts: FileParts, offset: number, length: number): Buffer | null {
  if (parts.readInto === undefined || length > nameMemory.most) return parts.read(offset, length);
  const bytes = nameMemory.of(length);
  return parts.readInto(bytes, offset) ? bytes : null;
}

function number(bytes: Buffer, at: number, word: number): number | undefined {
  if (at + word > bytes.length) return undefined;
  return word === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUInt32LE(at);
}

/** Magic, two zeros, the smallest instruction's size, the size of a pointer. */
function isHeader(bytes: Buffer, { bits }: Pick<Elf, 'bits'>): boolean {
  return (
    bytes.length >= headerBytes &&
    layouts.has(bytes.readUInt32LE(0)) &&
    bytes[4] === 0 &&
    bytes[5] === 0 &&
    [1, 2, 4].includes(bytes[6]!) &&
    bytes[7] === bits / 8
  );
}

/** Where the table begins in the loaded segments of a binary without section headers. */
function find({ elf, parts }: Executable): ElfSection | undefined {
  let left = maxSearchedBytes;
  for (const { kind, offset, size, address } of elf.segments) {
    if (kind !== 'load') continue;
    const end = offset + Math.min(size, left);
    left -= end - offset;
    for (let at = offset; at < end; at += searchedAtOnce) {
      const bytes = parts.read(at, Math.min(searchedAtOnce + headerBytes, end - at));
      if (bytes === null) break;
      // every magic ends with three bytes of ones, and two zeros follow
      for (let found = bytes.indexOf(headerEnd); found >= 0; found = bytes.indexOf(headerEnd, found + 1)) {
        const start = found - 1;
        if (start < 0 || !isHeader(bytes.subarray(start, start + headerBytes), elf)) continue;
        return placeOfAddress(elf, address + at + start - offset);
      }
    }
  }
  return undefined;
}

const headerEnd = Buffer.from([0xff, 0xff, 0xff, 0, 0]);
