import { maxRangeLength, type RangeGrammar, type VersionScheme } from './scheme.ts';

/** What Maven and NuGet write as `[1.0,2.0)`; a bound that is undefined is open. */
export interface Interval {
  readonly lower: string | undefined;
  readonly upper: string | undefined;
  readonly includesLower: boolean;
  readonly includesUpper: boolean;
}

/**
 * Intervals joined by commas: `[1.0,2.0)`, `(,1.0]`, `[1.0]` (that version alone), `[1,2),[3,)`.
 * @returns in the order of the text; undefined: not that notation; bounds are not looked at
 */
export function parseIntervals(text: string): readonly Interval[] | undefined {
  if (text.length > maxRangeLength) return undefined;
  const intervals: Interval[] = [];
  let rest = text.trim();
  for (;;) {
    const [whole, open, inside = '', close] = /^([[(])([^[\]()]*)([\])])\s*/.exec(rest) ?? [];
    if (whole === undefined) return undefined;
    const interval = parseInterval(inside, open === '[', close === ']');
    if (interval === undefined) return undefined;
    intervals.push(interval);
    if (whole.length === rest.length) return intervals;
    if (rest[whole.length] !== ',') return undefined;
    rest = rest.slice(whole.length + 1).trimStart();
  }
}

function parseInterval(inside: string, includesLower: boolean, includesUpper: boolean): Interval | undefined {
  const [lower = '', upper, ...more] = inside.split(',').map((bound) => bound.trim());
  if (more.length > 0) return undefined;
  if (upper === undefined) {
    return lower !== '' && includesLower && includesUpper
      ? { lower, upper: lower, includesLower, includesUpper }
      : undefined;
  }
  return { lower: lower || undefined, upper: upper || undefined, includesLower, includesUpper };
}

/** The range grammar of a scheme that writes intervals. */
export function intervalRanges<V>(
  scheme: Pick<VersionScheme<V>, 'parse' | 'compare'>,
  toIntervals: (text: string) => readonly Interval[] | undefined,
): RangeGrammar<V> {
  return {
    parse(text) {
      const intervals = toIntervals(text);
      if (intervals === undefined) return undefined;
      const bounds: { lower: V | undefined; upper: V | undefined; interval: Interval }[] = [];
      for (const interval of intervals) {
        const lower = interval.lower === undefined ? undefined : scheme.parse(interval.lower);
        const upper = interval.upper === undefined ? undefined : scheme.parse(interval.upper);
        if (
          (interval.lower !== undefined && lower === undefined) ||
          (interval.upper !== undefined && upper === undefined)
        )
          return undefined;
        if (lower !== undefined && upper !== undefined && scheme.compare(lower, upper) > 0) return undefined;
        bounds.push({ lower, upper, interval });
      }
      return (version) =>
        bounds.some(({ lower, upper, interval }) => {
          const fromLower = lower === undefined ? 1 : scheme.compare(version, lower);
          const fromUpper = upper === undefined ? -1 : scheme.compare(version, upper);
          return (
            (fromLower > 0 || (fromLower === 0 && interval.includesLower)) &&
            (fromUpper < 0 || (fromUpper === 0 && interval.includesUpper))
          );
        });
    },
  };
}
