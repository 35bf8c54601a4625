/**
 * Every other report in one archive, named after its format: what a pipeline keeps of a scan. The same inputs give the
 * same bytes: entries carry no time but the first that an archive can say.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT sections 4.3.7, 4.3.12 and 4.3.16
 */
import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { ScanResult } from '../result/types.ts';
import { byteChunks } from './byte-chunks.ts';
import type { ReportFormat, ReportOptions } from './types.ts';

const deflated = 8;
const utf8Names = 0x0800;
const version = 20;
/** 1980-01-01 */
const firstDay = 0x0021;
/** Quick; reports repeat themselves, so that more effort gains little. */
const level = 1;
/** Of what was packed already, what a match may refer to. */
const windowBytes = 32 * 1024;
/** A last block that holds nothing. */
const lastBlock = Buffer.from([0x03, 0x00]);

function* archive(result: ScanResult, options: ReportOptions, formats: readonly ReportFormat[]): Generator<Buffer> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, extension, render } of formats) {
    const { packed, sum, packedBytes, bytes } = pack(byteChunks(render(result, { ...options, together: true }), true));
    const file = Buffer.from(`${name}.${extension}`);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(version, 0);
    common.writeUInt16LE(utf8Names, 2);
    common.writeUInt16LE(deflated, 4);
    common.writeUInt16LE(firstDay, 8);
    common.writeUInt32LE(sum, 10);
    common.writeUInt32LE(packedBytes, 14);
    common.writeUInt32LE(bytes, 18);
    common.writeUInt16LE(file.length, 22);
    yield Buffer.concat([Buffer.from('PK\x03\x04'), common, file]);
    yield* packed;
    directory.push(directoryEntry(common, file, offset));
    offset += 4 + common.length + file.length + packedBytes;
  }
  yield* directory;
  const bytes = directory.reduce((sum, each) => sum + each.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(bytes, 12);
  end.writeUInt32LE(offset, 16);
  yield end;
}

/** A plain file that its owner may write and all may read. */
function directoryEntry(common: Buffer, file: Buffer, offset: number): Buffer {
  const entry = Buffer.alloc(46);
  entry.write('PK\x01\x02', 'latin1');
  entry.writeUInt16LE((3 << 8) | version, 4);
  common.copy(entry, 6);
  entry.writeUInt32LE((0o100644 << 16) >>> 0, 38);
  entry.writeUInt32LE(offset, 42);
  return Buffer.concat([entry, file]);
}

interface Packed {
  readonly packed: readonly Buffer[];
  readonly packedBytes: number;
  /** before it was packed */
  readonly bytes: number;
  readonly sum: number;
}

/** One stream of blocks, each made when its chunk is there: a report is never there as a whole but packed. */
function pack(chunks: Iterable<Uint8Array>): Packed {
  const packed: Buffer[] = [];
  let [packedBytes, bytes, sum] = [lastBlock.length, 0, 0];
  let dictionary: Uint8Array | undefined;
  for (const chunk of chunks) {
    const block = deflateRawSync(chunk, {
      level,
      finishFlush: constants.Z_SYNC_FLUSH,
      ...(dictionary && { dictionary }),
    });
    packed.push(block);
    packedBytes += block.length;
    bytes += chunk.length;
    sum = crc32(chunk, sum);
    dictionary = Buffer.from(chunk.subarray(-windowBytes));
  }
  return { packed: [...packed, lastBlock], packedBytes, bytes, sum };
}

/** @param formats what it holds, in this order */
export function zipOf(formats: readonly ReportFormat[]): ReportFormat {
  return {
    name: 'zip',
    extension: 'zip',
    mediaType: 'application/zip',
    render: (result, options) => archive(result, options, formats),
  };
}
