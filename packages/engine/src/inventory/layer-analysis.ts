import type { EntryType, LayerEntry, LayerListing } from '../image/types.ts';
import type { ParsedFile } from './cataloger.ts';
import { readSealed, sealed } from './kept-bytes.ts';

/** All that the inventory keeps of one layer: which entries it has, and what its interesting files say. */
export interface LayerAnalysis {
  readonly listing: LayerListing;
  /** name of the reader → path of the entry in this layer → what the file says */
  readonly parsed: ReadonlyMap<string, ReadonlyMap<string, ParsedFile<unknown>>>;
}

/** The number is raised with every change of what is stored, and of how the image room reads a layer. */
const magic = Buffer.from('plimsoll layer 3\n');

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

/** The bytes that are kept of an analysis. */
export function encodeAnalysis(key: string, { listing, parsed }: LayerAnalysis): Buffer {
  const { whiteouts, opaque, problems } = listing;
  const entries = [...listing.entries];
  const stored: StoredAnalysis = {
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
  return sealed(magic, key, JSON.stringify(stored));
}

/**
 * The analysis that was kept under `key`; undefined for bytes that are damaged, of another version or another key. It is
 * taken apart when somebody looks into it: where the inventory of the image is kept as well, nobody does.
 */
export function decodeAnalysis(key: string, bytes: Buffer): LayerAnalysis | undefined {
  const text = readSealed(magic, key, bytes);
  if (text === undefined) return undefined;
  let decoded: LayerAnalysis | undefined;
  const analysis = () => {
    decoded ??= fromStored(JSON.parse(text()) satisfies StoredAnalysis);
    return decoded;
  };
  return {
    get listing() {
      return analysis().listing;
    },
    get parsed() {
      return analysis().parsed;
    },
  };
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
