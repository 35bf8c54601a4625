import type { Exception } from '../exception.ts';

/** An exceptions file of another tool. What it says is taken as it is meant there, or not at all: never as more. */
export interface ForeignFormat {
  /** for reports and `--from`: `trivyignore` */
  readonly name: string;
  /** whose file it is, in words */
  readonly of: string;
  /** whether a file of this name (without folders) is one whatever it holds */
  isNamed(name: string): boolean;
  /** whether a text of this kind, under another name, is one */
  looksLike(text: string): boolean;
  /** @throws PolicyError `EXCEPTIONS_INVALID` with everything that is wrong */
  read(text: string, source: string): readonly Exception[] | Promise<readonly Exception[]>;
}
