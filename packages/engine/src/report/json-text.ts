/** JSON as reports write it: keys in a fixed order, nothing in it that acts on a terminal. */
import type { KeyOrder } from '../result/key-order.ts';

/** What JSON leaves as it is, but would act on a terminal that shows it: DEL, C1, bidi and other invisible characters. */
const invisible = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The same JSON, with invisible characters as `\u202e`. */
export function escapeInvisible(json: string): string {
  return json.replace(invisible, (char) =>
    Array.from(
      { length: char.length },
      (_, index) => `\\u${char.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** The same value with its keys in the order of `order`, further keys behind them by code unit. */
export function ordered(value: unknown, order: KeyOrder | null): unknown {
  if (Array.isArray(value)) return value.map((item) => ordered(item, order));
  if (value === null || typeof value !== 'object') return value;
  const fields = new Map<string, unknown>(Object.entries(value));
  const known = order === null ? [] : Object.keys(order);
  const rest = [...fields.keys()].filter((key) => order === null || !Object.hasOwn(order, key)).sort();
  return Object.fromEntries(
    [...known.filter((key) => fields.has(key)), ...rest].map((key) => [
      key,
      ordered(fields.get(key), order !== null && Object.hasOwn(order, key) ? order[key]! : null),
    ]),
  );
}
