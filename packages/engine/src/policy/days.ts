const millisecondsPerDay = 86_400_000;

/**
 * Whole days from one date to another, negative when `to` is earlier; NaN when either is no date. Both begin with
 * `YYYY-MM-DD`; a time of day after it is not looked at.
 */
export function daysBetween(from: string | null, to: string): number {
  return from === null ? Number.NaN : dayNumber(to) - dayNumber(from);
}

/** Whether a text is `YYYY-MM-DD` and that day exists. */
export function isDate(text: string): boolean {
  return text.length === 10 && !Number.isNaN(dayNumber(text));
}

function dayNumber(date: string): number {
  const day = /^(\d{4}-\d{2}-\d{2})(?:T|$)/.exec(date)?.[1];
  if (day === undefined) return Number.NaN;
  const time = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(day)) return Number.NaN;
  return time / millisecondsPerDay;
}
