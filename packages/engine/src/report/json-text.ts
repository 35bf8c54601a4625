/** JSON as reports write it: keys in a fixed order, nothing in it that acts on a terminal. */
import type { KeyOrder } from '../result/key-order.ts';

/** What JSON leaves as it is, but would act on a terminal that shows it: DEL, C1, bidi and other invisible characters. */
const invisible = /[\x7f-\x9f\u2065\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The same JSON, with invisible characters as `\u202e`. */
export function escapeInvisible(json: string): string {
  return json.replace(invisible, (char) =>
    Array.from(
      { length: char.length },
      (_, index) => `\\u${char.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/**
 * The same value with its keys in the order of `order`, further keys behind them by code unit.
 *
 * @param depth how many levels of it
 */
export function ordered(value: unknown, order: KeyOrder | null, depth = Number.POSITIVE_INFINITY): unknown {
  if (depth === 0) return value;
  if (Array.isArray(value)) return value.map((item) => ordered(item, order, depth));
  if (value === null || typeof value !== 'object') return value;
  const fields = value as Readonly<Record<string, unknown>>;
  // Without a prototype `__proto__`, which may be the name of a label, is a key like any other; with one it is quicker.
  const sorted: Record<string, unknown> = Object.hasOwn(fields, '__proto__') ? Object.create(null) : {};
  const names = order === null ? noNames : namesOf(order);
  for (const key of names.list)
    if (Object.hasOwn(fields, key)) sorted[key] = ordered(fields[key], order![key]!, depth - 1);
  const rest = Object.keys(fields).filter((key) => !names.set.has(key));
  for (const key of rest.sort()) sorted[key] = ordered(fields[key], null, depth - 1);
  return sorted;
}

interface Names {
  readonly list: readonly string[];
  readonly set: ReadonlySet<string>;
}

const noNames: Names = { list: [], set: new Set() };
const known = new WeakMap<KeyOrder, Names>();

function namesOf(order: KeyOrder): Names {
  const names = known.get(order) ?? { list: Object.keys(order), set: new Set(Object.keys(order)) };
  known.set(order, names);
  return names;
}
