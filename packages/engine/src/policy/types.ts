/** The contract of the policy room: rules, exceptions, verdict. */
import type { ImageBase } from '../image/types.ts';
import type { Incomplete, Inventory } from '../inventory/types.ts';
import type { Finding } from '../matching/types.ts';

export type RuleAction = 'deny' | 'warn';

export type RuleScope =
  | 'vulnerability'
  | 'package'
  | 'secret'
  | 'file'
  | 'config'
  /** a line of the Dockerfile that the history tells of */
  | 'instruction'
  | 'user'
  | 'image'
  /** what could not be read or compared (`incomplete`) */
  | 'coverage'
  | 'license'
  | 'malware'
  | 'signature'
  | 'runtime';

/** A rule that decided something (`verdict.rules[]`). */
export interface RuleOutcome {
  readonly id: string;
  /** name of the policy it stands in */
  readonly policy: string;
  readonly action: RuleAction;
  readonly message: string;
  readonly remediation: string | null;
  readonly controls: readonly string[];
  /** keys of findings, sorted as in the result */
  readonly findings: readonly string[];
}

/** Frameworks that a policy may stand for. */
export const frameworkTitles = {
  'nist-800-190': 'NIST SP 800-190, section 4',
  'pci-dss-4': 'PCI DSS 4.0, what concerns software and its configuration',
  'cis-docker': 'CIS Docker Benchmark, sections 4 and 5',
} as const;
export type FrameworkName = keyof typeof frameworkTitles;

/** A control of a framework that a policy stands for (`verdict.controls[]`). */
export interface ControlOutcome {
  readonly framework: FrameworkName;
  /** `4.1.1` */
  readonly id: string;
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'needs-a-person';
  /** ids of its rules that found something */
  readonly rules: readonly string[];
  /** why a person has to look */
  readonly note: string | null;
}

export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5;

export interface Reason {
  readonly exitCode: ExitCode;
  /** `policy`, `policy-not-gated`, `inventory-incomplete`, `advisories-missing`, `advisories-stale` */
  readonly code: string;
  readonly message: string;
}

/** Why a finding does not matter, and what a VEX document calls that. */
export const exceptionCategories = [
  /** the match is wrong: the vulnerable code is not in this package */
  'false-positive',
  /** the vulnerable component is not in the image */
  'not-present',
  /** the vulnerable code is there and never runs */
  'not-used',
  /** it runs, and nobody from outside decides on what */
  'not-controllable',
  /** something else in the image or its use prevents it */
  'mitigated',
  /** it matters, and someone decided to live with it */
  'risk-accepted',
  /** it matters, and nobody will repair it */
  'wont-fix',
] as const;
export type ExceptionCategory = (typeof exceptionCategories)[number];

export interface AppliedException {
  readonly id: string;
  readonly source: string;
  readonly category: ExceptionCategory | null;
  /** null: a file of another tool that says none */
  readonly reason: string | null;
  readonly owner: string | null;
  readonly approver: string | null;
  readonly ticket: string | null;
  readonly expires: string | null;
  /** it ends with the first fix */
  readonly untilFixed: boolean;
  /** keys of the findings it excused */
  readonly findings: readonly string[];
  /** `fixed`: what it excused until there is a fix has one; `not-honoured`: it cannot be taken as it is written */
  readonly state: 'applied' | 'expires-soon' | 'expired' | 'fixed' | 'unused' | 'not-honoured';
  /** what is doubtful about it, in words: over-broad, endless, against another, not taken as written */
  readonly notes: readonly string[];
}

export type VexStatus = 'not_affected' | 'affected' | 'fixed' | 'under_investigation';

/** What became of a statement of a VEX document. */
export interface VexOutcome {
  /** of the vulnerability, as the document names it first */
  readonly id: string;
  /** `app.vex.json#3` */
  readonly source: string;
  readonly status: VexStatus;
  /** when it was last changed, `YYYY-MM-DDThh:mm:ssZ` */
  readonly time: string;
  /** what it is about, as far as it fits a line */
  readonly product: string;
  /**
   * `applied`: it suppressed findings; `noted`: it is about findings and suppresses none; `superseded`: another one counts;
   * `other-product`: the finding is of something else; `no-finding`: nothing has the vulnerability; `not-honoured`: it does
   * not say enough
   */
  readonly state: 'applied' | 'noted' | 'superseded' | 'other-product' | 'no-finding' | 'not-honoured';
  readonly why: string;
  /** keys of the findings that it is about */
  readonly findings: readonly string[];
}

/** The order of two versions of a package type; null where they cannot be compared. */
export type OrderVersions = (type: string, a: string, b: string) => number | null;

export interface Verdict {
  readonly result: 'pass' | 'warn' | 'fail';
  readonly exitCode: ExitCode;
  readonly reasons: readonly Reason[];
  /** paths into the result's `inputs` that matching or a rule read, sorted */
  readonly inputs: readonly string[];
  /** only rules that found something; deny first, in the order of the policies */
  readonly rules: readonly RuleOutcome[];
  /** absent where no policy stands for a framework */
  readonly controls?: readonly ControlOutcome[];
  readonly exceptions: readonly AppliedException[];
  /** absent: no VEX document was given */
  readonly vex?: readonly VexOutcome[];
  /** smallest change that would let the image pass: package upgrades and other steps, what takes away most first */
  readonly changes: readonly Change[];
  /** absent: no image was named that it could be built on instead */
  readonly bases?: readonly BaseOutcome[];
  /** what judging once more with all of these changes made gave; absent: there is none that could be made */
  readonly afterChanges?: AfterChanges;
}

/** What came of an image that this one could be built on instead (`verdict.bases[]`). */
export interface BaseOutcome {
  /** as it was given */
  readonly reference: string;
  readonly id: string | null;
  readonly digest: string | null;
  readonly distro: { readonly id: string; readonly version: string | null } | null;
  /**
   * `proposed`: it is a change; `worse`: another one, or none, is better; `same`: it is the base; `not-read`; `not-judged`: what
   * that needs is not at hand
   */
  readonly state: 'proposed' | 'worse' | 'same' | 'not-read' | 'not-judged';
  readonly message: string;
  /** what the image would be judged to be on it; null: it was not judged */
  readonly result: 'pass' | 'warn' | 'fail' | null;
  /** findings that stop the image now and would not, and the other way round */
  readonly takesAway: number | null;
  readonly adds: number | null;
}

export interface Change {
  readonly kind: 'base' | 'upgrade' | 'config' | 'distro' | 'other';
  readonly text: string;
  /** keys */
  readonly findings: readonly string[];
  readonly upgrade?: Upgrade;
  /** the image that it is built on instead */
  readonly base?: { readonly reference: string; readonly id: string | null; readonly digest: string | null };
  /** it was made in what was found, judged again, and nothing that it is about stops the image any more; absent: nobody tried */
  readonly proven?: boolean;
  /** what was changed for that, or why there is no proof */
  readonly note?: string;
}

/** Packages that are brought to another version together. */
export interface Upgrade {
  readonly type: string;
  /** of those that findings are about, sorted */
  readonly names: readonly string[];
  /** the source package that all of them are built from; null: one package */
  readonly source: string | null;
  readonly from: string;
  readonly to: string;
  /** of a language package, where it lies; null: wherever it lies */
  readonly path: string | null;
}

export interface AfterChanges {
  /** how many of the changes were made */
  readonly made: number;
  readonly result: 'pass' | 'warn' | 'fail';
  readonly exitCode: ExitCode;
  readonly reasons: readonly Reason[];
  /** ids of the rules that still deny */
  readonly rules: readonly string[];
}

/** A part of a rule's condition that decided it, and what it saw. */
export interface ExplainedClause {
  /** as written */
  readonly text: string;
  /** null: it has no value */
  readonly holds: boolean | null;
  readonly values: readonly { readonly name: string; readonly value: string }[];
  /** of a comparison the sides that are sums or products: `3 * image.counts.critical + image.counts.high` is `7` */
  readonly calculated: readonly { readonly text: string; readonly value: string }[];
  /** elements of a list that `exists` holds for, or `all` does not */
  readonly elements: readonly string[];
  readonly moreElements: number;
}

/** One thing that a rule looked at. */
export interface ExplainedCase {
  readonly subject: string;
  /** null: the rule cannot be judged on it */
  readonly broken: boolean | null;
  readonly failure: string | null;
  /** those that decided */
  readonly clauses: readonly ExplainedClause[];
}

/** What a rule looked at and decided. */
export interface ExplainedRule {
  readonly id: string;
  readonly policy: string;
  readonly action: RuleAction;
  readonly scope: RuleScope;
  readonly condition: string;
  readonly message: string | null;
  readonly outcome: 'broken' | 'held' | 'nothing-to-judge' | 'failed';
  readonly failure: string | null;
  /** how many things it looked at, how many of them broke it, and how many more are excused */
  readonly seen: number;
  readonly broken: number;
  readonly excused: number;
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  /** why it may not have seen everything */
  readonly notes: readonly string[];
  /** first ones that broke it, then first ones that did not */
  readonly cases: readonly ExplainedCase[];
}

/** Everything that a rule may look at. Facts only: no clock, no disk, no environment. */
export interface PolicySubject {
  readonly image: {
    readonly reference: string;
    readonly names: readonly string[];
    readonly id: string | null;
    readonly digest: string | null;
    readonly platform: string | null;
    /** `YYYY-MM-DDThh:mm:ssZ` as the config states it */
    readonly created: string | null;
    readonly base: ImageBase | null;
    readonly distro: {
      readonly id: string;
      readonly version: string | null;
      readonly endOfLife: string | boolean | null;
      /** `ID_LIKE`, in order */
      readonly like?: readonly string[];
      /** null: not known */
      readonly pastEndOfLife: boolean | null;
      /** the first release after it that is still supported; absent: not known */
      readonly next?: { readonly version: string; readonly endOfLife: string | boolean };
    } | null;
  };
  readonly stage: 'pipeline' | 'registry' | 'admission' | 'runtime';
  /** `YYYY-MM-DD` */
  readonly evaluatedAt: string;
  /** when the image was looked into; absent: on that day */
  readonly scannedAt?: string;
  /** shards that were looked into, by name: when each was confirmed, and of which day its data are */
  readonly feeds?: readonly { readonly name: string; readonly confirmed: string; readonly data: string | null }[];
  readonly inventory: Inventory;
  /** whether a daemon looked into the files */
  readonly malwareScanned?: boolean;
  /** of matching: vulnerability, malware, end-of-life */
  readonly findings: readonly Finding[];
  readonly incomplete: readonly Incomplete[];
  /** shard names */
  readonly stale: readonly string[];
  readonly missing: readonly string[];
}

/** What evaluating gives: the verdict, and all findings with what suppressed them, with those that rules made of facts. */
export interface Evaluation {
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
}
