import { createHash, getHashes, hash } from 'node:crypto';
import type {
  FileParts,
  FirstLook,
  LayerAnalyser,
  LayerEntry,
  LayerKey,
  LayerListing,
  LayerVisitor,
  PassingFile,
} from '../image/types.ts';
import { beginsElf } from './binary/elf.ts';
import { type Executable, openExecutable, partsOfBody } from './binary/executable.ts';
import { maybeExecutable } from './binary/executable-path.ts';
import { PassingExecutable, type SpareBuffer } from './binary/passing-executable.ts';
import type { ContentWatch, FileDigests, FileReader, ParsedFile } from './cataloger.ts';
import {
  catalogerVersions,
  executableReaders,
  fileKeys,
  linkedKeys,
  matchFile,
  matchLinked,
  proofFilter,
  readersByName,
} from './catalogers.ts';
import { CatalogError } from './error.ts';
import { FactBodies } from './facts/fact-bodies.ts';
import type { FactGatherer, GatheredFact } from './facts/gatherer.ts';
import { gatherersOf } from './facts/gatherers.ts';
import type { PatternMatch } from './file-pattern.ts';
import { decodeAnalysis, encodeAnalysis, type LayerAnalysis } from './layer-analysis.ts';
import { WantedLook } from './path-filter.ts';
import type { FactName, FileQuery } from './types.ts';

/** Where layer analyses are kept between runs. Keys are hexadecimal; what is put may be gone at the next `get`. */
export interface LayerStore {
  get(key: string): Buffer | undefined;
  /** @param pieces asked for one after the other, so that they need not be in memory together */
  put(key: string, pieces: Iterable<Buffer>): void;
}

export interface LayerAnalyserOptions {
  /** without it, nothing is recalled and nothing kept */
  readonly store?: LayerStore | undefined;
  /** that were asked for beyond packages; those that read files are part of the key */
  readonly facts?: readonly FactName[] | undefined;
  /** files that rules ask for */
  readonly queries?: readonly FileQuery[] | undefined;
  /**
   * Whether the packages will be judged, so that it matters which of their code is there. What is kept is always made for
   * that. Default true.
   */
  readonly judged?: boolean | undefined;
}

/** What the image room asks of whoever looks into layers: reads package databases and manifests as the bytes pass by. */
export interface InventoryAnalyser extends LayerAnalyser<LayerAnalysis> {
  /** The key under which an analysis was recalled or kept; undefined: it was not. */
  keyOf(analysis: LayerAnalysis): string | undefined;
}

export function createLayerAnalyser(options: LayerAnalyserOptions = {}): InventoryAnalyser {
  const { store, facts = [], queries = [] } = options;
  const judged = store !== undefined || options.judged !== false;
  const bodyReaders = gatherersOf(facts, queries).filter(({ bodies }) => bodies !== undefined);
  const asked = JSON.stringify([
    catalogerVersions(),
    bodyReaders.map(({ name, version, bodies }) => [name, version, bodies?.key]),
  ]);
  const storeKey = (key: LayerKey) => createHash('sha256').update(`${key.id}\n${asked}`).digest('hex');
  const keys = new WeakMap<LayerAnalysis, string>();
  return {
    recall(key) {
      const at = storeKey(key);
      const bytes = store?.get(at);
      const analysis = bytes && decodeAnalysis(at, bytes);
      if (analysis) keys.set(analysis, at);
      return analysis;
    },
    begin: () => new InventoryVisitor(bodyReaders, judged),
    keep(key, analysis) {
      if (store === undefined) return;
      const at = storeKey(key);
      store.put(at, encodeAnalysis(at, analysis));
      keys.set(analysis, at);
    },
    keyOf: (analysis) => keys.get(analysis),
  };
}

/** What a file is read for. */
function matchesOf(path: string): readonly PatternMatch[] {
  const found = matchFile(path);
  const linked = matchLinked(path);
  return linked.length === 0 ? found : [...found, ...linked];
}

const look = new WantedLook([...fileKeys, ...linkedKeys]);

class InventoryVisitor implements LayerVisitor<LayerAnalysis> {
  /** who reads bodies for other reasons means any file */
  readonly look: FirstLook | undefined;
  readonly #spare: SpareBuffer = { bytes: Buffer.alloc(0) };
  readonly #parsed = new Map<string, Map<string, ParsedFile<unknown>>>();
  /** null where nobody asks for facts that are in bodies */
  readonly #factBodies: FactBodies | null;
  /** further names of files that have passed: their content was seen */
  readonly #seen = new Set<string>();
  readonly #judged: boolean;

  constructor(bodyReaders: readonly FactGatherer<GatheredFact>[], judged: boolean) {
    this.#judged = judged;
    this.look = bodyReaders.length === 0 ? look : undefined;
    const tell = (reader: GatheredFact, path: string, said: ParsedFile<unknown>) => this.#set(reader, path, said);
    this.#factBodies = bodyReaders.length === 0 ? null : new FactBodies(bodyReaders, tell);
  }

  wants(path: string, size: number, mode: number, again: boolean): boolean | 'parts' {
    let wanted: boolean | 'parts' = maybeExecutable(path, size, mode) ? 'parts' : false;
    for (const { reader: name, pattern } of matchesOf(path)) {
      if (pattern.presence) continue;
      const reader = readersByName.get(name)!;
      if (size <= reader.maxBytes) wanted = true;
      else this.#set(name, path, tooLarge(reader, size));
    }
    if (this.#factBodies === null) return wanted;
    if (!again) return more(wanted, this.#factBodies.wants(path, size, mode));
    this.#seen.add(path);
    return wanted;
  }

  file(entry: LayerEntry, body: Buffer): void {
    const matches = matchesOf(entry.path);
    for (const { reader: name, pattern } of matches) {
      const reader = readersByName.get(name)!;
      if (!pattern.presence && body.length <= reader.maxBytes) {
        this.#set(name, entry.path, readFile(reader, entry.path, body));
      }
    }
    // what a pattern wants whole for its name may be an executable all the same
    if (beginsElf(body) && (matches.length > 0 || maybeExecutable(entry.path, body.length, entry.mode))) {
      this.#executable(entry, partsOfBody(body));
    }
    if (!this.#seen.has(entry.path)) this.#factBodies?.whole(entry, body);
  }

  parts(entry: LayerEntry, parts: FileParts): void {
    if (maybeExecutable(entry.path, entry.size, entry.mode)) this.#executable(entry, parts);
    this.#factBodies?.parts(entry, parts);
  }

  #executable(entry: LayerEntry, parts: FileParts): void {
    const watches = watchesOf(entry.path);
    const executable = openExecutable(parts, this.#judged);
    if (executable === null) return;
    for (const { watch } of watches) watchAll(parts, watch);
    this.#inspect(entry, executable, watches);
  }

  passing(entry: LayerEntry): PassingFile {
    const asked = this.#factBodies?.passing(entry) ?? null;
    if (asked === null) return this.#passingExecutable(entry);
    if (!maybeExecutable(entry.path, entry.size, entry.mode)) return asked;
    const executable = this.#passingExecutable(entry);
    return {
      data(chunk) {
        executable.data(chunk);
        asked.data(chunk);
      },
      end() {
        executable.end();
        asked.end();
      },
    };
  }

  #passingExecutable(entry: LayerEntry): PassingFile {
    const watches = watchesOf(entry.path);
    const onData = (chunk: Buffer) => {
      for (const { watch } of watches) watch.push(chunk);
    };
    return new PassingExecutable(entry.size, this.#spare, watches.length > 0 ? onData : null, (parts) => {
      const executable = openExecutable(parts, this.#judged);
      if (executable !== null) this.#inspect(entry, executable, watches);
    });
  }

  #inspect(entry: LayerEntry, executable: Executable, watches: readonly Watching[]): void {
    for (const reader of executableReaders) {
      const watch = watches.find((each) => each.reader === reader)?.watch;
      const said = inspectFile(reader, entry.path, executable, watch);
      if (said !== null) this.#set(reader.name, entry.path, said);
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
    const wanted = typeof reader.digests === 'function' ? reader.digests(path) : reader.digests;
    const digests = wanted && parsed.facts !== null ? digestsOf(body) : null;
    return digests === null ? parsed : { ...parsed, digests };
  } catch (error) {
    return asDamage(error);
  }
}

/** A whole body is more than parts of it, which are more than nothing. */
function more(one: boolean | 'parts', other: boolean | 'parts'): boolean | 'parts' {
  if (one === true || other === true) return true;
  return one || other;
}

function asDamage(error: unknown): ParsedFile<never> {
  if (!(error instanceof CatalogError)) throw error;
  return { facts: null, damage: { code: error.code, message: error.message } };
}

interface Watching {
  readonly reader: FileReader<unknown>;
  readonly watch: ContentWatch;
}

const noWatches: readonly Watching[] = [];

function watchesOf(path: string): readonly Watching[] {
  let found: Watching[] | undefined;
  for (const reader of executableReaders) {
    const watch = reader.watch?.(path) ?? null;
    if (watch === null) continue;
    found ??= [];
    found.push({ reader, watch });
  }
  return found ?? noWatches;
}

const watchedAtOnce = 128 * 1024;
const watched = Buffer.allocUnsafeSlow(watchedAtOnce);

function watchAll(parts: FileParts, watch: ContentWatch): void {
  for (let at = 0; at < parts.size && !watch.done; at += watchedAtOnce) {
    const length = Math.min(watchedAtOnce, parts.size - at);
    const chunk = parts.readInto ? watched.subarray(0, length) : parts.read(at, length);
    if (chunk === null || parts.readInto?.(chunk, at) === false) return;
    watch.push(chunk);
  }
}

function inspectFile(
  reader: FileReader<unknown>,
  path: string,
  executable: Executable,
  watch: ContentWatch | undefined,
): ParsedFile<unknown> | null {
  try {
    return reader.inspect!(path, executable, watch);
  } catch (error) {
    return asDamage(error);
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
