/**
 * What a cataloger reads, as data. All conditions that are given must hold; at least one of `path`, `name`, `suffix`,
 * `directory` or `executable` is given. Paths are those of layer entries: relative, clean, `/` between segments.
 */
export interface FilePattern {
  /** the whole path, `var/lib/dpkg/status` */
  readonly path?: string;
  /** the base name, `package.json` */
  readonly name?: string;
  /** how the base name ends, from its last dot on: `.list` */
  readonly suffix?: string;
  /** the file lies directly in this directory, `var/lib/dpkg/status.d` */
  readonly directory?: string;
  /** the file lies somewhere below this directory, `var/lib/pacman/local` */
  readonly below?: string;
  /** how the name of the directory that holds the file ends, `.dist-info` */
  readonly parentSuffix?: string;
  /** a directory of this name is somewhere above the file, `node_modules` */
  readonly inside?: string;
  /**
   * Any executable or shared library, known by its first bytes and read in parts (`FileReader.inspect`); no condition on
   * the path may stand beside it.
   */
  readonly executable?: boolean;
  /** the body is not read: that the file is there is all there is to say */
  readonly presence?: boolean;
  /** a last condition on the path that the fields above cannot express */
  readonly accepts?: (path: string) => boolean;
}

/** A pattern as found for a path, with the name of the reader that declared it. */
export interface PatternMatch {
  readonly reader: string;
  readonly pattern: FilePattern;
}

/** All patterns that hold for a path, in the order of their declaration; the same empty array when there is none. */
export type PatternMatcher = (path: string) => readonly PatternMatch[];

const none: readonly PatternMatch[] = [];

/**
 * Compiles the patterns of all readers into one decision. Most files of an image are nobody's, so the base name and its
 * extension decide first, by hash.
 */
export function compilePatterns(readers: readonly { name: string; reads: readonly FilePattern[] }[]): PatternMatcher {
  const byName = new Map<string, Candidate[]>();
  const bySuffix = new Map<string, Candidate[]>();
  const byDirectory = new Map<string, Candidate[]>();
  const maps = { name: byName, suffix: bySuffix, directory: byDirectory };
  for (const { name: reader, reads } of readers) {
    for (const pattern of reads) {
      const key = keyOfPattern(pattern, reader);
      if (key !== undefined) append(maps[key.by], key.text, candidate({ reader, pattern }));
    }
  }
  const [suffixes, directories] = [lengthsOf(bySuffix), lengthsOf(byDirectory)];
  let last = '';
  let lastFound = none;
  return function match(path) {
    // whether a file is wanted, and then what for
    if (path === last) return lastFound;
    const start = path.lastIndexOf('/') + 1;
    const name = start === 0 ? path : path.slice(start);
    let found = matching(byName.get(name), path, name, none);
    const dot = name.lastIndexOf('.');
    if (dot >= 0 && suffixes.has(name.length - dot)) {
      found = matching(bySuffix.get(name.slice(dot)), path, name, found);
    }
    if (directories.has(start - 1)) found = matching(byDirectory.get(path.slice(0, start - 1)), path, name, found);
    last = path;
    lastFound = found;
    return found;
  };
}

function lengthsOf(map: ReadonlyMap<string, unknown>): ReadonlySet<number> {
  return new Set([...map.keys()].map((key) => key.length));
}

/** A pattern, with what it is held against made once. All have all fields, so that V8 finds each where it was before. */
interface Candidate {
  readonly match: PatternMatch;
  /** what is found where nothing else holds */
  readonly alone: readonly PatternMatch[];
  readonly path: string | undefined;
  readonly suffix: string | undefined;
  readonly directory: string | undefined;
  readonly below: string | undefined;
  readonly parentSuffix: string | undefined;
  /** a directory at the beginning of a path, and further down */
  readonly inside: readonly [first: string, further: string] | undefined;
  readonly accepts: ((path: string) => boolean) | undefined;
}

function candidate(match: PatternMatch): Candidate {
  const { path, suffix, directory, below, parentSuffix, inside, accepts } = match.pattern;
  return {
    match,
    alone: [match],
    path,
    suffix,
    directory,
    below: below === undefined ? undefined : `${below}/`,
    parentSuffix,
    inside: inside === undefined ? undefined : [`${inside}/`, `/${inside}/`],
    accepts,
  };
}

function matching(
  candidates: readonly Candidate[] | undefined,
  path: string,
  name: string,
  before: readonly PatternMatch[],
): readonly PatternMatch[] {
  if (candidates === undefined) return before;
  let found = before;
  // no iterator, and no list of its own for the usual find: this is asked ten thousand times
  for (let index = 0; index < candidates.length; index += 1) {
    const each = candidates[index]!;
    if (holds(each, path, name)) found = found.length === 0 ? each.alone : [...found, each.match];
  }
  return found;
}

/** How a pattern is looked up: by what one of these says of a path. */
export interface PatternKey {
  readonly by: 'name' | 'suffix' | 'directory';
  readonly text: string;
}

/** Undefined for a pattern that means nothing by its path (`executable`). @throws TypeError where it has no such condition */
export function keyOfPattern(pattern: FilePattern, reader: string): PatternKey | undefined {
  if (pattern.executable) return undefined;
  const name = pattern.name ?? (pattern.path === undefined ? undefined : baseName(pattern.path));
  if (name !== undefined) return { by: 'name', text: name };
  if (pattern.suffix !== undefined) return { by: 'suffix', text: pattern.suffix };
  if (pattern.directory !== undefined) return { by: 'directory', text: pattern.directory };
  throw new TypeError(`a pattern of ${reader} names neither path, name, suffix nor directory`);
}

/** The part after the last `/`. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function append(map: Map<string, Candidate[]>, key: string, added: Candidate): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [added]);
  else list.push(added);
}

function holds(candidate: Candidate, path: string, name: string): boolean {
  const { suffix, directory, below, parentSuffix, inside, accepts } = candidate;
  if (candidate.path !== undefined && candidate.path !== path) return false;
  const directoryEnd = path.length - name.length - 1;
  if (suffix !== undefined && !name.endsWith(suffix)) return false;
  if (directory !== undefined && (directory.length !== directoryEnd || !path.startsWith(directory))) return false;
  if (below !== undefined && !path.startsWith(below)) return false;
  if (parentSuffix !== undefined && (directoryEnd < 0 || !path.slice(0, directoryEnd).endsWith(parentSuffix)))
    return false;
  if (inside !== undefined && !path.startsWith(inside[0]) && !path.includes(inside[1])) return false;
  return accepts === undefined || accepts(path);
}
