import type { Exception } from './exception.ts';

/** Of those for one id this many are looked at as a wider one: nobody writes more, and each is held against all. */
const maxCandidates = 100;

/**
 * For each exception, one with another scope that excuses all that it does, and is in force: it goes on excusing where this one
 * ends, or gives another reason for the same.
 */
export function widerExceptions(
  exceptions: readonly Exception[],
  evaluatedAt: string,
): ReadonlyMap<Exception, Exception> {
  const byId = new Map<string, Exception[]>();
  for (const exception of exceptions) {
    const { id, honoured, expires } = exception;
    if (!honoured || (expires !== null && expires < evaluatedAt)) continue;
    const candidates = byId.get(id);
    if (candidates === undefined) byId.set(id, [exception]);
    else if (candidates.length < maxCandidates) candidates.push(exception);
  }
  const found = new Map<Exception, Exception>();
  for (const exception of exceptions) {
    if (!exception.honoured) continue;
    const wider = byId.get(exception.id)?.find((other) => isWider(other, exception));
    if (wider !== undefined) found.set(exception, wider);
  }
  return found;
}

/** Patterns are compared as they are written: `lib*` is not found to be wider than `libc6`. */
function isWider(wide: Exception, narrow: Exception): boolean {
  if (wide === narrow || (wide.untilFixed && !narrow.untilFixed)) return false;
  const one = (['package', 'type', 'version', 'path'] as const).map((field) => compared(wide[field], narrow[field]));
  const many = (['kinds', 'images', 'fix'] as const).map((field) => comparedLists(wide[field], narrow[field]));
  const images = comparedLists(narrow.notImages, wide.notImages);
  const all = [...one, ...many, images];
  return !all.includes('other') && all.includes('wider');
}

type Comparison = 'same' | 'wider' | 'other';

function compared(wide: string | null, narrow: string | null): Comparison {
  if (wide === narrow) return 'same';
  return wide === null ? 'wider' : 'other';
}

function comparedLists(wide: readonly string[] | null, narrow: readonly string[] | null): Comparison {
  if (wide === null) return narrow === null ? 'same' : 'wider';
  if (narrow === null || !narrow.every((each) => wide.includes(each))) return 'other';
  return wide.every((each) => narrow.includes(each)) ? 'same' : 'wider';
}
