import { createHash } from 'node:crypto';
import { headOf, OpenFile, piecesOf } from '../../image/blob.ts';
import { asImageError, ImageError } from '../../image/error.ts';
import { compressionOf, Inflater, refuseForeignCompression } from '../../image/inflater.ts';
import type { ImageConfig } from '../../image/types.ts';
import { distinctEntries } from '../inventory-order.ts';
import type { FactName, Incomplete } from '../types.ts';
import { type SbomContent, SbomDocument } from './sbom-document.ts';

/** Raise with every change of what is read of the same bytes: an input of the result. */
export const sbomReaderVersion = 5;

/** An SBOM that stands for an image. */
export interface ReadSbom extends SbomContent {
  /** `sha256:…` of the file as it lies there */
  readonly digest: string;
}

/** What is asked for beside the packages. */
export interface AskedOfSbom {
  readonly facts?: readonly FactName[] | undefined;
  /** what rules look at that no SBOM has, in words, sorted; `layers`: how many there are */
  readonly beyond?: readonly string[] | undefined;
}

/** Bytes of a document, uncompressed; those of images of many gigabytes have some ten million. */
const maxDocumentBytes = 512 * 1024 * 1024;
const headBytes = 4096;

/**
 * Reads an SBOM as the inventory of the image that it is about. It is taken in while it streams by, gzip and zstd too.
 *
 * @param path of a regular file
 * @param asked what an SBOM does not have of it is said
 * @throws ImageError when it is no SBOM that can be read as a whole. What cannot be read of it is in `incomplete`.
 */
export async function readSbom(
  path: string,
  signal: AbortSignal | undefined,
  asked: AskedOfSbom = {},
): Promise<ReadSbom> {
  try {
    const file = new OpenFile(path);
    try {
      return withAskedFacts(await readOpen(file, signal), asked);
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

function layersTold({ history }: ImageConfig): number {
  return history.filter(({ emptyLayer }) => !emptyLayer).length;
}

/** Codes of what was not seen of facts: of no concern to whoever does not ask for these. */
const codesOfFacts: Partial<Readonly<Record<Incomplete['code'], FactName>>> = {
  'secrets-unread': 'secrets',
  'history-incomplete': 'dockerfile',
};

/**
 * A rule about files finds nothing where there are none to look at: what is asked for and not told is said. What nobody asked
 * for is left out, as it is of an image.
 */
function withAskedFacts(sbom: ReadSbom, { facts: asked = [], beyond = [] }: AskedOfSbom): ReadSbom {
  const { config, coverage, ...told } = sbom.inventory.facts;
  const given = Object.entries(told).filter(([name]) => asked.some((each) => each === name));
  const missing = [
    ...asked.filter((name) => name !== 'config' && told[name] === undefined),
    ...beyond.filter((each) => each !== 'layers' || config === null || layersTold(config) !== sbom.layerCount),
  ];
  const facts = { config, coverage, ...Object.fromEntries(given) };
  const seen = sbom.inventory.incomplete.filter(({ code }) => {
    const fact = codesOfFacts[code];
    return fact === undefined || asked.includes(fact);
  });
  const inventory = { ...sbom.inventory, facts, incomplete: seen };
  if (missing.length === 0) return { ...sbom, inventory };
  const message = `an SBOM does not tell what was asked for beside the packages: ${missing.join(', ')}`;
  const entry: Incomplete = { code: 'sbom-incomplete', message };
  return { ...sbom, inventory: { ...inventory, incomplete: distinctEntries([...seen, entry]) } };
}
