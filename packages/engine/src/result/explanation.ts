/** What `plimsoll explain` answers: why a vulnerability is in a result, or why it is not. */
import type { AdvisoryRecord } from '../advisories/types.ts';
import type { Package } from '../inventory/types.ts';
import type { Finding } from '../matching/types.ts';
import type { AppliedException, RuleOutcome } from '../policy/types.ts';
import type { ResultImage } from './types.ts';

export interface ExplainedBound {
  readonly text: string;
  readonly holds: boolean | null;
  readonly because: string | null;
}

export interface ExplainedRange {
  readonly range: string;
  readonly inside: boolean | null;
  readonly bounds: readonly ExplainedBound[];
}

/** What one record says about one package, and what became of that. */
export interface ExplainedRecord
  extends Pick<AdvisoryRecord, 'source' | 'id' | 'aliases' | 'bulletins' | 'status' | 'published' | 'fixedSince'> {
  readonly shard: string;
  readonly verdict: 'affected' | 'not-affected' | 'undetermined';
  /** `outranked`: it is a copy or another source, and the distro's own statement counts */
  readonly role: 'decides' | 'agrees' | 'outranked';
  readonly ranges: readonly ExplainedRange[];
  readonly moreRanges: number;
  /** versions that it lists one by one */
  readonly listed: number;
}

export type ExplainedOutcome =
  | 'reported'
  /** the data at hand say so, the result does not: it was made of other data */
  | 'would-be-reported'
  /** the result says so, the data at hand do not */
  | 'no-longer-affected'
  | 'fixed'
  /** a record says that the package is not affected */
  | 'not-affected'
  | 'outside-ranges'
  /** the distro's advisories judge the package that ships it */
  | 'judged-as-distro'
  | 'undetermined';

export interface ExplainedPackage
  extends Pick<Package, 'type' | 'name' | 'version' | 'purl' | 'arch' | 'source' | 'ownedBy'> {
  readonly path: string | null;
  /** diff ID */
  readonly layer: string | null;
}

/** One package of the image and the vulnerability. */
export interface ExplainedMatch {
  readonly outcome: ExplainedOutcome;
  /** one sentence */
  readonly why: string;
  /** null: a finding that is about no package */
  readonly package: ExplainedPackage | null;
  /** by which name and version it was looked up; null where nothing was */
  readonly lookup: {
    readonly shard: string;
    readonly name: string;
    readonly version: string;
    readonly scheme: string;
    readonly via: 'source' | 'package';
  } | null;
  readonly records: readonly ExplainedRecord[];
  /** as in the result; null where it is not reported */
  readonly finding: Finding | null;
  /** rules that it broke */
  readonly rules: readonly Pick<RuleOutcome, 'id' | 'policy' | 'action' | 'message'>[];
  /** exceptions that name it, applied or not */
  readonly exceptions: readonly Omit<AppliedException, 'findings'>[];
}

export interface ExplainedShard {
  readonly name: string;
  /** of the data that the result was made of; null: not used, or not at hand then */
  readonly inResult: string | null;
  /** of the data at hand; null: not at hand */
  readonly atHand: string | null;
}

export interface Explanation {
  readonly schemaVersion: '1';
  /** id or key, as asked */
  readonly question: string;
  readonly image: Pick<ResultImage, 'reference' | 'id' | 'digest' | 'platform' | 'distro'>;
  readonly evaluatedAt: string;
  readonly answer: 'reported' | 'not-reported';
  /** one sentence */
  readonly summary: string;
  /** every id by which the records at hand and the result know it, sorted */
  readonly ids: readonly string[];
  readonly title: string | null;
  /** what was reported first, then by package */
  readonly matches: readonly ExplainedMatch[];
  /** packages that records name and the image does not have, by shard */
  readonly elsewhere: readonly { readonly shard: string; readonly packages: readonly string[] }[];
  /** what was looked into, sorted */
  readonly shards: readonly ExplainedShard[];
  /** what those who rate every CVE know of it; null: nothing, or it is no CVE */
  readonly rated: { readonly published: string | null; readonly rejected: boolean } | null;
  /** what could hide it: shards that were not at hand, and what the scan could not read or compare */
  readonly gaps: readonly string[];
  readonly layers: ResultImage['layers'];
}
