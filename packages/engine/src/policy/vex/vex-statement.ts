import type { VexStatus } from '../types.ts';

/** A piece of software by what a document calls it; one name that fits is enough. */
export interface VexSoftware {
  /** for people */
  readonly label: string;
  readonly purls: readonly string[];
  /** `sha256:…`, of an image's manifest or config */
  readonly digests: readonly string[];
  /** `vendor:product` and version (null: any) of CPEs */
  readonly cpes: readonly { readonly product: string; readonly version: string | null }[];
  /** references of images */
  readonly names: readonly string[];
}

export interface VexProduct {
  readonly software: VexSoftware;
  /** empty: all of it */
  readonly parts: readonly VexSoftware[];
  /** versions of the part (or of the product, where it has none) or ranges (`vers:npm/>=1|<2`); null: what its purl says */
  readonly versions: readonly string[] | null;
}

/** What a document says of one vulnerability. */
export interface VexStatement {
  /** `app.vex.json#3`, counted from 1 */
  readonly source: string;
  /** all names of the vulnerability */
  readonly ids: readonly string[];
  readonly status: VexStatus;
  readonly justification: string | null;
  readonly text: string | null;
  readonly author: string | null;
  /** when it was last changed, milliseconds since 1970 */
  readonly time: number;
  readonly products: readonly VexProduct[];
  /** why nothing can come of it, in words */
  readonly problem: string | null;
}

export interface VexFile {
  readonly source: string;
  readonly format: 'openvex' | 'csaf' | 'cyclonedx';
  readonly statements: readonly VexStatement[];
}
