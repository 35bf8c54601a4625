import { createHash } from 'node:crypto';
import type {
  FileParts,
  FirstLook,
  LayerAnalyser,
  LayerEntry,
  LayerKey,
  LayerListing,
  LayerVisitor,
  PassingFile,
  Wanted,
} from '../image/types.ts';
import { beginsElf } from './binary/elf.ts';
import { type Executable, openExecutable, partsOfBody } from './binary/executable.ts';
import { maybeExecutable } from './binary/executable-path.ts';
import { PassingExecutable, type SpareBuffer } from './binary/passing-executable.ts';
import { watchContent } from './binary/watch-content.ts';
import type { ContentWatch, FileReader, ParsedFile } from './cataloger.ts';
import {
  catalogerVersions,
  executableReaders,
  fileKeys,
  linkedKeys,
  matchFile,
  matchLinked,
  readersByName,
} from './catalogers.ts';
import { FactBodies } from './facts/fact-bodies.ts';
import type { FactGatherer, GatheredFact } from './facts/gatherer.ts';
import { gatherersOf } from './facts/gatherers.ts';
import type { PatternMatch } from './file-pattern.ts';
import { decodeAnalysis, encodeAnalysis, type LayerAnalysis } from './layer-analysis.ts';
import { WantedLook } from './path-filter.ts';
import { inspectFile, readFile, readFileParts, tooLarge } from './read-file.ts';
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
    begin: () => new InventoryVisitor(bodyReaders, judged, store !== undefined),
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
  /** what is kept says all that there is to say */
  readonly #kept: boolean;

  constructor(bodyReaders: readonly FactGatherer<GatheredFact>[], judged: boolean, kept: boolean) {
    this.#judged = judged;
    this.#kept = kept;
    this.look = bodyReaders.length === 0 ? look : undefined;
    const tell = (reader: GatheredFact, path: string, said: ParsedFile<unknown>) => this.#set(reader, path, said);
    this.#factBodies = bodyReaders.length === 0 ? null : new FactBodies(bodyReaders, tell);
  }

  wants(path: string, size: number, mode: number, again: boolean): Wanted {
    let wanted: Wanted = maybeExecutable(path, size, mode) ? 'parts' : false;
    for (const { reader: name, pattern } of matchesOf(path)) {
      if (pattern.presence) continue;
      const reader = readersByName.get(name)!;
      if (size <= reader.maxBytes) wanted = more(wanted, reader.parseParts === undefined ? true : 'either');
      else this.#set(name, path, tooLarge(reader, size));
    }
    if (this.#factBodies === null) return wanted;
    if (!again) return more(wanted, this.#factBodies.wants(path, size, mode));
    this.#seen.add(path);
    return wanted;
  }

  file(entry: LayerEntry, body: Buffer, later?: FileParts): void {
    const matches = matchesOf(entry.path);
    for (const { reader: name, pattern } of matches) {
      const reader = readersByName.get(name)!;
      if (!pattern.presence && body.length <= reader.maxBytes) {
        this.#set(name, entry.path, readFile(reader, entry.path, body, this.#kept ? undefined : later));
      }
    }
    // what a pattern wants whole for its name may be an executable all the same
    if (beginsElf(body) && (matches.length > 0 || maybeExecutable(entry.path, body.length, entry.mode))) {
      this.#executable(entry, partsOfBody(body));
    }
    if (!this.#seen.has(entry.path)) this.#factBodies?.whole(entry, body);
  }

  parts(entry: LayerEntry, parts: FileParts): void {
    for (const { reader: name, pattern } of matchesOf(entry.path)) {
      const reader = readersByName.get(name)!;
      if (reader.parseParts === undefined || pattern.presence || entry.size > reader.maxBytes) continue;
      this.#set(name, entry.path, readFileParts(reader, entry.path, parts, this.#kept));
    }
    if (maybeExecutable(entry.path, entry.size, entry.mode)) this.#executable(entry, parts);
    this.#factBodies?.parts(entry, parts);
  }

  #executable(entry: LayerEntry, parts: FileParts): void {
    const executable = openExecutable(parts, this.#judged);
    if (executable === null) return;
    const deferred = this.#kept || parts.later === undefined ? none : this.#defer(entry, parts.later);
    const watches = watchesOf(entry.path, deferred);
    for (const { watch } of watches) watchContent(parts, watch);
    this.#inspect(entry, executable, watches, deferred);
  }

  /** Readers that look into it later, if ever. */
  #defer({ path }: LayerEntry, later: FileParts): readonly FileReader<unknown>[] {
    let found: FileReader<unknown>[] | undefined;
    for (const reader of executableReaders) {
      const facts = reader.defer?.(path, later) ?? null;
      if (facts === null) continue;
      this.#set(reader.name, path, { facts, damage: null });
      found ??= [];
      found.push(reader);
    }
    return found ?? none;
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
    const watches = watchesOf(entry.path, none);
    const onData = (chunk: Buffer) => {
      for (const { watch } of watches) watch.push(chunk);
    };
    return new PassingExecutable(entry.size, this.#spare, watches.length > 0 ? onData : null, (parts) => {
      const executable = openExecutable(parts, this.#judged);
      if (executable !== null) this.#inspect(entry, executable, watches, none);
    });
  }

  #inspect(
    entry: LayerEntry,
    executable: Executable,
    watches: readonly Watching[],
    deferred: readonly FileReader<unknown>[],
  ): void {
    for (const reader of executableReaders) {
      if (deferred.includes(reader)) continue;
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

/** Least first: a whole body is more than parts of it, which are more than nothing. */
const byAmount: readonly Wanted[] = [false, 'parts', 'either', true];

function more(one: Wanted, other: Wanted): Wanted {
  return byAmount.indexOf(one) < byAmount.indexOf(other) ? other : one;
}

interface Watching {
  readonly reader: FileReader<unknown>;
  readonly watch: ContentWatch;
}

const none: readonly never[] = [];

function watchesOf(path: string, deferred: readonly FileReader<unknown>[]): readonly Watching[] {
  let found: Watching[] | undefined;
  for (const reader of executableReaders) {
    if (deferred.includes(reader)) continue;
    const watch = reader.watch?.(path) ?? null;
    if (watch === null) continue;
    found ??= [];
    found.push({ reader, watch });
  }
  return found ?? none;
}
