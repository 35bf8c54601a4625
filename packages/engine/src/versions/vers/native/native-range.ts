import type { Comparator } from '../vers-constraints.ts';

/** A bound of a native range, in the words of VERS. */
export interface NativeConstraint {
  readonly comparator: Comparator;
  readonly version: string;
}

/** Constraints that must all hold; none: all versions. */
export type NativeAlternative = readonly NativeConstraint[];

/** What reads one notation: alternatives, of which one must hold. */
export type NativeReader = (range: string) =>
  | readonly NativeAlternative[]
  /** not a range of this notation, or one that VERS cannot express */
  | 'invalid'
  | 'unsupported'
  /** no statement at all */
  | 'empty';
