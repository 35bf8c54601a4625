import type { ParseExpression } from './cel-tree.ts';

/** The fields of a mapping. */
export interface FieldMapping<N> {
  /** where the mapping begins */
  readonly node: N;
  readonly entries: ReadonlyMap<string, N>;
  /** fields that were probably meant by others that nobody knows; already reported */
  readonly misspelt: ReadonlySet<string>;
}

/**
 * What the format of a file is read with: of a text that people write (`YamlReader`), or of a value (`PlainReader`).
 * `N` is a place in it. What is not as asked for becomes a problem, and undefined.
 */
export interface FieldReader<N> {
  /** The fields of a mapping, known ones only. `what` names the mapping: `a rule`. */
  mapping(at: N, what: string, fields: readonly string[]): FieldMapping<N> | undefined;
  /** The entries of a mapping whose keys the author chooses. */
  freeMapping(at: N, what: string): FieldMapping<N> | undefined;
  list(at: N, what: string): readonly N[];
  /** A text that is not empty; numbers and truth values as they are written. */
  text(at: N, what: string): string | undefined;
  choice<T extends string>(at: N, what: string, choices: readonly T[]): T | undefined;
  scalar(at: N, what: string): number | string | boolean | undefined;
  problem(at: N | number, message: string): undefined;
  /** Where a character of a text stands in the file. */
  offsetInText(at: N, index: number): number;
}

/** What a policy is read with. */
export interface PolicyReader<N> extends FieldReader<N> {
  readonly parse: ParseExpression;
}
