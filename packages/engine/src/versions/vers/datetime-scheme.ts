import { compareNumerals, compareText } from '../numeral.ts';
import type { Ordering, VersionScheme } from '../scheme.ts';

/** A point in time; equal times in different zones are the same version. */
export interface DatetimeVersion {
  readonly text: string;
  /** minutes since 1970, UTC */
  readonly minutes: number;
  readonly second: number;
  /** digits behind the second's point, without zeros at the end */
  readonly fraction: string;
}

const pattern =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,100}))?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))$/;

/** @see https://www.rfc-editor.org/rfc/rfc3339#section-5.6 */
function parseDatetime(text: string): DatetimeVersion | undefined {
  if (text.length > 200) return undefined;
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const offset = Number(found[9] ?? 0) * 60 + Number(found[10] ?? 0);
  if (hour > 23 || minute > 59 || second > 60 || Number(found[9] ?? 0) > 23 || Number(found[10] ?? 0) > 59)
    return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const local = date.getTime() / 60_000 + hour * 60 + minute;
  return {
    text,
    minutes: found[8] === '-' ? local + offset : local - offset,
    second,
    fraction: (found[7] ?? '').replace(/0+$/, ''),
  };
}

function compareDatetimes(a: DatetimeVersion, b: DatetimeVersion): Ordering {
  return (
    compareNumerals(a.minutes, b.minutes) || compareNumerals(a.second, b.second) || compareText(a.fraction, b.fraction)
  );
}

export const datetimeScheme: VersionScheme<DatetimeVersion> = {
  name: 'datetime',
  parse: parseDatetime,
  compare: compareDatetimes,
  explain(a, b) {
    const ordering = compareDatetimes(a, b);
    return ordering === 0 ? 'equal' : `time: ${a.text} ${ordering < 0 ? '<' : '>'} ${b.text}`;
  },
};
