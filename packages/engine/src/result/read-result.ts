import { scanResultSchema } from './schema.ts';
import type { ScanResult } from './types.ts';

/** Larger texts are no results (UTF-16 code units). */
const maxResultChars = 512 * 1024 * 1024;

/**
 * Reads a result back that `scan --format json` wrote. Properties of a later version are left as they are.
 *
 * @returns why it is none, in words that follow "FILE", where it is none
 */
export function readResult(text: string): ScanResult | { readonly problem: string } {
  if (text.length > maxResultChars) return { problem: 'is too large for a result' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'is no JSON: say a result that `scan --format json` wrote' };
  }
  if (isObject(value) && Array.isArray(value.results))
    return { problem: 'holds several platforms: scan with --platform OS/ARCH for a result of one' };
  if (isObject(value) && 'packages' in value && !('findings' in value))
    return { problem: 'is an inventory without findings: say a result that `scan --format json` wrote' };
  const parsed = scanResultSchema.safeParse(value);
  if (parsed.success) return value as ScanResult;
  const [issue] = parsed.error.issues;
  const where = (issue?.path ?? []).join('.').slice(0, 100) || 'its top level';
  return { problem: `is no result of scan: ${where} is not what it should be` };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
