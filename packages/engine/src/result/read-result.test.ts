import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { json } from '../report/json.ts';
import { sampleResult } from '../report/testing/sample-result.ts';
import { platformResults } from './platform-results.ts';
import { ResultError, readResults } from './read-result.ts';
import type { InventoryResult, ScanResult } from './types.ts';

function written(result: InventoryResult): string {
  return [...json.render(result)].join('');
}

function failure(text: string): ResultError {
  try {
    readResults(text);
  } catch (error) {
    if (error instanceof ResultError) return error;
    throw error;
  }
  throw new Error('was read');
}

const good = written(sampleResult());

function changed(change: (result: Record<string, unknown>) => void): string {
  const result = JSON.parse(good) as Record<string, unknown>;
  change(result);
  return JSON.stringify(result);
}

describe('a stored result', () => {
  it('is read back as it was', () => {
    expect(readResults(good)).toEqual({ results: [sampleResult()], all: undefined });
    expect(readResults(`\ufeff${good}`).results).toHaveLength(1);
  });

  it('may be of all platforms of an image', () => {
    const all = platformResults('app', [sampleResult(), sampleResult()]);
    const text = [...(json.renderAll?.(all) ?? [])].join('');
    expect(readResults(text)).toEqual({ results: all.results, all });
  });

  it('keeps what a later version adds', () => {
    const [result] = readResults(
      changed((each) => {
        each.later = { x: 1 };
      }),
    ).results;
    expect((result as ScanResult & { later: unknown }).later).toEqual({ x: 1 });
  });

  it.each([
    ['', 'CUT', 'is empty'],
    [good.slice(0, good.length / 2), 'CUT', 'ends in the middle of a result'],
    ['<html>\u001b[31m', 'NOT_JSON', 'is no JSON ('],
    ['[]', 'NOT_A_RESULT', 'it holds no object'],
    ['null', 'NOT_A_RESULT', 'it holds no object'],
    ['{}', 'NOT_A_RESULT', 'it has no schemaVersion'],
    ['{"schemaVersion":1,"shards":[]}', 'NOT_A_RESULT', 'it is a catalog of advisories'],
    ['{"bomFormat":"CycloneDX"}', 'NOT_A_RESULT', 'it is an SBOM'],
    ['{"schemaVersion":"1","findings":[]}', 'DAMAGED', 'is no whole result: image: '],
    ['{"schemaVersion":"1","results":[],"differences":{}}', 'NOT_A_RESULT', 'it holds no results'],
    ['{"schemaVersion":"1","results":[1],"differences":{}}', 'DAMAGED', 'no whole result'],
    ['{"schemaVersion":"1"}', 'CUT', 'was cut off or damaged: it has no findings'],
    [changed((each) => delete each.findings), 'CUT', 'was cut off or damaged: it has no findings'],
    [
      changed((each) => {
        delete each.findings;
        delete each.verdict;
      }),
      'NOT_A_RESULT',
      'an inventory without findings',
    ],
    [
      changed((each) => {
        each.schemaVersion = '2';
      }),
      'OTHER_VERSION',
      'schema version "2", and this plimsoll reads "1"',
    ],
  ])('is refused with one clear message: %#', (text, code, message) => {
    const error = failure(text);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.message).toMatch(/^[\x20-\x7e]+$/);
  });

  it('is read or refused, whatever was cut or changed', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.string({ maxLength: 3 }), fc.nat(40), (at, put, cut) => {
        try {
          readResults(good.slice(0, at) + put + good.slice(at + cut));
        } catch (error) {
          expect(error).toBeInstanceOf(ResultError);
        }
      }),
      { numRuns: 150 },
    );
  });
});
