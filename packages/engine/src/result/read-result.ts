/** Reads a stored result back, for commands that render or compare what an earlier scan found. */

import { findingSchema } from './finding-schema.ts';
import { quickCheck } from './quick-check.ts';
import { scanResultSchema } from './schema.ts';
import type { PlatformResults, ScanResult } from './types.ts';

export type ResultErrorCode = 'NOT_JSON' | 'CUT' | 'NOT_A_RESULT' | 'OTHER_VERSION' | 'DAMAGED';

/** A file that is no result which this version can read; the message follows the name of the file, says what it is and what to do. */
export class ResultError extends Error {
  override readonly name = 'ResultError';
  readonly code: ResultErrorCode;
  constructor(code: ResultErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface StoredResults {
  /** one, or one a platform */
  readonly results: readonly ScanResult[];
  /** there where the file holds the results of an image index (`--platform all`) */
  readonly all: PlatformResults<ScanResult> | undefined;
}

const known = '1';

/**
 * @param text a whole file, as `scan --format json` wrote it
 * @throws ResultError
 */
export function readResults(text: string): StoredResults {
  const value = parsed(text.replace(/^\ufeff/, ''));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notAResult('it holds no object');
  checkKind(value as Readonly<Record<string, unknown>>);
  if (!('results' in value)) return { results: [checked(value)], all: undefined };
  const { results, differences } = value as { results: unknown; differences?: unknown };
  if (!Array.isArray(results) || results.length === 0 || typeof differences !== 'object') {
    throw notAResult('it holds no results');
  }
  const all = { ...value, results: results.map((each: unknown) => checked(each)) };
  return { results: all.results, all: all as unknown as PlatformResults<ScanResult> };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (text.trim() === '') throw new ResultError('CUT', 'is empty; was the scan interrupted?');
    const begins = /^\s*\{\s*"schemaVersion"/.test(text);
    const ends = text.trimEnd().endsWith('}');
    if (begins && !ends) throw new ResultError('CUT', 'ends in the middle of a result; scan the image again');
    const [reason] = (error as SyntaxError).message.split('\n');
    throw new ResultError('NOT_JSON', `is no JSON (${printable(reason ?? '')}); give what scan --format json wrote`);
  }
}

function checkKind(value: Readonly<Record<string, unknown>>): void {
  if ('bomFormat' in value || 'spdxVersion' in value) {
    throw notAResult('it is an SBOM; plimsoll scan sbom:FILE judges it');
  }
  if ('$schema' in value && 'runs' in value) throw notAResult('it is SARIF, a report that was made of a result');
  const { schemaVersion } = value;
  if (schemaVersion === undefined) throw notAResult('it has no schemaVersion');
  if (typeof schemaVersion === 'number' && 'shards' in value) throw notAResult('it is a catalog of advisories');
  if (typeof schemaVersion !== 'string') throw notAResult('its schemaVersion is no text');
  if (schemaVersion !== known) {
    const is = printable(JSON.stringify(schemaVersion));
    throw new ResultError(
      'OTHER_VERSION',
      `is a result of schema version ${is}, and this plimsoll reads "${known}"; use the version that wrote it, or a newer one`,
    );
  }
  if (!('findings' in value) && !('results' in value)) {
    const isInventory = Array.isArray(value.packages) && 'image' in value;
    if (isInventory && !('verdict' in value))
      throw notAResult('it is an inventory without findings; plimsoll scan judges an image');
    throw new ResultError('CUT', 'is a result that was cut off or damaged: it has no findings; scan the image again');
  }
}

/** The value itself, with what it has beyond the schema: a later version may have added something that reports pass on. */
function checked(value: unknown): ScanResult {
  const { success, error } = scanResultSchema.safeParse(value);
  if (success) return value as ScanResult;
  const [issue] = error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  throw new ResultError(
    'DAMAGED',
    `is no whole result: ${printable(place)}: ${printable(issue?.message ?? '')}${more}`,
  );
}

/** What `readResults` would take; what it would say of another is not known. */
export function isWholeResult(value: unknown): value is ScanResult {
  return scanResultSchema.safeParse(value).success && !('results' in (value as object));
}

const isFinding = quickCheck(findingSchema);

export function areFindings(value: unknown): value is ScanResult['findings'] {
  return Array.isArray(value) && value.every(isFinding);
}

function notAResult(why: string): ResultError {
  return new ResultError('NOT_A_RESULT', `is no result of scan --format json: ${why}`);
}

/** A file that is not ours may hold anything. */
function printable(text: string): string {
  return text.slice(0, 200).replace(/[^\x20-\x7e]/g, '?');
}
