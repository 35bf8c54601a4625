import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { EntryType, LayerEntry, LayerListing } from '../image/types.ts';
import type { ParsedFile } from './cataloger.ts';

/** All that the inventory keeps of one layer: which entries it has, and what its interesting files say. */
export interface LayerAnalysis {
  readonly listing: LayerListing;
  /** name of the reader → path of the entry in this layer → what the file says */
  readonly parsed: ReadonlyMap<string, ReadonlyMap<string, ParsedFile<unknown>>>;
}

/** The number is raised with every change of what is stored, and of how the image room reads a layer. */
const magic = Buffer.from('plimsoll layer 2\n');
const digestBytes = 32;
/** Refuses a kept file that would inflate beyond this, bytes. */
const maxAnalysisBytes = 1024 * 1024 * 1024;

const typeLetters: Readonly<Record<EntryType, string>> = {
  file: 'f',
  directory: 'd',
  symlink: 'l',
  hardlink: 'h',
  character: 'c',
  block: 'b',
  fifo: 'p',
};
const typesByLetter = new Map(Object.entries(typeLetters).map(([type, letter]) => [letter, type as EntryType]));

/** The stored form: entries as columns, since a layer may have 100,000 of them. */
interface StoredAnalysis {
  readonly key: string;
  readonly paths: readonly string[];
  readonly types: string;
  readonly modes: readonly number[];
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  readonly sizes: readonly number[];
  readonly links: readonly (readonly [index: number, target: string])[];
  readonly whiteouts: LayerListing['whiteouts'];
  readonly opaque: LayerListing['opaque'];
  readonly problems: LayerListing['problems'];
  readonly parsed: readonly (readonly [reader: string, files: readonly (readonly [string, ParsedFile<unknown>])[]])[];
}

/** The bytes under which an analysis is kept: magic, SHA-256 of the rest, zstd-compressed JSON. */
export function encodeAnalysis(key: string, { listing, parsed }: LayerAnalysis): Buffer {
  const { entries, whiteouts, opaque, problems } = listing;
  const stored: StoredAnalysis = {
    key,
    paths: entries.map(({ path }) => path),
    types: entries.map(({ type }) => typeLetters[type]).join(''),
    modes: entries.map(({ mode }) => mode),
    uids: entries.map(({ uid }) => uid),
    gids: entries.map(({ gid }) => gid),
    sizes: entries.map(({ size }) => size),
    links: entries.flatMap(({ linkTarget }, index) => (linkTarget === null ? [] : [[index, linkTarget] as const])),
    whiteouts,
    opaque,
    problems,
    parsed: [...parsed].map(([reader, files]) => [reader, [...files]] as const),
  };
  const payload = zstdCompressSync(JSON.stringify(stored));
  return Buffer.concat([magic, sha256(payload), payload]);
}

/**
 * The analysis that was kept under `key`; undefined for bytes that are damaged, of another version or another key. What
 * passes its checksum was written by `encodeAnalysis`, so its shape is trusted.
 */
export function decodeAnalysis(key: string, bytes: Buffer): LayerAnalysis | undefined {
  const payload = bytes.subarray(magic.length + digestBytes);
  if (!bytes.subarray(0, magic.length).equals(magic)) return undefined;
  if (!bytes.subarray(magic.length, magic.length + digestBytes).equals(sha256(payload))) return undefined;
  let stored: StoredAnalysis;
  try {
    const text = zstdDecompressSync(payload, { maxOutputLength: maxAnalysisBytes }).toString('utf8');
    stored = JSON.parse(text) satisfies StoredAnalysis;
  } catch {
    // a good checksum over what is no analysis: not ours
    return undefined;
  }
  return stored.key === key ? fromStored(stored) : undefined;
}

function fromStored(stored: StoredAnalysis): LayerAnalysis {
  const links = new Map(stored.links);
  const entries = stored.paths.map(
    (path, index): LayerEntry => ({
      path,
      type: typesByLetter.get(stored.types[index]!)!,
      mode: stored.modes[index]!,
      uid: stored.uids[index]!,
      gid: stored.gids[index]!,
      size: stored.sizes[index]!,
      linkTarget: links.get(index) ?? null,
    }),
  );
  const { whiteouts, opaque, problems } = stored;
  return {
    listing: { entries, whiteouts, opaque, problems },
    parsed: new Map(stored.parsed.map(([reader, files]) => [reader, new Map(files)])),
  };
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
