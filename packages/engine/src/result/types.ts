/** The scan result (`--format json`), which programs outside the project rely on. Described by the published JSON Schema. */

import type { ImageBase, LayerDescriptor, NamedPlace, ReadFrom } from '../image/types.ts';
import type { Facts, Incomplete, Package } from '../inventory/types.ts';
import type { Finding } from '../matching/types.ts';
import type { Verdict } from '../policy/types.ts';

export interface ResultLayer extends LayerDescriptor {
  /** whether it is a layer of the base image; null: not known */
  readonly base: boolean | null;
}

export interface ResultImage {
  readonly reference: string;
  /** config digest; null for a rootfs */
  readonly id: string | null;
  /** manifest digest where known; of a rootfs the digest of its entries */
  readonly digest: string | null;
  readonly platform: string | null;
  /** how the layers came, where an engine has more than one way */
  readonly readFrom?: ReadFrom;
  /** of a reference without a prefix that is no file: who had it */
  readonly foundIn?: NamedPlace;
  readonly names: readonly string[];
  readonly distro: {
    readonly id: string;
    readonly version: string | null;
    readonly codename: string | null;
    readonly prettyName: string | null;
    /** `ID_LIKE`, in order */
    readonly like: readonly string[];
    /** end of public security support; null when not known */
    readonly endOfLife: string | boolean | null;
  } | null;
  /** null: nothing tells, or the image is not built on the one that was given */
  readonly base: ImageBase | null;
  readonly layers: readonly ResultLayer[];
}

export interface ResultInputs {
  readonly product: { readonly name: 'plimsoll'; readonly version: string };
  /** config digest and platform, or rootfs digest */
  readonly subject: {
    readonly digest: string | null;
    readonly platform: string | null;
    readonly reference: string;
    readonly stage: string;
    /** of what was judged again: the day on which it was looked into, where that is another */
    readonly scannedAt?: string;
  };
  /** the base image that was given (`--base`); not looked at, hence without id, where the subject is an SBOM */
  readonly base: { readonly reference: string; readonly id: string | null; readonly digest: string | null } | null;
  /** images that it could be built on instead, those that could be read with their digests; absent: none was given */
  readonly baseCandidates?: readonly {
    readonly reference: string;
    readonly id: string | null;
    readonly digest: string | null;
  }[];
  /** cataloger name → version */
  readonly catalogers: Readonly<Record<string, number>>;
  /** the malware scanner that files were streamed to (`--clamd`), and which official signatures it had loaded */
  readonly malware?: { readonly engine: string; readonly signatures: string | null };
  /** shard name → digest */
  readonly advisories: Readonly<Record<string, string>>;
  readonly stale: readonly string[];
  readonly missing: readonly string[];
  /** the example advisories of the demo were used */
  readonly example?: true;
  /** shard → when it was confirmed, and of which day its data are; absent: no rule asked */
  readonly feeds?: Readonly<Record<string, { readonly confirmed: string; readonly data: string | null }>>;
  /** name of a policy → digest of its text */
  readonly policy: Readonly<Record<string, string>>;
  /** file of `--container` → digest of its text; absent: none was given */
  readonly containers?: Readonly<Record<string, string>>;
  /** exceptions file → digest of its text */
  readonly exceptions: Readonly<Record<string, string>>;
  /** VEX document → digest of its text; absent: none was given */
  readonly vex?: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly history: Readonly<Record<string, unknown>>;
  /** `YYYY-MM-DD` */
  readonly evaluatedAt: string;
}

/** What `plimsoll sbom IMAGE --format json` prints: the result without `findings` and `verdict`. */
export interface InventoryResult {
  readonly schemaVersion: '1';
  readonly image: ResultImage;
  readonly inputs: ResultInputs;
  readonly packages: readonly Package[];
  readonly facts: Facts;
  readonly incomplete: readonly Incomplete[];
}

export interface ScanResult extends InventoryResult {
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
}

/** Whether it was judged, and not only listed. */
export function isScanResult(result: InventoryResult): result is ScanResult {
  return 'findings' in result;
}

/** A package that is not the same on every platform: its versions by platform, absent where it is not installed. */
export interface PackageDifference {
  readonly type: string;
  readonly name: string;
  readonly versions: Readonly<Record<string, readonly string[]>>;
}

/** A finding that only some platforms have. */
export interface FindingDifference {
  readonly id: string;
  /** null where it is about no package */
  readonly package: string | null;
  readonly platforms: readonly string[];
}

/** What `--platform all` gives: one result per platform, in the order of the image index, and what differs between them. */
export interface PlatformResults<R extends InventoryResult> {
  readonly schemaVersion: '1';
  readonly reference: string;
  readonly results: readonly R[];
  readonly differences: {
    /** sorted by type and name */
    readonly packages: readonly PackageDifference[];
    /** sorted by id and package */
    readonly findings: readonly FindingDifference[];
  };
}
