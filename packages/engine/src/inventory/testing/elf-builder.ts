import { deflateSync } from 'node:zlib';

export interface ElfPart {
  readonly name: string;
  readonly bytes: Buffer;
  /** where it is loaded, if it is */
  readonly address?: number;
  readonly writable?: boolean;
  /** what it fills in memory, where that is more than its bytes */
  readonly memory?: number;
}

export interface ElfOptions {
  readonly bits?: 32 | 64;
  readonly bigEndian?: boolean;
  /** leaves out the section headers, as packers do */
  readonly stripped?: boolean;
}

/** An ELF file of these sections: headers, bodies, names, section headers, as linkers order them. */
export function buildElf(sections: readonly ElfPart[], options: ElfOptions = {}): Buffer {
  const { bits = 64, bigEndian = false, stripped = false } = options;
  const wide = bits === 64;
  const fields = new Writer(wide, bigEndian);
  const loaded = sections.filter(({ address }) => address !== undefined);
  const [headerSize, segmentSize, sectionSize] = wide ? [64, 56, 64] : [52, 32, 40];
  const names = Buffer.from(`\0${[...sections.map(({ name }) => name), '.shstrtab'].join('\0')}\0`);
  const nameAt = (name: string) => names.indexOf(`\0${name}\0`) + 1;
  let end = headerSize + loaded.length * segmentSize;
  const all = [...sections, { name: '.shstrtab', bytes: names } satisfies ElfPart].map((part: ElfPart) => {
    const offset = Math.ceil(end / 16) * 16;
    end = offset + part.bytes.length;
    return { ...part, offset };
  });
  const tableAt = Math.ceil(end / 16) * 16;
  const count = stripped ? 0 : all.length + 1;
  const file = Buffer.alloc(stripped ? end : tableAt + count * sectionSize);
  file.write('\x7fELF', 'latin1');
  file.set([wide ? 2 : 1, bigEndian ? 2 : 1, 1], 4);
  fields.half(file, 16, 2);
  fields.half(file, 18, 62);
  fields.word(file, wide ? 0x20 : 0x1c, headerSize);
  fields.word(file, wide ? 0x28 : 0x20, stripped ? 0 : tableAt);
  const tail = [headerSize, segmentSize, loaded.length, sectionSize, count, stripped ? 0 : all.length];
  tail.forEach((value, index) => void fields.half(file, (wide ? 0x34 : 0x28) + 2 * index, value));
  all
    .filter(({ address }) => address !== undefined)
    .forEach(({ offset, bytes, address = 0, writable = false, memory = bytes.length }, index) => {
      const at = headerSize + index * segmentSize;
      fields.int(file, at, 1);
      fields.int(file, at + (wide ? 4 : 24), writable ? 6 : 4);
      fields.word(file, at + (wide ? 8 : 4), offset);
      fields.word(file, at + (wide ? 16 : 8), address);
      fields.word(file, at + (wide ? 32 : 16), bytes.length);
      fields.word(file, at + (wide ? 40 : 20), memory);
    });
  all.forEach(({ name, offset, bytes, address = 0 }, index) => {
    bytes.copy(file, offset);
    if (stripped) return;
    const at = tableAt + (index + 1) * sectionSize;
    fields.int(file, at, nameAt(name));
    fields.int(file, at + 4, 1);
    fields.word(file, at + (wide ? 16 : 12), address);
    fields.word(file, at + (wide ? 24 : 16), offset);
    fields.word(file, at + (wide ? 32 : 20), bytes.length);
  });
  return file;
}

class Writer {
  readonly #wide: boolean;
  readonly #big: boolean;

  constructor(wide: boolean, big: boolean) {
    this.#wide = wide;
    this.#big = big;
  }

  half(bytes: Buffer, at: number, value: number): void {
    if (this.#big) bytes.writeUInt16BE(value, at);
    else bytes.writeUInt16LE(value, at);
  }

  int(bytes: Buffer, at: number, value: number): void {
    if (this.#big) bytes.writeUInt32BE(value, at);
    else bytes.writeUInt32LE(value, at);
  }

  word(bytes: Buffer, at: number, value: number): void {
    if (!this.#wide) this.int(bytes, at, value);
    else if (this.#big) bytes.writeBigUInt64BE(BigInt(value), at);
    else bytes.writeBigUInt64LE(BigInt(value), at);
  }
}

const goMagic = '\xff Go buildinf:';
const frame = (text: string) => `${'<'.repeat(16)}${text}${'>'.repeat(16)}`;

/** A binary as Go 1.18 and later make it. */
export function buildGo(
  goVersion: string,
  modules: string,
  options: ElfOptions = {},
  more: readonly ElfPart[] = [],
): Buffer {
  const info = Buffer.concat([
    Buffer.from(`${goMagic}\x08\x02`.padEnd(32, '\0'), 'latin1'),
    counted(goVersion),
    counted(modules === '' ? '' : frame(modules)),
  ]);
  return buildElf(
    [
      { name: '.text', bytes: Buffer.alloc(64), address: 0x401000 },
      { name: '.go.buildinfo', bytes: info, address: 0x500000, writable: true },
      ...more,
    ],
    options,
  );
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length: number[] = [];
  let left = bytes.length;
  for (; left >= 0x80; left >>>= 7) length.push((left & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([...length, left]), bytes]);
}

/** A binary as Go 1.13 to 1.17 make it: pointers to strings; that of a build without modules is never set. */
export function buildOldGo(goVersion: string, modules: string | null, options: ElfOptions = {}): Buffer {
  const { bits = 64, bigEndian = false } = options;
  const width = bits / 8;
  const fields = new Writer(bits === 64, bigEndian);
  const [version, framed] = [Buffer.from(goVersion), Buffer.from(frame(modules ?? ''))];
  const [textAt, dataAt] = [0x401000, 0x500000];
  const data = Buffer.alloc(32 + 4 * width);
  data.write(`${goMagic}${String.fromCharCode(width, bigEndian ? 1 : 0)}`, 'latin1');
  fields.word(data, 16, dataAt + 32);
  fields.word(data, 16 + width, dataAt + (modules === null ? data.length + 64 : 32 + 2 * width));
  fields.word(data, 32, textAt);
  fields.word(data, 32 + width, version.length);
  fields.word(data, 32 + 2 * width, textAt + version.length);
  fields.word(data, 32 + 3 * width, framed.length);
  return buildElf(
    [
      { name: '.text', bytes: Buffer.concat([version, framed]), address: textAt },
      { name: '.go.buildinfo', bytes: data, address: dataAt, writable: true, memory: data.length + 4096 },
    ],
    options,
  );
}

/** A binary as `cargo auditable` makes it. */
export function buildRust(list: unknown, options: ElfOptions = {}): Buffer {
  return buildElf(
    [
      { name: '.text', bytes: Buffer.alloc(64), address: 0x401000 },
      { name: '.dep-v0', bytes: deflateSync(JSON.stringify(list)) },
    ],
    options,
  );
}
