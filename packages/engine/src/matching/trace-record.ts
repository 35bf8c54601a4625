import type { AdvisoryRecord, VersionRange } from '../advisories/types.ts';
import { inRange } from '../versions/in-range.ts';
import type { Ordering } from '../versions/scheme.ts';
import type { Installed } from './judge-record.ts';

/** One bound of a range, as it was compared. */
export interface TracedBound {
  /** `1.1.1n-0+deb11u3 < 1.1.1n-0+deb11u4` */
  readonly text: string;
  /** null: the bound is no version of the scheme */
  readonly holds: boolean | null;
  /** which part decided, where the scheme can tell */
  readonly because: string | null;
}

export interface TracedRange {
  /** `[1.0, 2.0)`: `[` and `]` stand beside a bound that is in it; `every version` */
  readonly range: string;
  /** null: not decided */
  readonly inside: boolean | null;
  readonly bounds: readonly TracedBound[];
}

export interface RecordTrace {
  /** those that hold the version first, else in the record's order; at most `maxTracedRanges` */
  readonly ranges: readonly TracedRange[];
  readonly moreRanges: number;
  /** fixed versions that the installed one has reached, the first few */
  readonly reachedFixes: readonly string[];
  /** how many versions the record lists one by one */
  readonly listed: number;
}

const maxTracedRanges = 8;

/** Every comparison that judging this record takes, in words. Says nothing else than `judgeRecord` decides. */
export function traceRecord(record: AdvisoryRecord, installed: Installed): RecordTrace {
  const { scheme, parsed } = installed;
  const comparable = record.scheme === scheme.name;
  const inside = (range: VersionRange): boolean | null => {
    const answer = comparable ? inRange(scheme, parsed, range) : { invalid: record.scheme };
    return typeof answer === 'boolean' ? answer : null;
  };
  const judged = record.ranges.map((range) => ({ range, inside: inside(range) }));
  const chosen = [...judged.filter((each) => each.inside === true), ...judged.filter((each) => each.inside !== true)];
  return {
    ranges: chosen.slice(0, maxTracedRanges).map(({ range, inside: answer }) => ({
      range: rangeText(range),
      inside: answer,
      bounds: comparable ? boundsOf(range, installed) : [],
    })),
    reachedFixes: [...new Set(judged.flatMap((each) => (comparable ? reachedFix(each.range, installed) : [])))].slice(
      0,
      maxTracedRanges,
    ),
    moreRanges: Math.max(0, judged.length - maxTracedRanges),
    listed: record.versions.length,
  };
}

function rangeText({ introduced, fixed, lastAffected }: VersionRange): string {
  if ((introduced === null || introduced === '0') && fixed === null && lastAffected === null) return 'every version';
  const from = introduced === null || introduced === '0' ? '(' : `[${introduced}`;
  if (fixed !== null) return `${from}, ${fixed})`;
  return lastAffected === null ? `${from}, )` : `${from}, ${lastAffected}]`;
}

function reachedFix({ fixed }: VersionRange, { scheme, parsed }: Installed): string[] {
  const other = fixed === null ? undefined : scheme.parse(fixed);
  if (fixed === null || other === undefined) return [];
  return (scheme.compareWithBound?.(parsed, other) ?? scheme.compare(parsed, other)) >= 0 ? [fixed] : [];
}

function boundsOf({ introduced, fixed, lastAffected }: VersionRange, installed: Installed): TracedBound[] {
  const bounds: TracedBound[] = [];
  if (introduced !== null && introduced !== '0')
    bounds.push(bound(installed, '>=', introduced, (ordering) => ordering >= 0));
  if (fixed !== null) bounds.push(bound(installed, '<', fixed, (ordering) => ordering < 0));
  if (lastAffected !== null) bounds.push(bound(installed, '<=', lastAffected, (ordering) => ordering <= 0));
  return bounds;
}

function bound(
  { scheme, parsed, text: version }: Installed,
  sign: string,
  given: string,
  test: (ordering: Ordering) => boolean,
): TracedBound {
  const text = `${version} ${sign} ${given}`;
  const other = scheme.parse(given);
  if (other === undefined)
    return { text, holds: null, because: `${given} is no version as ${scheme.name} writes them` };
  const plain = scheme.compare(parsed, other);
  const ordering = scheme.compareWithBound?.(parsed, other) ?? plain;
  const equal = given === version ? 'they are the same' : 'they are equal, though written differently';
  const because = ordering !== plain ? 'the bound leaves out what follows' : ordering === 0 ? equal : null;
  return { text, holds: test(ordering), because: because ?? scheme.explain?.(parsed, other) ?? null };
}
