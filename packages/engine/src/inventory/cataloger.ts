import type { SquashedView } from '../image/squash.ts';
import type { FileParts } from '../image/types.ts';
import type { Executable } from './binary/executable.ts';
import type { FilePattern } from './file-pattern.ts';
import type { CodeFact, Distro, Incomplete, IncompleteCode, Package } from './types.ts';

/** A pattern of a reader; files of a package database also name the database that they are (part) of. */
export interface ReadPattern extends FilePattern {
  /**
   * Group of paths that are one database: when all of them are gone after a layer, the database was removed. Moving
   * from one path to another of the group is no removal. What messages call it, `dpkg status`.
   */
  readonly database?: string;
}

export interface Damage {
  readonly code: IncompleteCode;
  readonly message: string;
}

/** What one file says. `facts` is null when it says nothing (an empty database, a manifest that is a mere marker). */
export interface ParsedFile<F> {
  readonly facts: F | null;
  /** what could not be read of it; the facts are what could */
  readonly damage: Damage | null;
  /** of the body, where the reader asks for them */
  readonly digests?: FileDigests;
}

/** Hexadecimal; the kinds that file lists of distro packages have. */
export interface FileDigests {
  readonly md5: string;
  readonly sha1: string;
  readonly sha256: string;
}

/** A file that a distro package ships, and what it is when nobody has replaced it. */
export interface ShippedFile {
  /** relative to the root, as the package names it */
  readonly path: string;
  /** null where the list has none */
  readonly digest: string | null;
}

export interface Owner {
  /** of the distro package */
  readonly name: string;
  readonly algorithm: keyof FileDigests;
  readonly digest: string | null;
  /** index of the layer that brought the package in this version */
  readonly since: number;
}

/** Decides which lines of a package's file list are kept: those that are the proof of some language package. */
export interface ProofFilter {
  /** every proving file has one of these in its base name or its directory's */
  readonly needles: readonly string[];
  /** whether a file at this path (relative, clean) would prove a language package */
  proves(path: string): boolean;
}

/** Reads single files of layers, during the pass over the layer, so that no body outlives it. */
export interface FileReader<F> {
  readonly name: string;
  /** raise with every change of what `parse` returns: kept layer analyses of other versions are not used */
  readonly version: number;
  readonly reads: readonly ReadPattern[];
  /**
   * Where links mostly lead that stand where `reads` means: parsed as they pass, so that the layer need not be read again
   * for them. For readers whose `parse` makes no difference between these paths.
   */
  readonly linked?: readonly FilePattern[];
  /** larger files are not read and make the inventory incomplete (`file-too-large`); bytes */
  readonly maxBytes: number;
  /** whether digests of the files are kept, to tell if they are those that a distro package shipped */
  readonly digests?: boolean | ((path: string) => boolean);
  /**
   * Pure; the facts are JSON values and share no memory with `body`.
   *
   * @param path matches one of `reads`
   * @throws CatalogError when nothing at all can be said
   */
  parse(path: string, body: Buffer, proofs: ProofFilter): ParsedFile<F>;
  /**
   * What an executable says, for readers with a pattern `executable`; null: nothing, as most. Pure, facts as in `parse`.
   *
   * @param content what `watch` returned for this path, after the whole content
   * @throws CatalogError when there is something that cannot be read
   */
  inspect?(path: string, executable: Executable, content?: ContentWatch): ParsedFile<F> | null;
  /**
   * As `parse`, of a large file that lies where it can be read at any position: for readers that need little of it.
   *
   * @param parts valid during the call
   */
  parseParts?(path: string, parts: FileParts): ParsedFile<F>;
  /**
   * What stands for an executable whose content is searched when its facts are looked at, if ever. Null: it is looked into
   * at once.
   *
   * @param content valid for as long as the image is open
   */
  defer?(path: string, content: FileParts): F | null;
  /** Asks for the whole content of an executable of this name, for what no header leads to. Null: headers are enough. */
  watch?(path: string): ContentWatch | null;
  /** Names of the packages that a file of a database lists; by them a database that is begun anew is told from one restored. */
  names?(facts: F): readonly string[];
}

/** Gets the content of one file in pieces of any size. */
export interface ContentWatch {
  /** nothing more needs to be pushed */
  readonly done: boolean;
  /** `chunk` is valid during the call */
  push(chunk: Buffer): void;
}

/** A file of the squashed view that a reader has read. */
export interface LiveFile<F> {
  /** the path that the reader declared; differs from `path` where a link leads elsewhere */
  readonly as: string;
  /** real path in the squashed view, relative */
  readonly path: string;
  /** index of the layer that holds it */
  readonly layer: number;
  readonly facts: F;
}

/** A file of the squashed view that matches a pattern, read or not. */
export interface Sighting {
  readonly pattern: ReadPattern;
  /** real path, relative */
  readonly path: string;
  readonly layer: number;
}

/** What one path said, layer by layer: an element for every layer that changed it, base first; null: removed. */
export type PathHistory<F> = readonly { readonly layer: number; readonly path: string; readonly facts: F | null }[];

export interface CatalogContext<F> {
  readonly distro: Distro | null;
  readonly view: SquashedView;
  /** sorted by path */
  readonly files: readonly LiveFile<F>[];
  /** files that match a pattern with `presence`, sorted by path; empty files are left out */
  readonly present: readonly Sighting[];
  /** every change of the files that match a pattern, in the order of the layers; of these paths, where that is given */
  history(select: (pattern: ReadPattern) => boolean, isMeant?: (path: string) => boolean): PathHistory<F>;
  /** diff ID of a layer; null for a rootfs */
  layerId(index: number): string | null;
}

/** A package that a layer took off the list of its database, or listed in another version. */
export interface Unlisted {
  /** index of the layer */
  readonly layer: number;
  /** of the database file that listed it before */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** the version that is listed since; null: none */
  readonly now: string | null;
  /** the files that it shipped, as far as they are kept */
  readonly files: readonly ShippedFile[];
  /** false where the database itself shows that its package manager did that */
  readonly mayBeEdit: boolean;
}

export interface Catalogued {
  readonly packages: readonly Package[];
  /** listed only where no distro package owns the file that proves them */
  readonly unowned?: readonly Package[];
  /** the same, where what is owned need not be looked at; asked when all owners are known */
  unownedOf?(isOwned: (path: string) => boolean): readonly Package[];
  /** real path of a proving file → the distro package that ships a file there */
  readonly owners?: ReadonlyMap<string, Owner>;
  readonly code?: readonly CodeFact[];
  /** of databases: what layers took off their lists */
  readonly unlisted?: readonly Unlisted[];
  readonly incomplete?: readonly Incomplete[];
  /** what is missing only where no distro package, which its own advisories judge, ships the file; asked when all owners are known */
  incompleteOf?(isOwned: (path: string) => boolean): readonly Incomplete[];
}

/** Finds the packages of one kind. */
export interface Cataloger<F> extends FileReader<F> {
  /** language packages are proven by files that a distro's package may own */
  readonly finds: 'distro' | 'language' | 'nothing';
  assemble(context: CatalogContext<F>): Catalogued;
}

/** A file that was read without any damage. */
export function parsed<F>(facts: F | null): ParsedFile<F> {
  return { facts, damage: null };
}
