import { compareNumerals, type Numeral, numeral, orderingSign } from './numeral.ts';
import { maxVersionLength, type Ordering, type VersionScheme } from './scheme.ts';

/** A version that is nothing but numbers. */
export type NumberList = readonly Numeral[];

/**
 * A scheme whose versions are numbers, compared one by one; what is longer comes after what it begins with (1.0 < 1.0.0).
 * @param separators the characters that may stand between two numbers, one each time
 */
export function numberListScheme(name: string, separators: string): VersionScheme<NumberList> {
  const pattern = new RegExp(`^[0-9]+(?:[${separators}][0-9]+)*$`);
  return {
    name,
    parse(text) {
      if (text.length > maxVersionLength) return undefined;
      const trimmed = text.trim();
      return pattern.test(trimmed) ? trimmed.split(/[^0-9]/).map(numeral) : undefined;
    },
    compare: compareNumberLists,
    explain: explainNumberLists,
  };
}

function compareNumberLists(a: NumberList, b: NumberList): Ordering {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a[at]!;
    const right = b[at]!;
    if (left < right) return -1;
    if (left > right) return 1;
  }
  return compareNumerals(a.length, b.length);
}

function explainNumberLists(a: NumberList, b: NumberList): string {
  const sign = orderingSign(compareNumberLists(a, b));
  if (sign === '=') return 'equal';
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && compareNumerals(a[at]!, b[at]!) === 0) at++;
  return `number ${at + 1}: ${a[at] ?? 'none'} ${sign} ${b[at] ?? 'none'}`;
}
