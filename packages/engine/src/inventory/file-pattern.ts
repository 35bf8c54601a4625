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
  const byName = new Map<string, PatternMatch[]>();
  const bySuffix = new Map<string, PatternMatch[]>();
  const byDirectory = new Map<string, PatternMatch[]>();
  const maps = { name: byName, suffix: bySuffix, directory: byDirectory };
  for (const { name: reader, reads } of readers) {
    for (const pattern of reads) {
      const key = keyOfPattern(pattern, reader);
      if (key !== undefined) append(maps[key.by], key.text, { reader, pattern });
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

function matching(
  candidates: readonly PatternMatch[] | undefined,
  path: string,
  name: string,
  before: readonly PatternMatch[],
): readonly PatternMatch[] {
  if (candidates === undefined) return before;
  let found: PatternMatch[] | undefined;
  for (const candidate of candidates) {
    if (!holds(candidate.pattern, path, name)) continue;
    found ??= [...before];
    found.push(candidate);
  }
  return found ?? before;
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

function append(map: Map<string, PatternMatch[]>, key: string, match: PatternMatch): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [match]);
  else list.push(match);
}

function holds(pattern: FilePattern, path: string, name: string): boolean {
  if (pattern.path !== undefined && pattern.path !== path) return false;
  const directoryEnd = path.length - name.length - 1;
  if (pattern.suffix !== undefined && !name.endsWith(pattern.suffix)) return false;
  if (pattern.directory !== undefined) {
    if (pattern.directory.length !== directoryEnd || !path.startsWith(pattern.directory)) return false;
  }
  if (pattern.below !== undefined && !path.startsWith(`${pattern.below}/`)) return false;
  if (pattern.parentSuffix !== undefined) {
    if (directoryEnd < 0 || !path.slice(0, directoryEnd).endsWith(pattern.parentSuffix)) return false;
  }
  if (pattern.inside !== undefined) {
    if (!path.startsWith(`${pattern.inside}/`) && !path.includes(`/${pattern.inside}/`)) return false;
  }
  return pattern.accepts === undefined || pattern.accepts(path);
}
