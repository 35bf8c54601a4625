import { isDate } from '../days.ts';
import { bareException, type Exception, isWild } from '../exception.ts';

/** An exception for a vulnerability that another tool names as it is: its text holds no wildcards. */
export function vulnerabilityEntry(id: string, source: string, more: Partial<Exception> = {}): Exception {
  const entry = { ...bareException(id, source), kinds: ['vulnerability' as const], ...more };
  return isWild(id) ? notHonoured(entry, `"${id}" holds * or ?, which the tool takes as it is and no id holds`) : entry;
}

export function notHonoured(entry: Exception, why: string): Exception {
  return { ...entry, honoured: false, notes: [...entry.notes, `not honoured: ${why}`] };
}

const millisecondsPerDay = 86_400_000;
const instant = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:?\d{2})?)?$/;

/**
 * The last day all of which lies before a point in time, at which other tools end an exception. A date is its beginning in
 * UTC. Null for what is neither; a time without a zone is one of UTC.
 */
export function lastWholeDay(text: string): string | null {
  if (!instant.test(text) || !isDate(text.slice(0, 10))) return null;
  const zoned = /(?:[Zz]|[+-]\d{2}:?\d{2})$/.test(text) || text.length === 10;
  const time = Date.parse(zoned ? text.replace(' ', 'T') : `${text.replace(' ', 'T')}Z`);
  return Number.isNaN(time) ? null : lastWholeDayBefore(time);
}

/** @param time milliseconds since 1970; the last second of a day counts as all of it */
export function lastWholeDayBefore(time: number): string | null {
  const day = new Date(time + 1000 - millisecondsPerDay);
  return Number.isNaN(day.getTime()) || Math.abs(time) > 8e14 ? null : day.toISOString().slice(0, 10);
}

/** A path pattern of shells as ours; null where it holds sets or alternatives, which ours have not. */
export function pathPattern(pattern: string): string | null {
  return /[[\]{}\\!]/.test(pattern) ? null : `glob:${pattern}`;
}
