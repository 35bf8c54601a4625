/** What a result cannot speak about, a line each, so that no format looks cleaner than the scan was. */
import type { ScanResult } from '../result/types.ts';
import { line } from './finding-text.ts';

/** More of one code are summed up. */
const maxPerCode = 50;

export interface UnseenLine {
  readonly code: string;
  readonly words: string;
}

export function unseenLines({ incomplete, inputs }: ScanResult): readonly UnseenLine[] {
  return [
    ...inputs.missing.map((shard) => entry('advisories-missing', `the advisories ${shard} are missing`)),
    ...inputs.stale.map((shard) => entry('advisories-stale', `the advisories ${shard} are out of date`)),
    ...[...Map.groupBy(incomplete, ({ code }) => code)].flatMap(([code, entries]) => [
      ...entries
        .slice(0, maxPerCode)
        .map(({ path, message }) => entry(code, `${code}: ${path === undefined ? '' : `${path}: `}${message}`)),
      ...(entries.length > maxPerCode ? [entry(code, `${code}: and ${entries.length - maxPerCode} more`)] : []),
    ]),
  ];
}

function entry(code: string, words: string): UnseenLine {
  return { code, words: line(words) };
}
