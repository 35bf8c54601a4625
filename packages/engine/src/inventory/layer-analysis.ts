import { EntryTable } from '../image/entry-table.ts';
import type { EntryType, LayerEntry, LayerListing, Mark, ReadProblem } from '../image/types.ts';
import type { ParsedFile } from './cataloger.ts';
import { readSealed, sealed } from './kept-bytes.ts';

/** All that the inventory keeps of one layer: which entries it has, and what its interesting files say. */
export interface LayerAnalysis {
  readonly listing: LayerListing;
  /** name of the reader → path of the entry in this layer → what the file says */
  readonly parsed: ReadonlyMap<string, ReadonlyMap<string, ParsedFile<unknown>>>;
}

/** The number is raised with every change of what is stored, and of how the image room reads a layer. */
const magic = Buffer.from('plimsoll layer 5\n');

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

/**
 * The stored form: some records, each of which is compressed and taken apart by itself. A layer may have 200,000 entries
 * and what is said of 50,000 files: as one text they would be 50 MB.
 */
type StoredRecord =
  | { readonly entries: StoredEntries }
  | { readonly whiteouts: readonly StoredMark[] }
  | { readonly opaque: readonly StoredMark[] }
  | { readonly problems: LayerListing['problems'] }
  | { readonly reader: string; readonly files: readonly (readonly [string, ParsedFile<unknown>])[] };

/** Its path, and how many entries stand before it. */
type StoredMark = readonly [path: string, at: number];

/** Entries as columns. */
interface StoredEntries {
  readonly paths: readonly string[];
  readonly types: string;
  readonly modes: readonly number[];
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  readonly sizes: readonly number[];
  readonly links: readonly (readonly [index: number, target: string])[];
}

/** Entries of one record. */
const entriesAtOnce = 2048;
/** Paths of one record. */
const pathsAtOnce = 4096;
/** UTF-16 units of files in one record, after which it is closed. */
const unitsAtOnce = 128 * 1024;

/** The bytes that are kept of an analysis, in pieces. */
export function encodeAnalysis(key: string, analysis: LayerAnalysis): Generator<Buffer> {
  return sealed(magic, key, recordsOf(analysis));
}

function* recordsOf({ listing, parsed }: LayerAnalysis): Generator<string> {
  const { whiteouts, opaque, problems } = listing;
  for (const entries of inGroups(listing.entries, entriesAtOnce)) yield written({ entries: columnsOf(entries) });
  for (const group of inGroups(whiteouts, pathsAtOnce)) yield written({ whiteouts: group.map(storedMark) });
  for (const group of inGroups(opaque, pathsAtOnce)) yield written({ opaque: group.map(storedMark) });
  if (problems.length > 0) yield written({ problems });
  for (const [reader, files] of parsed) yield* filesOf(reader, files);
}

function written(record: StoredRecord): string {
  return JSON.stringify(record);
}

function columnsOf(entries: readonly LayerEntry[]): StoredEntries {
  return {
    paths: entries.map(({ path }) => path),
    types: entries.map(({ type }) => typeLetters[type]).join(''),
    modes: entries.map(({ mode }) => mode),
    uids: entries.map(({ uid }) => uid),
    gids: entries.map(({ gid }) => gid),
    sizes: entries.map(({ size }) => size),
    links: entries.flatMap(({ linkTarget }, index) => (linkTarget === null ? [] : [[index, linkTarget] as const])),
  };
}

/** What one reader said of its files: how long that is shows when it is written. */
function* filesOf(reader: string, files: Iterable<readonly [string, ParsedFile<unknown>]>): Generator<string> {
  const record = (texts: readonly string[]) => `{"reader":${JSON.stringify(reader)},"files":[${texts.join(',')}]}`;
  let texts: string[] = [];
  let units = 0;
  for (const file of files) {
    const text = JSON.stringify(file);
    texts.push(text);
    units += text.length;
    if (units < unitsAtOnce) continue;
    yield record(texts);
    texts = [];
    units = 0;
  }
  if (texts.length > 0) yield record(texts);
}

function* inGroups<T>(values: Iterable<T>, size: number): Generator<readonly T[]> {
  let group: T[] = [];
  for (const value of values) {
    group.push(value);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/**
 * The analysis that was kept under `key`; undefined for bytes that are damaged, of another version or another key. It is
 * taken apart when somebody looks into it: where the inventory of the image is kept as well, nobody does.
 */
export function decodeAnalysis(key: string, bytes: Buffer): LayerAnalysis | undefined {
  let texts = readSealed(magic, key, bytes);
  if (texts === undefined) return undefined;
  let decoded: LayerAnalysis | undefined;
  const analysis = () => {
    decoded ??= fromRecords(texts!());
    // the compressed bytes are of no more use
    texts = undefined;
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

function fromRecords(texts: Iterable<string>): LayerAnalysis {
  const entries = new EntryTable();
  const whiteouts: Mark[] = [];
  const opaque: Mark[] = [];
  const problems: ReadProblem[] = [];
  const parsed = new Map<string, Map<string, ParsedFile<unknown>>>();
  for (const text of texts) {
    const record = JSON.parse(text) as StoredRecord;
    if ('entries' in record) addColumns(record.entries, entries);
    else if ('whiteouts' in record) addMarks(record.whiteouts, whiteouts);
    else if ('opaque' in record) addMarks(record.opaque, opaque);
    else if ('problems' in record) for (const problem of record.problems) problems.push(problem);
    else {
      const files = parsed.get(record.reader) ?? new Map<string, ParsedFile<unknown>>();
      for (const [path, file] of record.files) files.set(path, file);
      parsed.set(record.reader, files);
    }
  }
  return { listing: { entries, whiteouts, opaque, problems }, parsed };
}

function storedMark({ path, at }: Mark): StoredMark {
  return [path, at];
}

function addMarks(stored: readonly StoredMark[], marks: Mark[]): void {
  for (const [path, at] of stored) marks.push({ path, at });
}

function addColumns(stored: StoredEntries, to: EntryTable): void {
  const links = new Map(stored.links);
  for (const [index, path] of stored.paths.entries()) {
    to.push({
      path,
      type: typesByLetter.get(stored.types[index]!)!,
      mode: stored.modes[index]!,
      uid: stored.uids[index]!,
      gid: stored.gids[index]!,
      size: stored.sizes[index]!,
      linkTarget: links.get(index) ?? null,
    });
  }
}
