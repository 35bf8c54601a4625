import { ImageError } from '../../image/error.ts';
import type { FileParts } from '../../image/types.ts';
import { type Executable, executables, openExecutable, partsOfBody } from '../binary/executable.ts';
import { builtInto } from '../binary/installed-executable.ts';
import { watchContent } from '../binary/watch-content.ts';
import {
  type CatalogContext,
  type Cataloger,
  type Catalogued,
  type ContentWatch,
  type ParsedFile,
  parsed,
  type ReadPattern,
} from '../cataloger.ts';
import { baseName } from '../file-pattern.ts';
import { readGoBuildInfo } from '../golang/go-build-info.ts';
import { mainVersion } from '../golang/go-main-version.ts';
import { parseGoModules } from '../golang/go-modules.ts';
import { buildPurl } from '../purl.ts';
import type { Package } from '../types.ts';
import { classifiers } from './classifier-table.ts';
import type { Classifier, ContentPattern, TextPattern } from './classifier-types.ts';
import { ContentSearch } from './content-search.ts';

/** What one file was recognised as. */
export interface ClassifiedFile {
  readonly found: readonly { readonly name: string; readonly version: string }[];
}

/** Software that no package owns: recognised by the name of a file and what stands in it. */
export const classifier: Cataloger<ClassifiedFile> = {
  name: 'classifier',
  version: 3,
  finds: 'language',
  maxBytes: 64 * 1024 * 1024,
  reads: [executables, ...textPatterns()],
  parse,
  inspect,
  watch,
  defer,
  assemble,
};

function textPatterns(): readonly ReadPattern[] {
  const distinct = new Map<string, ReadPattern>();
  for (const { texts = [] } of classifiers) for (const { file } of texts) distinct.set(JSON.stringify(file), file);
  return [...distinct.values()];
}

/** Rows that name executables, and one expression that holds for none of most. */
const rows = classifiers.filter((row): row is Classifier & { readonly files: RegExp } => row.files !== undefined);
const anyName = new RegExp(rows.map(({ files }) => `(?:${files.source})`).join('|'));

interface Wanted {
  readonly row: Classifier;
  readonly pattern: ContentPattern;
}

/** The search, with what each of its patterns is for. */
class Classification implements ContentWatch {
  readonly #wanted: readonly Wanted[];
  readonly #search: ContentSearch;

  constructor(wanted: readonly (Wanted & { readonly prefix: string })[]) {
    this.#wanted = wanted;
    this.#search = new ContentSearch(wanted.map(({ pattern, prefix }) => [pattern, prefix] as const));
  }

  get done(): boolean {
    return this.#search.done;
  }

  push(chunk: Buffer): void {
    this.#search.push(chunk);
  }

  /** row → the version that the first of its patterns with a find has found */
  finish(): ReadonlyMap<Classifier, string> {
    const found = new Map<Classifier, string>();
    this.#search.finish().forEach((version, index) => {
      const { row } = this.#wanted[index]!;
      if (version !== null && !found.has(row)) found.set(row, version);
    });
    return found;
  }
}

function watch(path: string): Classification | null {
  const name = baseName(path);
  if (!anyName.test(name)) return null;
  const wanted = rows.flatMap((row) => {
    const named = row.files.exec(name);
    if (named === null) return [];
    const prefix = named[1] === undefined ? '' : `${named[1]}.`;
    return (row.content ?? []).map((pattern) => ({ row, pattern, prefix: pattern.named ? prefix : '' }));
  });
  return wanted.length > 0 ? new Classification(wanted) : null;
}

function inspect(path: string, executable: Executable, content?: ContentWatch): ParsedFile<ClassifiedFile> | null {
  const name = baseName(path);
  if (!anyName.test(name)) return null;
  const found = new Map(content instanceof Classification ? content.finish() : []);
  for (const row of rows) {
    if (row.goModule === undefined || !row.files.test(name)) continue;
    const version = goVersion(executable, row.goModule);
    if (version === undefined) found.delete(row);
    else if (version !== null) found.set(row, version);
  }
  return found.size === 0 ? null : parsed(factsOf(found));
}

/** Most of what has such a name is owned by a package, and then nobody asks. Its facts throw an ImageError `TRUNCATED`. */
function defer(path: string, content: FileParts): ClassifiedFile | null {
  const name = baseName(path);
  if (!anyName.test(name)) return null;
  const named = rows.filter(({ files }) => files.test(name));
  // of Go binaries it is told at once what is damaged
  if (named.length === 0 || named.some(({ goModule }) => goModule !== undefined)) return null;
  let found: ClassifiedFile['found'] | undefined;
  return {
    get found() {
      found ??= searched(path, content);
      return found;
    },
  };
}

function searched(path: string, content: FileParts): ClassifiedFile['found'] {
  const search = watch(path);
  if (search === null) return [];
  if (!watchContent(content, search)) {
    throw new ImageError('TRUNCATED', `${path}: truncated (the file became shorter while it was read)`);
  }
  return factsOf(search.finish()).found;
}

function factsOf(found: ReadonlyMap<Classifier, string>): ClassifiedFile {
  return { found: [...found].map(([{ name }, version]) => ({ name, version })) };
}

/** Pseudo-versions name a commit, which says nothing of a release. */
const releaseText = /^v?(\d+\.\d+(?:\.\d+)?(?:[-+~][\w.+~-]{1,64})?)$/;

/** Null where the linker says no version, undefined for a binary that is not of this module. */
function goVersion(executable: Executable, module: string): string | null | undefined {
  const info = readGoBuildInfo(executable);
  if (info === null) return undefined;
  const { main, path, settings } = parseGoModules(info.modules ?? '');
  const isModule = (name: string) => name === module || name.startsWith(`${module}/`);
  if (!isModule(main?.name ?? path)) return undefined;
  if (module === 'cmd')
    return /^go(\d+\.\d+(?:\.\d+)?(?:(?:rc|beta)\d+)?)(?![\w.])/.exec(info.goVersion ?? '')?.[1] ?? null;
  const version = mainVersion(main ?? { name: module, version: '' }, settings) ?? '';
  return version.startsWith('v0.0.0-') ? null : (releaseText.exec(version)?.[1] ?? null);
}

const readTextBytes = 4096;

function parse(path: string, body: Buffer): ParsedFile<ClassifiedFile> {
  const executable = openExecutable(partsOfBody(body));
  if (executable !== null) {
    const content = watch(path);
    content?.push(body);
    return inspect(path, executable, content ?? undefined) ?? parsed<ClassifiedFile>(null);
  }
  const text = body.toString('latin1', 0, readTextBytes);
  const found = new Map<Classifier, string>();
  for (const row of classifiers) {
    for (const each of row.texts ?? []) {
      const version = statedIn(each, path, text);
      if (version !== undefined) found.set(row, version);
    }
  }
  return parsed<ClassifiedFile>(found.size === 0 ? null : factsOf(found));
}

function statedIn({ file, of = 'text', version }: TextPattern, path: string, text: string): string | undefined {
  return baseName(path) === file.name ? version.exec(of === 'path' ? path : text)?.[1] : undefined;
}

/**
 * Several files of one folder that are the same software in one version are one find, at the file that bears its name: hard
 * links of BusyBox, `perl` and `perl5.36.0`, `libssl` and `libcrypto`.
 */
function assemble(context: CatalogContext<ClassifiedFile>): Catalogued {
  return { packages: [], unownedOf: (isOwned) => finds(inUnownedFolders(context, isOwned)) };
}

/** Without the folders in which packages own all that may be a find. */
function inUnownedFolders(
  context: CatalogContext<ClassifiedFile>,
  isOwned: (path: string) => boolean,
): CatalogContext<ClassifiedFile> {
  const folders = new Set(context.files.flatMap(({ path }) => (isOwned(path) ? [] : [folderOf(path)])));
  const isIn = (path: string) => folders.has(folderOf(path));
  return {
    ...context,
    files: context.files.filter(({ path }) => isIn(path)),
    history: (select, isMeant = () => true) => context.history(select, (path) => isIn(path) && isMeant(path)),
  };
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function finds(context: CatalogContext<ClassifiedFile>): readonly Package[] {
  const all = builtInto(context, 'generic', ({ found }) =>
    found.map(({ name, version }) => ({ name, version, purl: buildPurl({ type: 'generic', name, version }) })),
  );
  const groups = new Map<string, Package>();
  for (const each of all) {
    const { path } = each.locations[0]!;
    const key = `${path.slice(0, path.lastIndexOf('/'))}\0${each.purl}`;
    if (!groups.has(key) || baseName(path) === each.name) groups.set(key, each);
  }
  return [...groups.values()];
}
