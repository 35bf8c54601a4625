import { createHash, getHashes, hash } from 'node:crypto';
import type { LayerAnalyser, LayerEntry, LayerKey, LayerListing, LayerVisitor } from '../image/types.ts';
import type { FileDigests, FileReader, ParsedFile } from './cataloger.ts';
import { catalogerVersions, matchFile, proofFilter, readersByName } from './catalogers.ts';
import { CatalogError } from './error.ts';
import { decodeAnalysis, encodeAnalysis, type LayerAnalysis } from './layer-analysis.ts';

/** Where layer analyses are kept between runs. Keys are hexadecimal; what is put may be gone at the next `get`. */
export interface LayerStore {
  get(key: string): Buffer | undefined;
  put(key: string, bytes: Buffer): void;
}

export interface LayerAnalyserOptions {
  /** without it, nothing is recalled and nothing kept */
  readonly store?: LayerStore | undefined;
  /** names of facts that were asked for beyond packages; part of the key, since they change what is gathered */
  readonly facts?: readonly string[] | undefined;
}

/** What the image room asks of whoever looks into layers: reads package databases and manifests as the bytes pass by. */
export function createLayerAnalyser(options: LayerAnalyserOptions = {}): LayerAnalyser<LayerAnalysis> {
  const { store, facts = [] } = options;
  const asked = JSON.stringify([catalogerVersions(), [...facts].sort()]);
  const storeKey = (key: LayerKey) => createHash('sha256').update(`${key.id}\n${asked}`).digest('hex');
  return {
    recall(key) {
      const at = storeKey(key);
      const bytes = store?.get(at);
      return bytes === undefined ? undefined : decodeAnalysis(at, bytes);
    },
    begin: () => new InventoryVisitor(),
    keep(key, analysis) {
      const at = storeKey(key);
      store?.put(at, encodeAnalysis(at, analysis));
    },
  };
}

class InventoryVisitor implements LayerVisitor<LayerAnalysis> {
  readonly #parsed = new Map<string, Map<string, ParsedFile<unknown>>>();

  wants(path: string, size: number): boolean {
    let wanted = false;
    for (const { reader: name, pattern } of matchFile(path)) {
      if (pattern.presence) continue;
      const reader = readersByName.get(name)!;
      if (size <= reader.maxBytes) wanted = true;
      else this.#set(name, path, tooLarge(reader, size));
    }
    return wanted;
  }

  file(entry: LayerEntry, body: Buffer): void {
    for (const { reader: name, pattern } of matchFile(entry.path)) {
      const reader = readersByName.get(name)!;
      if (!pattern.presence && body.length <= reader.maxBytes) {
        this.#set(name, entry.path, readFile(reader, entry.path, body));
      }
    }
  }

  finish(listing: LayerListing): LayerAnalysis {
    return { listing, parsed: this.#parsed };
  }

  /** The last entry of a path is the one that counts. */
  #set(reader: string, path: string, file: ParsedFile<unknown>): void {
    const files = this.#parsed.get(reader);
    if (files === undefined) this.#parsed.set(reader, new Map([[path, file]]));
    else files.set(path, file);
  }
}

/** Parses one file; what cannot be parsed becomes damage that the inventory tells. */
export function readFile(reader: FileReader<unknown>, path: string, body: Buffer): ParsedFile<unknown> {
  try {
    const parsed = reader.parse(path, body, proofFilter);
    const digests = reader.digests && parsed.facts !== null ? digestsOf(body) : null;
    return digests === null ? parsed : { ...parsed, digests };
  } catch (error) {
    if (!(error instanceof CatalogError)) throw error;
    return { facts: null, damage: { code: error.code, message: error.message } };
  }
}

const canDigest = getHashes().includes('md5') && getHashes().includes('sha1');

/** Null where the runtime refuses these algorithms (FIPS): then a shipped file is taken for unchanged. */
function digestsOf(body: Buffer): FileDigests | null {
  return canDigest ? { md5: hash('md5', body), sha1: hash('sha1', body), sha256: hash('sha256', body) } : null;
}

/** What stands for a file that is larger than its reader accepts. */
export function tooLarge({ name, maxBytes }: FileReader<unknown>, size: number): ParsedFile<unknown> {
  const message = `a file of ${size} bytes was not read: ${name} reads at most ${maxBytes} bytes`;
  return { facts: null, damage: { code: 'file-too-large', message } };
}
