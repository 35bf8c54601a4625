/** Amounts of bytes as people say them: decimal units, one digit behind the point from kilobytes on. */

const units = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `812 B`, `31.4 MB`. The point is a point everywhere: reports know no locale. */
export function byteWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let amount = bytes;
  let unit = -1;
  // 999.95 would be shown as 1000.0 of the unit below.
  while (unit < units.length - 1 && (unit < 0 || amount >= 999.95)) {
    amount /= 1000;
    unit++;
  }
  return `${amount.toFixed(1)} ${units[unit]}`;
}
