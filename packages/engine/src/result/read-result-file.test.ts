import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { json } from '../report/json.ts';
import { largeResult, sampleResult } from '../report/testing/sample-result.ts';
import { platformResults } from './platform-results.ts';
import { ResultError, readResults } from './read-result.ts';
import { readResultFile } from './read-result-file.ts';
import type { InventoryResult } from './types.ts';

function written(result: InventoryResult): string {
  return [...json.render(result)].join('');
}

/** In chunks that share their memory, as those of a file do. */
function* chunks(text: string, size: number): Generator<Uint8Array> {
  const bytes = Buffer.from(text);
  const chunk = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) yield chunk.subarray(0, bytes.copy(chunk, 0, at, at + size));
}

function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof ResultError) return [error.code, error.message];
    throw error;
  }
}

const good = written(sampleResult());

describe('a stored result in a file', () => {
  it('is read in parts, once', () => {
    const result = largeResult(300);
    const text = written(result);
    let opened = 0;
    const read = readResultFile(() => {
      opened++;
      return chunks(text, 4096);
    });
    expect(opened).toBe(1);
    expect(written(read.results[0]!)).toBe(text);
  });

  it('is what it is as a whole, wherever its chunks end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 7, max: good.length }), (size) => {
        expect(readResultFile(() => chunks(good, size))).toEqual(readResults(good));
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ['laid out otherwise', JSON.stringify(JSON.parse(good))],
    ['with a byte order mark', `\ufeff${good}`],
    ['with Windows line ends', good.replaceAll('\n', '\r\n')],
    [
      'of all platforms',
      [...(json.renderAll?.(platformResults('app', [sampleResult(), sampleResult()])) ?? [])].join(''),
    ],
    ['without findings', written({ ...sampleResult(), findings: [] } as InventoryResult)],
    ['with its list twice', good.replace('\n  "findings": [\n', '\n  "findings": [\n  ],\n  "findings": [\n')],
  ])('may be %s', (_, text) => {
    expect(readResultFile(() => chunks(text, 1000))).toEqual(readResults(text));
  });

  it('is refused with the words for the whole, whatever was cut or changed', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.string({ maxLength: 3 }), fc.nat(40), (at, put, cut) => {
        const text = good.slice(0, at) + put + good.slice(at + cut);
        expect(outcome(() => readResultFile(() => chunks(text, 5000)))).toEqual(outcome(() => readResults(text)));
      }),
      { numRuns: 60 },
    );
  });
});
