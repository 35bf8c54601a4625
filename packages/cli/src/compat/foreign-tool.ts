import type { ReportFormat, ScanResult } from '@plimsoll/engine';
import type { ToolLog } from './tool-log.ts';

/** One option of another tool, as it is written on that tool's command line. */
export interface ForeignOption {
  /** all of its spellings, the first is the one that messages use: `--whitelist`, `-w` */
  readonly names: readonly string[];
  /** what its value is called; absent: a switch, which may also be given `=true` or `=false` */
  readonly takes?: string;
  /** what it does here; the help and the guide are made of it */
  readonly here: string;
}

/** What a command line of another tool said. */
export interface GivenWords {
  /** values by the option's first name; a switch has `true` or `false` */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** what is no option, in order */
  readonly words: readonly string[];
}

/** A scan of ours that does what another tool was asked to do. */
export interface TranslatedScan {
  /** as `plimsoll scan` takes it */
  readonly reference: string;
  /** settings of `scan` by commander's names; neither variable nor settings file changes them */
  readonly fixed: Readonly<Record<string, unknown>>;
  /** the same, where variable or settings file may say otherwise */
  readonly usual: Readonly<Record<string, unknown>>;
  /** variables that the scan reads beside those that are there */
  readonly environment?: Readonly<Record<string, string>>;
  /** `NAME[=FILE]`, of our formats or of `formats` */
  readonly reports: readonly string[];
  /** formats that only this tool has */
  readonly formats?: readonly ReportFormat[];
  /** file that its log lines go to as well */
  readonly logFile?: string;
  /** what was given and has no meaning here, a line each; never with a value */
  readonly notes: readonly string[];
  /** says what the tool itself would have said; may change the exit code, but nothing to 0 */
  finish?(result: ScanResult, log: ToolLog): number | undefined;
}

/** A command of another tool that Plimsoll answers to: one file, its test, and one line in tools.ts. */
export interface ForeignTool {
  readonly name: string;
  /** what follows the name: `[OPTIONS] IMAGE` */
  readonly usage: string;
  readonly about: string;
  readonly options: readonly ForeignOption[];
  /** variables that it reads: name, what it does here */
  readonly variables: readonly (readonly [name: string, here: string])[];
  /** our exit code → its; a wrong command line of its own grammar is `usage` */
  readonly exits: Readonly<Record<1 | 2 | 3 | 4 | 5 | 'usage', number>>;
  /** other codes that it may end with, for the help and the guide */
  readonly otherExits?: readonly (readonly [code: number, meaning: string])[];
  /** a line of its log; without one `NAME: text` */
  logLine?(level: LogLevel, text: string): string;
  /** @throws UsageError for what cannot be meant */
  translate(given: GivenWords, env: NodeJS.ProcessEnv): Promise<TranslatedScan>;
}

export type LogLevel = 'INFO' | 'WARN' | 'ERRO' | 'CRIT';
