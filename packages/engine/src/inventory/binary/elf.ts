import type { FileParts } from '../../image/types.ts';
import { uint32At } from '../whole-numbers.ts';

/** A stretch of an ELF file that is loaded, or that holds notes. Offsets and sizes in bytes, all within the file. */
export interface ElfSegment {
  readonly kind: 'load' | 'note';
  readonly writable: boolean;
  readonly offset: number;
  readonly size: number;
  /** where `offset` stands in memory */
  readonly address: number;
  /** how much of memory it fills: zeros, behind what the file holds. Claimed, and held against nothing. */
  readonly memory: number;
}

export interface ElfSection {
  readonly offset: number;
  readonly size: number;
}

/** The headers of an ELF file. Nothing in them is believed before it was held against the size of the file. */
export interface Elf {
  readonly bits: 32 | 64;
  readonly bigEndian: boolean;
  readonly segments: readonly ElfSegment[];
  /** where the section header table stands; 0: there is none */
  readonly sectionTable: number;
  /** Whether the section headers are as the file says, and within reach; also where it says that there are none. */
  hasWholeSections(): boolean;
  /** The first section of this name that has bytes in the file. */
  section(name: string): ElfSection | undefined;
}

/** Bytes that tell what a file is; program headers follow within the first KiB of nearly all. */
const headBytes = 1024;
/** Executables have a dozen; a core dump may have thousands, and is none. */
const maxSegments = 512;
/** Linked files have 40 sections; compiled parts with a section for each function have more. */
const maxSections = 8192;
const maxNameTableBytes = 1024 * 1024;

const elfMagic = 0x7f454c46;

/** Whether a file that begins like this is an ELF file. */
export function beginsElf(head: Buffer): boolean {
  return head.length >= 4 && head.readUInt32BE(0) === elfMagic;
}

/**
 * Reads the headers, of either width and byte order; null for what is no ELF file. A table that lies outside of the file
 * or claims too many entries is taken for absent.
 *
 * @see https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html
 */
export function readElf(parts: FileParts): Elf | null {
  const head = parts.read(0, Math.min(headBytes, parts.size));
  if (head === null || head.length < 52 || !beginsElf(head)) return null;
  const bits = head[4] === 2 ? 64 : head[4] === 1 ? 32 : null;
  const order = head[5];
  if (bits === null || (order !== 1 && order !== 2) || (bits === 64 && head.length < 64)) return null;
  return new ElfFile(parts, head, new Fields(bits, order === 2));
}

/** Looked into when it is asked: an image has thousands, of which most are asked for a few sections. */
class ElfFile implements Elf {
  readonly sectionTable: number;
  readonly #parts: FileParts;
  readonly #head: Buffer;
  readonly #fields: Fields;
  readonly #sections: SectionTable;
  #segments: readonly ElfSegment[] | undefined;
  /** null where they are damaged or out of reach */
  #headers: SectionHeaders | null | undefined;

  constructor(parts: FileParts, head: Buffer, fields: Fields) {
    const wide = fields.bits === 64;
    const tail = wide ? 0x36 : 0x2a;
    this.#parts = parts;
    this.#head = head;
    this.#fields = fields;
    this.sectionTable = fields.word(head, wide ? 0x28 : 0x20);
    this.#sections = {
      at: this.sectionTable,
      bytes: fields.half(head, tail + 4),
      count: fields.half(head, tail + 6),
      namesIndex: fields.half(head, tail + 8),
    };
  }

  get bits(): 32 | 64 {
    return this.#fields.bits;
  }

  get bigEndian(): boolean {
    return this.#fields.bigEndian;
  }

  get segments(): readonly ElfSegment[] {
    this.#segments ??= this.#readSegments();
    return this.#segments;
  }

  #readSegments(): readonly ElfSegment[] {
    const [fields, head] = [this.#fields, this.#head];
    const wide = fields.bits === 64;
    const tail = wide ? 0x36 : 0x2a;
    const bytes = fields.half(head, tail);
    const sized = { count: fields.half(head, tail + 2), bytes, least: wide ? 56 : 32, most: maxSegments };
    const table = readTable(this.#parts, head, fields.word(head, wide ? 0x20 : 0x1c), sized);
    return table === null ? [] : readSegments(table, bytes, fields, this.#parts.size);
  }

  hasWholeSections(): boolean {
    return this.sectionTable === 0 || this.#read() !== null;
  }

  section(name: string): ElfSection | undefined {
    const found = this.#read();
    const wanted = `${name}\0`;
    if (found === null || !found.names.includes(wanted)) return undefined;
    const [{ headers, names }, { bytes, count }, fields] = [found, this.#sections, this.#fields];
    for (let index = 0; index < count; index += 1) {
      const start = fields.int(headers, index * bytes);
      if (start + name.length >= names.length || !names.startsWith(wanted, start)) continue;
      const place = placed(headers, index * bytes, fields);
      const inFile = fields.int(headers, index * bytes + 4) !== noBits && place.offset + place.size <= this.#parts.size;
      if (inFile && place.size > 0) return place;
    }
    return undefined;
  }

  #read(): SectionHeaders | null {
    if (this.#headers === undefined) this.#headers = readHeaders(this.#parts, this.#fields, this.#sections);
    return this.#headers;
  }
}

/** Numbers of one width and byte order. */
class Fields {
  readonly bits: 32 | 64;
  readonly bigEndian: boolean;

  constructor(bits: 32 | 64, bigEndian: boolean) {
    this.bits = bits;
    this.bigEndian = bigEndian;
  }

  half(bytes: Buffer, at: number): number {
    return this.bigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);
  }

  int(bytes: Buffer, at: number): number {
    return this.bigEndian ? bytes.readUInt32BE(at) : uint32At(bytes, at);
  }

  /** An address, offset or size. What a double cannot hold is inexact, and beyond the end of any file. */
  word(bytes: Buffer, at: number): number {
    if (this.bits === 32) return this.int(bytes, at);
    const first = this.int(bytes, at);
    const second = this.int(bytes, at + 4);
    return this.bigEndian ? first * 2 ** 32 + second : second * 2 ** 32 + first;
  }
}

interface TableSize {
  readonly count: number;
  /** of an entry, as the file says, and as the format needs at least */
  readonly bytes: number;
  readonly least: number;
  readonly most: number;
}

function readTable(parts: FileParts, head: Buffer, at: number, { count, bytes, least, most }: TableSize) {
  if (at === 0 || count === 0 || count > most || bytes < least || bytes > 4096) return null;
  const length = count * bytes;
  return at + length <= head.length ? head.subarray(at, at + length) : parts.read(at, length);
}

function readSegments(table: Buffer, bytes: number, fields: Fields, fileSize: number): readonly ElfSegment[] {
  const found: ElfSegment[] = [];
  const wide = fields.bits === 64;
  for (let at = 0; at + bytes <= table.length; at += bytes) {
    const type = fields.int(table, at);
    if (type !== 1 && type !== 4) continue;
    const offset = fields.word(table, at + (wide ? 8 : 4));
    const size = fields.word(table, at + (wide ? 32 : 16));
    const memory = fields.word(table, at + (wide ? 40 : 20));
    if ((size === 0 && memory === 0) || offset + size > fileSize) continue;
    const flags = fields.int(table, at + (wide ? 4 : 24));
    const address = fields.word(table, at + (wide ? 16 : 8));
    found.push({ kind: type === 1 ? 'load' : 'note', writable: (flags & 2) !== 0, offset, size, address, memory });
  }
  return found;
}

interface SectionTable {
  readonly at: number;
  readonly bytes: number;
  readonly count: number;
  /** which section holds the names of all */
  readonly namesIndex: number;
}

const noBits = 8;
/** The names of the sections mostly stand right before the table of sections, which one read brings along. */
const namesBefore = 1024;
const mostReadAhead = 64 * 1024;

/** The same file, with this stretch of it at hand. */
function withStretch(parts: FileParts, start: number, length: number): FileParts {
  const near = length > mostReadAhead ? null : parts.read(start, length);
  if (near === null) return parts;
  return {
    size: parts.size,
    read: (offset, count) =>
      offset >= start && count >= 0 && offset + count <= start + length
        ? near.subarray(offset - start, offset - start + count)
        : parts.read(offset, count),
  };
}

interface SectionHeaders {
  readonly headers: Buffer;
  /** Latin-1, each with a zero behind it */
  readonly names: string;
}

function readHeaders(parts: FileParts, fields: Fields, table: SectionTable): SectionHeaders | null {
  const { at, bytes, count, namesIndex } = table;
  const start = Math.max(0, at - namesBefore);
  const near = withStretch(parts, start, at - start + count * bytes);
  const size = { count, bytes, least: fields.bits === 64 ? 64 : 40, most: maxSections };
  const headers = readTable(near, noBytes, at, size);
  if (headers === null || namesIndex >= count) return null;
  const { offset, size: length } = placed(headers, namesIndex * bytes, fields);
  const names = length > maxNameTableBytes ? null : near.read(offset, length);
  return names === null ? null : { headers, names: names.toString('latin1') };
}

const noBytes = Buffer.alloc(0);

/** @param at of the header */
function placed(headers: Buffer, at: number, fields: Fields): ElfSection {
  const wide = fields.bits === 64;
  return { offset: fields.word(headers, at + (wide ? 24 : 16)), size: fields.word(headers, at + (wide ? 32 : 20)) };
}

/** Whether at an address of the running program nothing but zeros stands when it starts, which no file holds (`.bss`). */
export function isZeroFilled({ segments }: Elf, address: number): boolean {
  return segments.some(
    (each) => each.kind === 'load' && address >= each.address + each.size && address < each.address + each.memory,
  );
}

/** Where an address of the running program stands in the file, with the bytes that follow it there. */
export function placeOfAddress(elf: Elf, address: number): ElfSection | undefined {
  const segment = elf.segments.find(
    (each) => each.kind === 'load' && address >= each.address && address < each.address + each.size,
  );
  if (segment === undefined) return undefined;
  const into = address - segment.address;
  return { offset: segment.offset + into, size: segment.size - into };
}
