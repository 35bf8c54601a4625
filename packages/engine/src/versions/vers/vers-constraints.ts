import { compareNumerals } from '../numeral.ts';
import type { Ordering, VersionScheme } from '../scheme.ts';

export type Comparator = '<' | '<=' | '=' | '!=' | '>=' | '>';

/** A signpost on the way through the versions of a package. */
export interface VersConstraint {
  readonly comparator: Comparator;
  /** decoded */
  readonly version: string;
  /** what the scheme of the type read */
  readonly bound: unknown;
}

/** A range of versions of one type. */
export interface Vers {
  /** lower case */
  readonly type: string;
  /** in the order of their versions; `*`: all versions. None (which only a native range gives): not known which */
  readonly constraints: readonly VersConstraint[] | '*';
}

/** At the same version: what ends there, that version, what begins there (the wider first). */
const places: readonly Comparator[] = ['<', '<=', '=', '!=', '>=', '>'];

/** In the order of the versions; stable, and the same for every order that is given, duplicates apart. */
export function sortConstraints(
  scheme: VersionScheme,
  constraints: readonly VersConstraint[],
): readonly VersConstraint[] {
  return constraints.toSorted((a, b) => scheme.compare(a.bound, b.bound) || comparePlaces(a, b));
}

function comparePlaces(a: VersConstraint, b: VersConstraint): Ordering {
  return compareNumerals(places.indexOf(a.comparator), places.indexOf(b.comparator));
}

export function begins({ comparator }: VersConstraint): boolean {
  return comparator === '>' || comparator === '>=';
}

export function ends({ comparator }: VersConstraint): boolean {
  return comparator === '<' || comparator === '<=';
}

/** Whether a version that stands so to the bound fulfils the constraint alone. */
export function holds(comparator: Comparator, ordering: Ordering): boolean {
  switch (comparator) {
    case '<':
      return ordering < 0;
    case '<=':
      return ordering <= 0;
    case '=':
      return ordering === 0;
    case '!=':
      return ordering !== 0;
    case '>=':
      return ordering >= 0;
    case '>':
      return ordering > 0;
  }
}

/**
 * The beginnings and ends alone, as they are read from left to right: of beginnings that follow each other the first counts,
 * of ends the last.
 */
export function withoutRedundant(constraints: readonly VersConstraint[]): readonly VersConstraint[] {
  const kept: VersConstraint[] = [];
  for (const constraint of constraints) {
    const last = kept.at(-1);
    if (begins(constraint) && !(last !== undefined && begins(last))) kept.push(constraint);
    if (!ends(constraint)) continue;
    if (last !== undefined && ends(last)) kept.pop();
    kept.push(constraint);
  }
  return kept;
}
