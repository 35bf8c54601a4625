/** The contract of the report room: a format turns one scan result into text, and looks at nothing else. */
import type { Severity } from '../advisories/types.ts';
import type { FindingKind } from '../matching/types.ts';
import type { InventoryResult, PlatformResults, ScanResult } from '../result/types.ts';

/** What is listed. Filters act on what people read, never on JSON or SBOMs, and never on what broke the gate. */
export interface ShowOptions {
  /** lowest severity that is listed */
  readonly severity?: Severity;
  /** hides findings that could have a fix and have none */
  readonly onlyFixed: boolean;
  /** hides what is not known to be exploited or to have a public exploit */
  readonly exploitable?: boolean;
  readonly kinds?: readonly FindingKind[];
}

export interface ReportOptions {
  /** width of the terminal in cells; fewer than 40 are taken as 40 */
  readonly columns: number;
  readonly color: boolean;
  /** false: the text is plain ASCII */
  readonly unicode: boolean;
  readonly show: ShowOptions;
  /** other formats of the same result follow: what they have in common may be kept for them */
  readonly together?: boolean;
}

/** One report format: one file, its test, and one line in formats.ts. The same input gives the same bytes. */
export interface ReportFormat {
  /** as in `--format NAME` */
  readonly name: string;
  /** of the file, without the dot */
  readonly extension: string;
  readonly mediaType: string;
  /** the whole text, ending with a newline, in pieces where it may be long; bytes where it is no text */
  render(result: ScanResult, options: ReportOptions): string | Iterable<string | Uint8Array>;
  /** Several platforms in one text; a format without it is written once a platform. */
  renderAll?(results: PlatformResults<ScanResult>, options: ReportOptions): string | Iterable<string>;
}

/** A format that needs no judgement, so that `sbom` can write it as well as `scan`. */
export interface InventoryFormat extends Pick<ReportFormat, 'name' | 'extension' | 'mediaType'> {
  /** it carries what a judgement asks for beside the packages: whoever reads it may judge */
  readonly isJudgedLater?: true;
  render(result: InventoryResult, options?: Pick<ReportOptions, 'together'>): Iterable<string>;
  renderAll?(results: PlatformResults<InventoryResult>): Iterable<string>;
}
