import { entriesOf } from '../image/entry-table.ts';
import type { PathEvent } from '../image/path-histories.ts';
import type { SquashedView } from '../image/squash.ts';
import type { ViewNode } from '../image/stored-node.ts';
import type { PathFilter, ReadImage } from '../image/types.ts';
import type {
  Damage,
  FileDigests,
  FileReader,
  LiveFile,
  ParsedFile,
  PathHistory,
  ReadPattern,
  Sighting,
} from './cataloger.ts';
import { executableReaders, fileKeys, matchFile, matchLinked, readers, readersByName } from './catalogers.ts';
import { baseName, type PatternMatch, type PatternMatcher } from './file-pattern.ts';
import type { LayerAnalysis } from './layer-analysis.ts';
import { filesBehindLinks, type LinkedFile } from './linked-files.ts';
import { PatternFilter } from './path-filter.ts';
import { readFile, tooLarge } from './read-file.ts';

/** Bodies that are read a second time, all links of an image together; bytes. */
const maxRereadBytes = 64 * 1024 * 1024;

/** A file that a reader declared. */
interface DeclaredFile {
  readonly reader: string;
  readonly as: string;
  readonly node: ViewNode;
}

/** A file that its reader could not make sense of, as a whole or in part. */
export interface DamagedFile extends Damage {
  /** real path, relative */
  readonly path: string;
  readonly layer: number;
}

/** Reader → paths of which it has a file. */
type KnownPaths = ReadonlyMap<string, Set<string>>;

/** All files of the image that readers declared, seen through the squashed view. */
export interface SquashedFiles {
  readonly view: SquashedView;
  /** reader → its files that say something, sorted by path */
  readonly live: ReadonlyMap<string, readonly LiveFile<unknown>[]>;
  readonly damaged: readonly DamagedFile[];
  /** real path → digests of the file there, of those whose readers want them compared */
  readonly digests: ReadonlyMap<string, FileDigests>;
  /** reader → its sightings, sorted by path */
  readonly present: ReadonlyMap<string, readonly Sighting[]>;
  /** changes of the files of one reader, in the order of the layers */
  history(
    reader: string,
    select: (pattern: ReadPattern) => boolean,
    isMeant?: (path: string) => boolean,
  ): PathHistory<unknown>;
}

/**
 * Which readers have to do with the file at a path of this image. Beside what their patterns say: executables in which a
 * layer pass has found something, by all their names, since directories of the view may be reached by other paths.
 */
export function imageMatcher(analyses: readonly LayerAnalysis[]): ImageMatcher {
  const byName = new Map<string, PatternMatch[]>();
  for (const { name: reader, reads } of executableReaders) {
    const pattern = reads.find(({ executable }) => executable)!;
    const names = new Set<string>();
    for (const { listing, parsed } of analyses) {
      const found = new Set(parsed.get(reader)?.keys());
      for (const path of found) names.add(baseName(path));
      for (const { path, linkTarget } of found.size === 0 ? [] : entriesOf(listing, 'hardlink')) {
        if (!found.has(linkTarget!)) continue;
        found.add(path);
        names.add(baseName(path));
      }
    }
    for (const name of names) byName.set(name, [...(byName.get(name) ?? []), { reader, pattern }]);
  }
  const names = [...byName.keys()].map((text) => ({ by: 'name' as const, text }));
  return {
    filter: new PatternFilter([...fileKeys, ...names]),
    match(path) {
      const found = matchFile(path);
      const executable = byName.size === 0 ? undefined : byName.get(baseName(path));
      if (executable === undefined) return found;
      return found.length === 0 ? executable : [...found, ...executable];
    },
  };
}

/** Tells which readers have to do with a path. */
export interface ImageMatcher {
  /** says no to nothing that `match` finds */
  readonly filter: PathFilter;
  readonly match: PatternMatcher;
}

/** Collects what the layer analyses say of the files that are left, and reads again what links lead to. */
export async function collectFiles(
  image: ReadImage<LayerAnalysis>,
  view: SquashedView,
  analyses: readonly LayerAnalysis[],
  match: PatternMatcher,
): Promise<SquashedFiles> {
  const present = new Map<string, Sighting[]>(readers.map(({ name }) => [name, []]));
  const said = new SaidOfFiles();
  const missing: DeclaredFile[] = [];
  const collect = (file: DeclaredFile, parsed: ParsedFile<unknown> | undefined) => {
    if (parsed === undefined) missing.push(file);
    else said.add(file, parsed);
  };
  const known: KnownPaths = new Map(readers.map(({ name }) => [name, new Set()]));
  const tracked: TrackedPaths = new Map(readers.map(({ name }) => [name, []]));
  for (const path of view.tracked()) {
    const matches = match(path);
    note(tracked, path, matches);
    const node = view.lstat(path);
    if (node === undefined || !isFile(node)) continue;
    for (const { reader, pattern } of matches) {
      if (pattern.presence && node.entry.size === 0) continue;
      if (pattern.executable && !analyses[node.layer]?.parsed.get(reader)?.has(node.entry.path)) continue;
      if (!take(known, reader, path)) continue;
      if (pattern.presence) present.get(reader)!.push({ pattern, path, layer: node.layer });
      else collect({ reader, as: path, node }, parsedOf(reader, node, analyses));
    }
  }
  for (const found of [...linkedFiles(view), ...filesBehindLinks(view, analyses)]) {
    const { reader, pattern, node } = found;
    if (!take(known, reader, node.path)) continue;
    if (!pattern.presence) collect(found, parsedAhead(reader, node, analyses));
    else if (node.entry.size > 0) present.get(reader)!.push({ pattern, path: node.path, layer: node.layer });
  }
  await readMissing(image, missing, said);
  return {
    view,
    ...said.sorted(),
    present,
    history: (reader, select, isMeant) =>
      historyOf({ reader, select, isMeant, match }, tracked.get(reader) ?? [], view, analyses),
  };
}

/** What readers said. Of the files themselves no more is kept than is asked for: an image has thousands. */
class SaidOfFiles {
  readonly #live = new Map<string, LiveFile<unknown>[]>(readers.map(({ name }) => [name, []]));
  readonly #damaged: DamagedFile[] = [];
  readonly #digests = new Map<string, FileDigests>();

  add({ reader, as, node: { path, layer } }: DeclaredFile, { facts, damage, digests }: ParsedFile<unknown>): void {
    if (facts !== null) this.#live.get(reader)!.push({ as, path, layer, facts });
    if (damage !== null) this.#damaged.push({ ...damage, path, layer });
    if (digests !== undefined) this.#digests.set(path, digests);
  }

  sorted(): Pick<SquashedFiles, 'live' | 'damaged' | 'digests'> {
    for (const files of this.#live.values()) files.sort((a, b) => compare(a.path, b.path));
    return { live: this.#live, damaged: this.#damaged, digests: this.#digests };
  }
}

/** Reader → the paths that it means, in their order: every reader asks for its own. */
type TrackedPaths = ReadonlyMap<string, string[]>;

function note(tracked: TrackedPaths, path: string, matches: readonly PatternMatch[]): void {
  for (const { reader } of matches) {
    const paths = tracked.get(reader)!;
    if (paths.at(-1) !== path) paths.push(path);
  }
}

function isFile({ entry }: ViewNode): boolean {
  return entry.type === 'file' || entry.type === 'hardlink';
}

function take(known: KnownPaths, reader: string, path: string): boolean {
  const paths = known.get(reader)!;
  return paths.size < paths.add(path).size;
}

function parsedOf(reader: string, { entry, layer }: ViewNode, analyses: readonly LayerAnalysis[]) {
  return analyses[layer]?.parsed.get(reader)?.get(entry.path);
}

function parsedAhead(reader: string, node: ViewNode, analyses: readonly LayerAnalysis[]) {
  const ahead = matchLinked(node.entry.path).some((match) => match.reader === reader);
  return ahead ? parsedOf(reader, node, analyses) : undefined;
}

/** What declared paths and directories lead to through links, where the real path is nothing that was declared. */
function* linkedFiles(view: SquashedView): Generator<LinkedFile> {
  for (const { name: reader, reads } of readers) {
    for (const pattern of reads) {
      if (pattern.path !== undefined) {
        const found = view.resolve(pattern.path);
        if ('node' in found && isFile(found.node) && found.node.path !== pattern.path) {
          yield { reader, pattern, as: pattern.path, node: found.node };
        }
      } else if (pattern.directory !== undefined) {
        const found = view.resolve(pattern.directory);
        if (!('node' in found) || found.node.path === pattern.directory) continue;
        for (const child of view.children(found.node.path)) {
          const as = `${pattern.directory}/${baseName(child.path)}`;
          if (isFile(child) && matchFile(as).some((match) => match.pattern === pattern)) {
            yield { reader, pattern, as, node: child };
          }
        }
      }
    }
  }
}

/** Reads the bodies that no layer pass has parsed, one pass for each layer that holds some. */
async function readMissing(
  image: ReadImage<LayerAnalysis>,
  missing: readonly DeclaredFile[],
  said: SaidOfFiles,
): Promise<void> {
  const wanted = new Map<number, Set<string>>();
  const read: DeclaredFile[] = [];
  let budget = maxRereadBytes;
  for (const file of missing) {
    const { entry, layer } = file.node;
    const { size, path } = entry;
    const reader = readersByName.get(file.reader)!;
    if (size > reader.maxBytes) said.add(file, tooLarge(reader, size));
    else if (size > budget) {
      said.add(file, unread('file-too-large', 'links lead to more bytes than are read again'));
    } else {
      budget -= size;
      const paths = wanted.get(layer);
      if (paths === undefined) wanted.set(layer, new Set([path]));
      else paths.add(path);
      read.push(file);
    }
  }
  const bodies = new Map<number, ReadonlyMap<string, Buffer>>();
  for (const [layer, paths] of wanted) bodies.set(layer, await image.reread(layer, paths));
  for (const file of read) said.add(file, parseReread(file, bodies));
}

function parseReread({ reader, as, node }: DeclaredFile, bodies: ReadonlyMap<number, ReadonlyMap<string, Buffer>>) {
  const body = bodies.get(node.layer)?.get(node.entry.path);
  const found: FileReader<unknown> = readersByName.get(reader)!;
  if (body === undefined) return unread('file-unreadable', `${found.name} could not read this file`);
  return body.length > found.maxBytes ? tooLarge(found, body.length) : readFile(found, as, body);
}

function unread(code: Damage['code'], message: string): ParsedFile<unknown> {
  return { facts: null, damage: { code, message } };
}

interface Asked {
  readonly reader: string;
  readonly select: (pattern: ReadPattern) => boolean;
  readonly isMeant: ((path: string) => boolean) | undefined;
  readonly match: PatternMatcher;
}

function historyOf(
  { reader, select, isMeant, match }: Asked,
  tracked: readonly string[],
  view: SquashedView,
  analyses: readonly LayerAnalysis[],
): PathHistory<unknown> {
  const elsewhere = new Map<number, ReadonlyMap<string, ParsedFile<unknown>>>();
  const factsAt = ({ layer, event }: PathEvent, path: string): unknown => {
    if (event === 'removed') return null;
    const files = analyses[layer]?.parsed.get(reader);
    if (files === undefined) return null;
    const direct = files.get(path);
    if (direct !== undefined) return direct.facts;
    const byRealPath = elsewhere.get(layer) ?? atRealPaths(files, view);
    elsewhere.set(layer, byRealPath);
    return byRealPath.get(path)?.facts ?? null;
  };
  return tracked
    .filter((path) => isMeant === undefined || isMeant(path))
    .filter((path) => match(path).some((each) => each.reader === reader && select(each.pattern)))
    .flatMap((path) => view.history(path).map((event) => ({ layer: event.layer, path, facts: factsAt(event, path) })))
    .sort((a, b) => a.layer - b.layer);
}

/** What a layer wrote through a directory link stands in it under another path than in the view. */
function atRealPaths(
  files: ReadonlyMap<string, ParsedFile<unknown>>,
  view: SquashedView,
): ReadonlyMap<string, ParsedFile<unknown>> {
  const found = new Map<string, ParsedFile<unknown>>();
  for (const [written, file] of files) {
    const real = view.realPath(written);
    if (real !== undefined && real !== written) found.set(real, file);
  }
  return found;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
