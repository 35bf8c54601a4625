import type { ProofFilter, ShippedFile } from '../cataloger.ts';
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
}

/** Numbers of digests as OpenPGP has them; headers of before 2009 have no number and mean MD5. */
const algorithms: ReadonlyMap<number, RpmFiles['algorithm']> = new Map([
  [1, 'md5'],
  [2, 'sha1'],
  [8, 'sha256'],
]);

/** Bytes of paths that one database may keep: what a directory is called counts for each file in it. */
export class PathBudget {
  #left = 32 * 1024 * 1024;

  take(path: string): boolean {
    this.#left -= path.length;
    return this.#left >= 0;
  }
}

/**
 * The files of a package that would prove a language package. A file list has up to 100,000 names of which nearly none
 * matters, so the bytes are gone over and only hits are decoded.
 */
export function shippedFiles(
  header: RpmHeader,
  proofs: ProofFilter,
  budget: PathBudget,
  damaged: TellDamage,
): RpmFiles {
  const files: ShippedFile[] = [];
  const named = header.entries.has(tag.baseNames) ? splitNames(header, proofs) : wholeNames(header, proofs);
  const digests = textsAt(header, tag.fileDigests, [...named.keys()]);
  for (const [index, path] of named) {
    const state = numberOf(header, tag.fileStates, index);
    if (path.length > longestPath || state === states.replaced || state === states.notInstalled) continue;
    if (!proofs.proves(path)) continue;
    if (!budget.take(path)) {
      damaged('its packages list more files than are kept');
      break;
    }
    files.push({ path, digest: digests.get(index) || null });
  }
  const number = numberOf(header, tag.fileDigestAlgorithm) ?? 1;
  return { algorithm: algorithms.get(number) ?? null, files };
}

/** Names as they are written since 1999: a base name, and the number of its directory. */
function splitNames(header: RpmHeader, proofs: ProofFilter): ReadonlyMap<number, string> {
  const names = new Map<number, { readonly name: string; readonly directory: number }>();
  for (const [index, name] of candidates(header, tag.baseNames, proofs)) {
    const directory = numberOf(header, tag.dirIndexes, index);
    if (directory !== null) names.set(index, { name, directory });
  }
  const numbers = [...new Set([...names.values()].map(({ directory }) => directory))].sort((a, b) => a - b);
  const directories = textsAt(header, tag.dirNames, numbers);
  const paths = new Map<number, string>();
  for (const [index, { name, directory }] of names) {
    const parent = directories.get(directory);
    if (parent !== undefined && parent.length < longestPath) paths.set(index, relative(parent + name));
  }
  return paths;
}

function wholeNames(header: RpmHeader, proofs: ProofFilter): ReadonlyMap<number, string> {
  return new Map([...candidates(header, tag.oldFileNames, proofs)].map(([index, path]) => [index, relative(path)]));
}

/** Names that end as those of proving files do. */
function candidates(header: RpmHeader, number: number, { needles }: ProofFilter): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  const lastBytes = new Set(needles.map((needle) => needle.charCodeAt(needle.length - 1)));
  eachText(header, number, (start, end, index) => {
    if (end > start && end - start <= longestPath && lastBytes.has(header.blob[end - 1]!)) {
      const name = header.blob.toString('utf8', start, end);
      if (needles.some((needle) => name.endsWith(needle))) found.set(index, name);
    }
    return true;
  });
  return found;
}

function relative(path: string): string {
  return path.replace(/^\/+/, '');
}
