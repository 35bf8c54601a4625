import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';
import { readDirectory, readRaw, type ZipEntry } from './zip.ts';

/**
 * Writes an archive anew with some of its files put in, in the place of those of the same name, and some left out. What stays is
 * copied as it lies there, and is not inflated.
 *
 * @param put a body, or null for a file that goes
 * @param zip64From files from which on their number stands in the zip64 record: more than the old format can count
 * @param name for messages
 * @throws AdvisoryError `feed-malformed`; an error of the file system
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function patchZip(
  name: string,
  from: string,
  to: string,
  put: ReadonlyMap<string, Buffer | null>,
  zip64From = 0xffff,
): void {
  const source = openSync(from, 'r');
  try {
    const target = openSync(to, 'wx');
    try {
      const size = fstatSync(source).size;
      const writer = new ZipWriter(target, zip64From);
      for (const entry of readDirectory(source, size, name)) {
        if (put.has(entry.name)) continue;
        const raw = readRaw(source, size, entry, name);
        // was counted as damaged when it was read, and will be again
        if (raw !== undefined) writer.add(entry, raw);
      }
      for (const [file, body] of put) {
        if (body === null) continue;
        const raw = deflateRawSync(body);
        writer.add({ name: file, method: 8, crc: crc32(body), compressedSize: raw.length, size: body.length }, raw);
      }
      writer.end();
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

const flushFrom = 1 << 20;

class ZipWriter {
  readonly #fd: number;
  readonly #zip64From: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #offset = 0;
  #entries = 0;
  readonly #directory: Buffer[] = [];

  constructor(fd: number, zip64From: number) {
    this.#fd = fd;
    this.#zip64From = zip64From;
  }

  add({ name, method, crc, size }: Omit<ZipEntry, 'headerOffset'>, raw: Buffer): void {
    const text = Buffer.from(name);
    const fields = Buffer.alloc(26);
    // version 2.0, names are UTF-8
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x800, 2);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(crc, 10);
    fields.writeUInt32LE(raw.length, 14);
    fields.writeUInt32LE(size, 18);
    fields.writeUInt16LE(text.length, 22);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(20, 4);
    fields.copy(central, 6);
    central.writeUInt32LE(this.#offset, 42);
    this.#directory.push(central, text);
    this.#entries++;
    this.#write(Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), fields, text, raw]));
  }

  end(): void {
    const directory = Buffer.concat(this.#directory);
    const at = this.#offset;
    this.#write(directory);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    const many = this.#entries >= this.#zip64From;
    const few = many ? 0xffff : this.#entries;
    end.writeUInt16LE(few, 8);
    end.writeUInt16LE(few, 10);
    end.writeUInt32LE(directory.length, 12);
    end.writeUInt32LE(at, 16);
    if (many) this.#write(this.#zip64End(directory.length, at));
    this.#write(end);
    this.#flush();
  }

  #zip64End(length: number, at: number): Buffer {
    const out = Buffer.alloc(56 + 20);
    out.writeUInt32LE(0x06064b50, 0);
    out.writeBigUInt64LE(44n, 4);
    out.writeUInt16LE(45, 12);
    out.writeUInt16LE(45, 14);
    for (const field of [24, 32]) out.writeBigUInt64LE(BigInt(this.#entries), field);
    out.writeBigUInt64LE(BigInt(length), 40);
    out.writeBigUInt64LE(BigInt(at), 48);
    out.writeUInt32LE(0x07064b50, 56);
    out.writeBigUInt64LE(BigInt(this.#offset), 64);
    out.writeUInt32LE(1, 72);
    return out;
  }

  #write(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#offset += bytes.length;
    if (this.#waitingBytes > flushFrom) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#waiting);
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
