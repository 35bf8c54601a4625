import { isWord } from '../declared.ts';
import { CatalogError } from '../error.ts';
import type { ListedPackage } from '../listed-in.ts';
import { buildPurl } from '../purl.ts';

export type LockedType = 'npm' | 'gem' | 'cargo' | 'composer' | 'pypi' | 'nuget';

/** A package as a lock file names it; null when that is no name and version. What is before a `/` is the namespace. */
export function lockedPackage(
  type: LockedType,
  name: unknown,
  version: unknown,
  licenses: readonly string[] = [],
): ListedPackage | null {
  if (!isWord(name) || !isWord(version)) return null;
  const slash = name.lastIndexOf('/');
  const bare = name.slice(slash + 1);
  if (bare === '') return null;
  const purl = buildPurl({ type, namespace: name.slice(0, Math.max(slash, 0)), name: bare, version });
  return { type, name, version, purl, licenses };
}

/** Entries of one lock file; the largest applications have some ten thousand. */
const mostEntries = 200_000;

/** @throws CatalogError when a lock file has more entries than any application, whose memory would cost many times its bytes */
export function checkCount(entries: number, title: string): void {
  if (entries <= mostEntries) return;
  throw new CatalogError('package-manifest-damaged', `the ${title} has more than ${mostEntries} entries`);
}

/**
 * The lines of a lock file that is text, one by one.
 *
 * @param mark a line that its tool always writes
 * @throws CatalogError in the end when there was text and no such line: then nobody knows what it says
 */
export function* linesOf(body: Buffer, title: string, mark: RegExp): Generator<string> {
  const text = body.toString('utf8');
  let isMarked = false;
  let isBlank = true;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end);
    isMarked ||= mark.test(line);
    isBlank &&= line.trim() === '';
    yield line;
    start = end + 1;
  }
  if (!isMarked && !isBlank) {
    throw new CatalogError('package-manifest-damaged', `the ${title} has not the form of one`);
  }
}

/** Without the quotes around it. */
export function unquoted(text: string): string {
  return /^".*"$|^'.*'$/s.test(text) ? text.slice(1, -1) : text;
}
