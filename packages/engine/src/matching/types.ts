/** The contract of the matching room: package × advisory → finding, with evidence. */
import type { CvssRating, ExploitMaturity, LabelRating, Severity } from '../advisories/types.ts';
import type { Package } from '../inventory/types.ts';

export const findingKinds = [
  'vulnerability',
  'malware',
  'secret',
  'misconfiguration',
  'license',
  'end-of-life',
] as const;
export type FindingKind = (typeof findingKinds)[number];

export const fixStates = [
  'fixed',
  'not-fixed',
  'will-not-fix',
  'deferred',
  'end-of-life',
  'under-investigation',
  'unknown',
] as const;
export type FixState = (typeof fixStates)[number];

export interface Fix {
  readonly state: FixState;
  /** lowest first by the package's scheme; empty unless `fixed` */
  readonly versions: readonly string[];
  /** `YYYY-MM-DD` on which the fix is known to have been available; null when unknown */
  readonly since: string | null;
  /** how the fix came: `security`, `lts`, `esm-apps`, `esm-infra`, `esm`; absent when nothing says so */
  readonly channel?: string;
  /** fixes in archives that the image has not opened (Ubuntu Pro, Arch's testing); they do not make it `fixed` */
  readonly elsewhere?: readonly { readonly channel: string; readonly versions: readonly string[] }[];
}

/** Null means not known: never the same as "no". */
export interface Risk {
  /** highest base score of the preferred source, with its vector */
  readonly cvss: {
    readonly source: string;
    readonly version: string;
    readonly vector: string;
    readonly score: number;
  } | null;
  readonly epss: { readonly score: number; readonly percentile: number } | null;
  /** known exploited: since when, or false; null when no KEV shard was at hand */
  readonly kev: { readonly dateAdded: string | null; readonly dueDate: string | null } | false | null;
  readonly ransomware: boolean | null;
  /** an exploit is published, or it is exploited */
  readonly exploit: boolean | null;
  /** the most that is known of its exploitation; null when nothing is known, not even that there is nothing */
  readonly maturity?: 'none' | ExploitMaturity | 'active' | null;
  readonly malware: boolean | null;
  /** 0 to 100, see `RiskParts` */
  readonly score: number | null;
}

/** What a risk score is made of: `10 × severity × (0.4 + 0.6 × likelihood)`. */
export interface RiskParts {
  /** 0 to 10, and whose */
  readonly severity: { readonly value: number; readonly from: string };
  /** 0 to 1, and what says so */
  readonly likelihood: { readonly value: number; readonly from: string };
  /** signals that nothing was known of: `epss`, `exploit`, `kev` */
  readonly unknown: readonly string[];
}

/** Whether the code that a record is about is in the package, where the image itself can tell. */
export interface FlawedCode {
  /** `absent` is certain as far as the image tells the truth, `present` is likely; neither says whether it is ever run */
  readonly state: 'absent' | 'present';
  readonly how: 'kernel-headers' | 'data-only' | 'go-functions' | 'java-classes';
  /** in words */
  readonly detail: string;
}

export interface Evidence {
  /** file that proves the subject, absolute */
  readonly path?: string;
  /** of that file, from 1 */
  readonly line?: number;
  /** diff ID of the layer that introduced it, null for a rootfs */
  readonly layer?: string | null;
  /** the history entry that made that layer */
  readonly instruction?: string | null;
  /** whether that layer is one of the base image; null: not known */
  readonly inBase?: boolean | null;
  /** environment variable */
  readonly env?: string;
  /** key of the configuration: `user`, `exposedPorts` */
  readonly config?: string;
  readonly value?: string;
  /** the deciding record */
  readonly advisory?: { readonly source: string; readonly id: string; readonly shard: string };
  /** package that was looked up, when it is the source package */
  readonly matchedPackage?: { readonly name: string; readonly version: string; readonly via: 'source' | 'package' };
  /** `1.1.1n-0+deb11u3 < 1.1.1n-0+deb11u4 (deb)` */
  readonly comparison?: string;
  /** distro package that ships the file, when the ecosystem judges it all the same */
  readonly ownedBy?: string;
  /** absent: not known */
  readonly code?: FlawedCode;
  /** every rating that was found, with whose it is */
  readonly ratings?: { readonly labels: readonly LabelRating[]; readonly cvss: readonly CvssRating[] };
  /** every record that named this vulnerability for this package: `osv GHSA-… (npm)` */
  readonly records?: readonly { readonly source: string; readonly id: string; readonly shard: string }[];
  /** kinds of weakness, `CWE-835`, by number; absent where no record names one */
  readonly cwes?: readonly string[];
  readonly published?: string | null;
  /** where exploits are published: `exploit-db` 50689 */
  readonly exploits?: readonly { readonly source: string; readonly id: string }[];
  /** what the risk score is made of */
  readonly risk?: RiskParts;
  readonly endOfSupport?: string | boolean;
}

/** What suppressed a finding. */
export interface Suppression {
  readonly by: 'exception' | 'vex' | 'baseline';
  readonly reason: string;
  /** of an exception: `risk-accepted`; of a VEX statement its justification */
  readonly category?: string;
  readonly owner?: string | null;
  readonly approver?: string;
  readonly ticket?: string;
  /** a date, or `fixed`; null: for ever */
  readonly until?: string | null;
  /** where it stands: `exceptions.yaml#2` */
  readonly source?: string;
}

export interface Finding {
  /** unique within the result */
  readonly key: string;
  /** survives versions and paths; may repeat */
  readonly fingerprint: string;
  readonly id: string;
  readonly aliases: readonly string[];
  /** bulletin ids */
  readonly advisories: readonly string[];
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly severitySource: string | null;
  /** 0 Unknown, 1 Negligible … 5 Critical */
  readonly level: number;
  readonly title: string | null;
  readonly published: string | null;
  readonly package: Pick<Package, 'name' | 'version' | 'type' | 'purl'> | null;
  readonly fix: Fix | null;
  readonly risk: Risk | null;
  readonly evidence: Evidence;
  /** whether a baseline lacks it; absent: none was given */
  readonly isNew?: boolean;
  /** since when baselines know it, `YYYY-MM-DD`; absent as `isNew` is */
  readonly firstSeen?: string;
  readonly suppressed: readonly Suppression[];
}
