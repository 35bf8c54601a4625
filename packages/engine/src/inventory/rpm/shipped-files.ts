import type { ProofFilter, ShippedFile } from '../cataloger.ts';
import { isDataPath } from '../data-folders.ts';
import type { TellDamage } from './header-blobs.ts';
import { eachText, numberOf, type RpmHeader, tag, textsAt } from './rpm-header.ts';

/** PATH_MAX of Linux. */
const longestPath = 4096;
/** A file that another package has replaced, or that was not installed (`RPMFILE_STATE_…`). */
const states = { replaced: 1, notInstalled: 2 };

/** What a header says of one proving file. The algorithm is that of the whole header. */
export interface RpmFiles {
  readonly algorithm: 'md5' | 'sha1' | 'sha256' | null;
  readonly files: readonly ShippedFile[];
  /** all its files are documentation, translations and the like; absent: not all, or it has none */
  readonly dataOnly?: true;
}

/** Numbers of digests as OpenPGP has them; headers of before 2009 have no number and mean MD5. */
const algorithms: ReadonlyMap<number, RpmFiles['algorithm']> = new Map([
  [1, 'md5'],
  [2, 'sha1'],
  [8, 'sha256'],
]);

/** What a kept file costs besides the characters of its path: an object, a digest. */
const keptCost = 100;

/**
 * Names that are looked at, and characters of paths that are looked at and kept, for one database: a forged list can give
 * a million files of two bytes each the same directory of four thousand. A large desktop has a million files with 60
 * million characters.
 */
export class PathBudget {
  #names = 5_000_000;
  #looked = 256 * 1024 * 1024;
  #kept = 64 * 1024 * 1024;

  name(): boolean {
    this.#names -= 1;
    return this.#names >= 0;
  }

  look(path: string): boolean {
    this.#looked -= path.length;
    return this.#looked >= 0;
  }

  keep(path: string): boolean {
    this.#kept -= path.length + keptCost;
    return this.#kept >= 0;
  }
}

/**
 * The files of a package that would prove a language package, or that are a find where nobody owns them. A file list has
 * up to 100,000 names of which few matter: directories are looked at once, and whole paths are made of hits alone.
 */
export function shippedFiles(
  header: RpmHeader,
  proofs: ProofFilter,
  budget: PathBudget,
  damaged: TellDamage,
): RpmFiles {
  const found = new Map<number, string>();
  const tooMany = () => {
    damaged('its packages list more files than are looked at');
    return false;
  };
  const visit = (index: number, directory: string, name: string): boolean => {
    if (directory.length + name.length > longestPath) return true;
    const state = numberOf(header, tag.fileStates, index);
    if (state === states.replaced || state === states.notInstalled) return true;
    const path = (directory + name).replace(/^\/+/, '');
    const proves = budget.look(path) ? proofs.proves(path) : null;
    if (proves === false) return true;
    if (proves === null || !budget.keep(path)) return tooMany();
    found.set(index, path);
    return true;
  };
  const needle = needlePattern(proofs);
  const goesOn = () => budget.name() || tooMany();
  const split = header.entries.has(tag.baseNames);
  const dataOnly = split && visitSplit(header, needle, visit, goesOn);
  if (!split) visitWhole(header, needle, visit, goesOn);
  const digests = textsAt(header, tag.fileDigests, [...found.keys()]);
  const number = numberOf(header, tag.fileDigestAlgorithm) ?? 1;
  return {
    algorithm: algorithms.get(number) ?? null,
    files: [...found].map(([index, path]) => ({ path, digest: digests.get(index) || null })),
    ...(dataOnly && { dataOnly }),
  };
}

/** Returns whether to go on. */
type VisitFile = (index: number, directory: string, name: string) => boolean;

/**
 * Names as they are written since 1999: a base name, and the number of its directory. Returns whether all directories are
 * of data alone, and all were seen.
 */
function visitSplit(header: RpmHeader, needle: RegExp, visit: VisitFile, goesOn: () => boolean): boolean {
  const directories: string[] = [];
  const telling: boolean[] = [];
  let dataOnly = true;
  eachText(header, tag.dirNames, (start, end) => {
    const directory = header.blob.toString('utf8', start, end);
    directories.push(directory);
    telling.push(needle.test(directory));
    dataOnly &&= isDataPath(directory);
    const more = goesOn();
    dataOnly &&= more;
    return more;
  });
  eachText(header, tag.baseNames, (start, end, index) => {
    if (!goesOn()) return false;
    const at = numberOf(header, tag.dirIndexes, index) ?? -1;
    const directory = directories[at];
    if (directory === undefined || end - start > longestPath) return true;
    const name = header.blob.toString('utf8', start, end);
    return telling[at] || needle.test(name) ? visit(index, directory, name) : true;
  });
  return dataOnly && directories.length > 0;
}

function visitWhole(header: RpmHeader, needle: RegExp, visit: VisitFile, goesOn: () => boolean): void {
  eachText(header, tag.oldFileNames, (start, end, index) => {
    if (!goesOn()) return false;
    if (end - start > longestPath) return true;
    const path = header.blob.toString('utf8', start, end);
    return needle.test(path) ? visit(index, '', path) : true;
  });
}

const patterns = new WeakMap<readonly string[], RegExp>();

/** Finds any of the needles in one go. */
function needlePattern({ needles }: ProofFilter): RegExp {
  const known = patterns.get(needles);
  if (known !== undefined) return known;
  const pattern = new RegExp(needles.map((needle) => needle.replace(/[^\w/-]/g, '\\$&')).join('|'));
  patterns.set(needles, pattern);
  return pattern;
}
