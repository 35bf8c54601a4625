/** The contract of a version scheme: how one ecosystem writes, orders and asks for versions. Nothing here knows a package. */

/** -1: the first comes before the second; 0: the same version, perhaps written differently; 1: after it. */
export type Ordering = -1 | 0 | 1;

/** A version longer than this is not a version (UTF-16 code units); it bounds the work that one hostile text can cause. */
export const maxVersionLength = 1024;

/** A range expression longer than this is not one (UTF-16 code units). */
export const maxRangeLength = 16_384;

/**
 * One ecosystem's versions. `V` is the parsed form: parse once, compare as often as needed.
 * `compare` is a total order on everything that `parse` accepts, and allocates nothing.
 */
export interface VersionScheme<V = unknown> {
  /** as shards, vectors and the command line name it: `deb`, `apk`, `npm` … */
  readonly name: string;
  /** undefined: not a version of this scheme, or longer than `maxVersionLength`; never throws */
  parse(text: string): V | undefined;
  compare(a: V, b: V): Ordering;
  /**
   * Where a version stands to a bound of an advisory's range. Only where that differs from `compare`: a bound may leave out
   * what every installed version has (rpm and pacman: the release) and then speaks about all of them. This is no order.
   */
  compareWithBound?(version: V, bound: V): Ordering;
  /** which part decided, in words: `upstream version: 1.2 < 1.10`; `equal` where none did */
  explain?(a: V, b: V): string;
  /**
   * Whether the ecosystem would let a package be published under this version. Only where that is stricter than `parse`:
   * the tools of dpkg and apk order what they would refuse to build, and installed databases hold such versions.
   */
  accepts?(text: string): boolean;
  readonly ranges?: RangeGrammar<V>;
}

export interface RangeOptions {
  /** npm and semver: a pre-release is inside whenever its bounds say so, not only when the range names its very release */
  readonly includePrerelease?: boolean;
}

/** Is this version inside the range? Written as a method, so that a list can hold schemes of different parsed forms. */
export type RangeTest<V> = { test(version: V): boolean }['test'];

export interface RangeGrammar<V> {
  /** undefined: not a range of this grammar, or longer than `maxRangeLength`; never throws */
  parse(text: string, options?: RangeOptions): RangeTest<V> | undefined;
}
