import type { SquashedView } from '../../image/squash.ts';
import type { ImageConfig } from '../../image/types.ts';
import type { Owner, ParsedFile } from '../cataloger.ts';
import type { LayerAnalysis } from '../layer-analysis.ts';
import type { Distro, FactName, Facts, Incomplete, Inventory, Package, SecretFact } from '../types.ts';

/** Facts that are gathered only where a rule, a report or the user asks for them. */
export type GatheredFact = Exclude<FactName, 'config'>;

/** What is known of the image when facts are gathered. */
export interface FactContext {
  /** null for a rootfs; secrets in it are masked */
  readonly config: ImageConfig | null;
  /** what was found, and masked, in it */
  readonly configSecrets: readonly SecretFact[];
  readonly distro: Distro | null;
  /** in the order of the inventory */
  readonly packages: readonly Package[];
  /** real path → the distro package that ships it, as far as file lists are kept */
  readonly owners: ReadonlyMap<string, Owner>;
  readonly view: SquashedView;
  /** base first; what the gatherer's `bodies` said stands under its name in `parsed` */
  readonly analyses: readonly LayerAnalysis[];
  /** diff ID of a layer; null for a rootfs */
  layerId(index: number): string | null;
}

/** How much of a body `begins` sees, bytes. */
export const beginningBytes = 1024;

/** Reads bodies of any file, whatever its name, while the layer passes by; no body outlives the pass. */
export interface BodyReader {
  /** what else decides what is read: part of the key of kept analyses */
  readonly key?: string;
  /** a reader for one layer, where it keeps count of something */
  begin?(): BodyReader;
  /** Asked for every regular file, once; a hard link to a file that has passed is not asked for. Sizes in bytes. */
  wants(path: string, size: number, mode: number): boolean;
  /** Whether a body that begins so is read at all; `beginning` has `beginningBytes`, or is the whole. Without it every one is. */
  begins?(path: string, beginning: Buffer): boolean;
  /** of a longer body so many first bytes are read */
  readonly maxBytes?: number;
  /**
   * Pure; the facts are JSON values and share no memory with `body`. Null: nothing to keep, as most.
   *
   * @param size of the whole body, bytes
   * @throws CatalogError when there is something that cannot be read; it becomes damage
   */
  read(path: string, body: Buffer, size: number): ParsedFile<unknown> | null;
}

/** Gathers one kind of fact. A new one is a folder or file here, its name in `factNames`, and a line in gatherers.ts. */
export interface FactGatherer<K extends GatheredFact> {
  readonly name: K;
  /** raise with every change of what `bodies` keeps: kept layer analyses of other versions are not used */
  readonly version: number;
  readonly bodies?: BodyReader;
  gather(context: FactContext): {
    readonly facts: NonNullable<Facts[K]>;
    readonly incomplete?: readonly Incomplete[];
    readonly contents?: Inventory['contents'];
  };
}
