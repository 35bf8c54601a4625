import { crc32, deflateRawSync } from 'node:zlib';

/** How one file of a made archive departs from a plain deflated one; what is not given is right. */
export interface ZipFile {
  readonly body: string | Buffer;
  readonly stored?: boolean;
  readonly method?: number;
  readonly encrypted?: boolean;
  /** what the directory claims */
  readonly size?: number;
  readonly crc?: number;
  readonly offset?: number;
  /** sizes and offset stand in the extra field */
  readonly zip64?: boolean;
}

export interface ZipOptions {
  /** put before the archive without a change of its offsets */
  readonly prefix?: string | Buffer;
  readonly comment?: string | Buffer;
  /** put behind the archive */
  readonly suffix?: string | Buffer;
  /** with the records of zip64 before the end record */
  readonly zip64?: boolean;
}

/** A zip archive in memory, its entries in the order of `files`. */
export function zipOf(files: Readonly<Record<string, string | Buffer | ZipFile>>, options: ZipOptions = {}): Buffer {
  const bodies: Buffer[] = [];
  const headers: Buffer[] = [];
  let at = 0;
  for (const [name, value] of Object.entries(files)) {
    const file = typeof value === 'string' || Buffer.isBuffer(value) ? { body: value } : value;
    const { local, header } = entryOf(Buffer.from(name), file, at);
    bodies.push(local);
    headers.push(header);
    at += local.length;
  }
  const directory = Buffer.concat(headers);
  const parts = [...bodies, directory];
  if (options.zip64) parts.push(end64(headers.length, directory.length, at));
  const comment = Buffer.from(options.comment ?? '');
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(headers.length, 0xffff), 8);
  end.writeUInt16LE(Math.min(headers.length, 0xffff), 10);
  end.writeUInt32LE(options.zip64 ? 0xffffffff : directory.length, 12);
  end.writeUInt32LE(options.zip64 ? 0xffffffff : at, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([Buffer.from(options.prefix ?? ''), ...parts, end, comment, Buffer.from(options.suffix ?? '')]);
}

function entryOf(name: Buffer, file: ZipFile, at: number): { local: Buffer; header: Buffer } {
  const body = Buffer.from(file.body);
  const stored = file.stored ? body : deflateRawSync(body);
  const method = file.method ?? (file.stored ? 0 : 8);
  const size = file.size ?? body.length;
  const offset = file.offset ?? at;
  const extra = Buffer.alloc(file.zip64 ? 28 : 0);
  if (file.zip64) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    for (const [index, value] of [size, stored.length, offset].entries())
      extra.writeBigUInt64LE(BigInt(value), 4 + index * 8);
  }
  const field = (value: number) => (file.zip64 ? 0xffffffff : value);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(file.encrypted ? 1 : 0, 8);
  header.writeUInt16LE(method, 10);
  header.writeUInt32LE(file.crc ?? crc32(body), 16);
  header.writeUInt32LE(field(stored.length), 20);
  header.writeUInt32LE(field(size), 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(field(offset), 42);
  return { local: Buffer.concat([local, name, stored]), header: Buffer.concat([header, name, extra]) };
}

function end64(entries: number, length: number, offset: number): Buffer {
  const end = Buffer.alloc(56);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeBigUInt64LE(BigInt(entries), 24);
  end.writeBigUInt64LE(BigInt(entries), 32);
  end.writeBigUInt64LE(BigInt(length), 40);
  end.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + length), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([end, locator]);
}
