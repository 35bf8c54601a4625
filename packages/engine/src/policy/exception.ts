import type { FindingKind, FixState } from '../matching/types.ts';
import type { ExceptionCategory } from './types.ts';

/** Waives findings until a date, or until there is a fix. What is null is not looked at. */
export interface Exception {
  /** of the vulnerability (any of its names), rule, kind of secret or `DISTRO-VERSION`; `*` and `?` are wildcards */
  readonly id: string;
  readonly kinds: readonly FindingKind[] | null;
  /** glob over the package's name, or over its purl when it begins with `pkg:`; see `isPackage` */
  readonly package: string | null;
  /** purl type */
  readonly type: string | null;
  /** glob over the package's version, as the ecosystem writes it */
  readonly version: string | null;
  /** pattern of the absolute path of the file that a finding is about; see `matchesPath` */
  readonly path: string | null;
  /** patterns of the image's reference, one of which must match; null: any image */
  readonly images: readonly string[] | null;
  /** patterns of images that it does not hold for, though `images` says so */
  readonly notImages: readonly string[];
  readonly fix: readonly FixState[] | null;
  readonly category: ExceptionCategory | null;
  readonly reason: string | null;
  readonly owner: string | null;
  readonly approver: string | null;
  readonly ticket: string | null;
  /** the last day on which it excuses, `YYYY-MM-DD` */
  readonly expires: string | null;
  /** it excuses only as long as there is no fix */
  readonly untilFixed: boolean;
  /** `exceptions.yaml#2`, counted from 1; of other tools' files `.trivyignore:7`, a line */
  readonly source: string;
  /** false: a rule of another tool that cannot be taken without excusing more than it says, so that it excuses nothing */
  readonly honoured: boolean;
  /** what of another tool's rule is not taken as it is written, in words */
  readonly notes: readonly string[];
}

export interface ExceptionFile {
  readonly source: string;
  /** name of the format, one of `foreignFormats`; null: our own */
  readonly format: string | null;
  readonly exceptions: readonly Exception[];
}

/** An exception of which nothing but its id and place is known. */
export function bareException(id: string, source: string): Exception {
  return {
    id,
    kinds: null,
    package: null,
    type: null,
    version: null,
    path: null,
    images: null,
    notImages: [],
    fix: null,
    category: null,
    reason: null,
    owner: null,
    approver: null,
    ticket: null,
    expires: null,
    untilFixed: false,
    source,
    honoured: true,
    notes: [],
  };
}

export function isWild(pattern: string): boolean {
  return /[*?]/.test(pattern);
}
