import type { Ordering, VersionScheme } from './scheme.ts';
import { findScheme } from './schemes.ts';

export type Comparison =
  | { readonly ordering: Ordering; readonly why: string }
  /** the text that is no version of the scheme */
  | { readonly invalid: string }
  | { readonly unknownScheme: string };

/** One comparison of texts, with the reason in words, as evidence and `versions compare` show it. */
export function compareVersions(scheme: string, a: string, b: string): Comparison {
  const found = findScheme(scheme);
  if (found === undefined) return { unknownScheme: scheme };
  const left = found.parse(a);
  if (left === undefined) return { invalid: a };
  const right = found.parse(b);
  if (right === undefined) return { invalid: b };
  const ordering = found.compare(left, right);
  return { ordering, why: explain(found, left, right, ordering, a === b) };
}

function explain(scheme: VersionScheme, a: unknown, b: unknown, ordering: Ordering, sameText: boolean): string {
  if (ordering === 0) return sameText ? 'equal' : 'equal, though written differently';
  return (
    scheme.explain?.(a, b) ?? (ordering < 0 ? 'the first comes before the second' : 'the first comes after the second')
  );
}
