import type { Ordering } from './scheme.ts';

/** A whole number of any size: a plain number as long as that is exact, else a bigint. Compare with `<` and `>`, never with `===`. */
export type Numeral = number | bigint;

/** Every number of at most this many decimal digits is exact as a JavaScript number. */
const exactDigits = 15;

/** @param digits ASCII digits only, at least one; leading zeros do not matter */
export function numeral(digits: string): Numeral {
  return digits.length <= exactDigits ? Number(digits) : BigInt(digits);
}

export function compareNumerals(a: Numeral, b: Numeral): Ordering {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function increment(value: Numeral): Numeral {
  return typeof value === 'bigint' ? value + 1n : value + 1;
}

/** By UTF-16 code unit, which for the ASCII of versions is what every ecosystem's tool does. */
export function compareText(a: string, b: string): Ordering {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `<`, `=` or `>`: how orderings are written for people and in vector files. */
export function orderingSign(ordering: Ordering): '<' | '=' | '>' {
  return ordering < 0 ? '<' : ordering > 0 ? '>' : '=';
}
