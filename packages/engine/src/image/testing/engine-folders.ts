import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { TarEntry } from '../tar/extended-headers.ts';
import { TarDecoder } from '../tar/tar-decoder.ts';
import { type FixtureImage, sha256 } from './image-builder.ts';

/** The folders of one layer. */
export interface EngineLayer {
  /** its files */
  readonly files: string;
  readonly entry: string;
  readonly tarSplit: string;
}

export interface EngineFolders {
  readonly layers: readonly EngineLayer[];
  readonly config: string;
  /** what the engine says of the image in `GraphDriver` */
  readonly graphDriver: unknown;
}

/** Writes what an engine with overlay2 keeps of an image below its data folder, but for whiteouts, devices and owners. */
export function writeEngineFolders(data: string, image: FixtureImage): EngineFolders {
  let chainId = '';
  const layers = image.layers.map((layer, index): EngineLayer => {
    const diffId = sha256(layer);
    chainId = chainId === '' ? diffId : sha256(Buffer.from(`${chainId} ${diffId}`));
    const entry = join(data, 'image/overlay2/layerdb/sha256', chainId.slice(7));
    const cacheId = `cache${index}`;
    const files = join(data, 'overlay2', cacheId, 'diff');
    mkdirSync(entry, { recursive: true });
    mkdirSync(files, { recursive: true });
    const { lines, bytes } = split(layer, files);
    writeFileSync(join(entry, 'diff'), diffId);
    writeFileSync(join(entry, 'cache-id'), cacheId);
    writeFileSync(join(entry, 'size'), String(bytes));
    writeFileSync(join(entry, 'tar-split.json.gz'), gzipSync(lines.join('')));
    return { files, entry, tarSplit: join(entry, 'tar-split.json.gz') };
  });
  const configs = join(data, 'image/overlay2/imagedb/content/sha256');
  mkdirSync(configs, { recursive: true });
  const config = join(configs, sha256(image.config).slice(7));
  writeFileSync(config, image.config);
  return { layers, config, graphDriver: { Name: 'overlay2', Data: { UpperDir: layers.at(-1)?.files } } };
}

/** Unpacks a layer, and says what the engine keeps of its tar. */
function split(tar: Buffer, files: string): { readonly lines: readonly string[]; readonly bytes: number } {
  const lines: string[] = [];
  let bytes = 0;
  let position = 0;
  let from = 0;
  const line = (fields: Record<string, unknown>) => {
    lines.push(`${JSON.stringify({ ...fields, position })}\n`);
    position += 1;
  };
  const segment = (to: number) => {
    line({ type: 2, payload: tar.toString('base64', from, to) });
    from = to;
  };
  const decoder = new TarDecoder(
    {
      entry(entry) {
        segment(entry.offset);
        const body = tar.subarray(entry.offset, entry.offset + entry.stored);
        const payload = body.length === 0 ? null : crc64(body).toString('base64');
        line({ type: 1, name: entry.path, ...(body.length > 0 && { size: body.length }), payload });
        bytes += body.length;
        from += body.length;
        unpack(entry, body, files);
        return false;
      },
      data() {},
      end() {},
    },
    'layer',
  );
  decoder.push(tar);
  segment(tar.length);
  return { lines, bytes };
}

function unpack(entry: TarEntry, body: Buffer, files: string): void {
  const path = join(files, entry.path);
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (entry.type === 'directory') {
    mkdirSync(path, { recursive: true });
  } else if (!name.startsWith('.wh.') && (entry.type === 'file' || entry.type === 'hardlink')) {
    mkdirSync(dirname(path), { recursive: true });
    if (entry.type === 'file') writeFileSync(path, body);
    else linkSync(join(files, entry.linkTarget), path);
  }
}

/** CRC-64 of ISO 3309, in plain 64-bit numbers. */
function crc64(bytes: Buffer): Buffer {
  const crc = bytes.reduce((sum, byte) => crcRows[Number((sum ^ BigInt(byte)) & 0xffn)]! ^ (sum >> 8n), allOnes);
  const result = Buffer.alloc(8);
  result.writeBigUInt64BE(crc ^ allOnes);
  return result;
}

const allOnes = 0xffffffffffffffffn;
const crcRows = Array.from({ length: 256 }, (_, byte) => {
  let row = BigInt(byte);
  for (let bit = 0; bit < 8; bit += 1) row = row & 1n ? (row >> 1n) ^ 0xd800000000000000n : row >> 1n;
  return row;
});
