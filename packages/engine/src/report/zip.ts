/**
 * Every other report in one archive, named after its format: what a pipeline keeps of a scan. The same inputs give the
 * same bytes: entries carry no time but the first that an archive can say.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT sections 4.3.7, 4.3.12 and 4.3.16
 */
import { crc32, deflateRawSync } from 'node:zlib';
import type { ScanResult } from '../result/types.ts';
import type { ReportFormat, ReportOptions } from './types.ts';

const deflated = 8;
const utf8Names = 0x0800;
const version = 20;
/** 1980-01-01 */
const firstDay = 0x0021;
/** Quick; reports repeat themselves, so that more effort gains little. */
const level = 1;

function* archive(result: ScanResult, options: ReportOptions, formats: readonly ReportFormat[]): Generator<Buffer> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, extension, render } of formats) {
    const body = Buffer.concat(pieces(render(result, options)));
    const packed = deflateRawSync(body, { level });
    const file = Buffer.from(`${name}.${extension}`);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(version, 0);
    common.writeUInt16LE(utf8Names, 2);
    common.writeUInt16LE(deflated, 4);
    common.writeUInt16LE(firstDay, 8);
    common.writeUInt32LE(crc32(body), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(body.length, 18);
    common.writeUInt16LE(file.length, 22);
    yield Buffer.concat([Buffer.from('PK\x03\x04'), common, file]);
    yield packed;
    directory.push(directoryEntry(common, file, offset));
    offset += 4 + common.length + file.length + packed.length;
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

function pieces(rendered: ReturnType<ReportFormat['render']>): Buffer[] {
  const gathered: Buffer[] = [];
  let text = '';
  for (const piece of typeof rendered === 'string' ? [rendered] : rendered) {
    if (typeof piece !== 'string') gathered.push(Buffer.from(piece));
    else text += piece;
    if (text.length < 1_000_000) continue;
    gathered.push(Buffer.from(text));
    text = '';
  }
  return [...gathered, Buffer.from(text)];
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
