import { createHash } from 'node:crypto';
import { headOf, OpenFile, piecesOf } from '../../image/blob.ts';
import { asImageError, ImageError } from '../../image/error.ts';
import { compressionOf, Inflater, refuseForeignCompression } from '../../image/inflater.ts';
import { distinctEntries } from '../inventory-order.ts';
import type { FactName, Incomplete } from '../types.ts';
import { type SbomContent, SbomDocument } from './sbom-document.ts';

/** Raise with every change of what is read of the same bytes: an input of the result. */
export const sbomReaderVersion = 2;

/** An SBOM that stands for an image. */
export interface ReadSbom extends SbomContent {
  /** `sha256:…` of the file as it lies there */
  readonly digest: string;
}

/** Bytes of a document, uncompressed; those of images of many gigabytes have some ten million. */
const maxDocumentBytes = 512 * 1024 * 1024;
const headBytes = 4096;

/**
 * Reads an SBOM as the inventory of the image that it is about. It is taken in while it streams by, gzip and zstd too.
 *
 * @param path of a regular file
 * @param facts what was asked for beside the packages: an SBOM has none of it, which is said
 * @throws ImageError when it is no SBOM that can be read as a whole. What cannot be read of it is in `incomplete`.
 */
export async function readSbom(
  path: string,
  signal: AbortSignal | undefined,
  facts: readonly FactName[] = [],
): Promise<ReadSbom> {
  try {
    const file = new OpenFile(path);
    try {
      return withoutFacts(await readOpen(file, signal), facts);
    } finally {
      file.close();
    }
  } catch (error) {
    throw asImageError(error, path);
  }
}

async function readOpen(file: OpenFile, signal: AbortSignal | undefined): Promise<ReadSbom> {
  const whole = { file, start: 0, size: file.size };
  if (file.size === 0) throw new ImageError('TRUNCATED', `${file.path}: the file is empty`);
  const head = headOf(whole, headBytes);
  refuseForeignCompression(head, file.path);
  const document = new SbomDocument(file.path);
  let bytes = 0;
  const take = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxDocumentBytes) {
      throw new ImageError('TOO_LARGE', `${file.path}: the SBOM is larger than ${maxDocumentBytes} bytes`);
    }
    document.push(chunk);
  };
  const hash = createHash('sha256');
  const compression = compressionOf(head);
  const inflater = compression === undefined ? null : new Inflater(compression, take, file.path);
  try {
    for await (const piece of piecesOf(whole, file.path, signal)) {
      hash.update(piece);
      if (inflater === null) take(piece);
      else await inflater.write(piece);
    }
    await inflater?.end();
  } finally {
    inflater?.destroy();
  }
  return { digest: `sha256:${hash.digest('hex')}`, ...document.end() };
}

/** A rule about files finds nothing where there are none to look at. Our own may tell of them; what nobody asked for is left out. */
function withoutFacts(sbom: ReadSbom, facts: readonly FactName[]): ReadSbom {
  const { files, ...always } = sbom.inventory.facts;
  const asked = files !== undefined && facts.includes('files');
  const inventory = { ...sbom.inventory, facts: asked ? { ...always, files } : always };
  const missing = facts.filter((name) => name !== 'config' && !(asked && name === 'files'));
  if (missing.length === 0) return { ...sbom, inventory };
  const message = `an SBOM does not tell what was asked for beside the packages: ${missing.join(', ')}`;
  const entry: Incomplete = { code: 'sbom-incomplete', message };
  return { ...sbom, inventory: { ...inventory, incomplete: distinctEntries([...inventory.incomplete, entry]) } };
}
