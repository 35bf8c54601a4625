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

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days since 1970; NaN where there is no such day. By arithmetic: every finding has several dates, and `Date` parses slowly. */
function dayNumber(date: string): number {
  if (date.length > 10 && date[10] !== 'T') return Number.NaN;
  const [year, month, day] = [digits(date, 0, 4), digits(date, 5, 7), digits(date, 8, 10)];
  if (date[4] !== '-' || date[7] !== '-' || !(month >= 1 && month <= 12)) return Number.NaN;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = month === 2 && leap ? 29 : monthDays[month - 1]!;
  if (!(day >= 1 && day <= last)) return Number.NaN;
  // years from March on, so that the leap day is the last: https://howardhinnant.github.io/date_algorithms.html
  const shifted = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return shifted * 365 + leapDays + dayOfYear - 719_468;
}

/** NaN where one of the characters is no digit. */
function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}
