/** JSON as reports write it: keys in a fixed order, nothing in it that acts on a terminal. */
import type { KeyOrder } from '../result/key-order.ts';

/** What JSON leaves as it is, but would act on a terminal that shows it: DEL, C1, bidi and other invisible characters. */
const invisible = /[\x7f-\x9f\u2065\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The same JSON, with invisible characters as `\u202e`. */
export function escapeInvisible(json: string): string {
  // Nearly all of a result is ASCII, which its count of bytes tells in a sixth of the time that looking at each character takes.
  if (Buffer.byteLength(json) === json.length && !json.includes('\x7f')) return json;
  return json.replace(invisible, (char) =>
    Array.from(
      { length: char.length },
      (_, index) => `\\u${char.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/**
 * The same value with its keys in the order of `order`, further keys behind them by code unit. What is in that order already
 * is not copied.
 *
 * @param depth how many levels of it
 */
export function ordered(value: unknown, order: KeyOrder | null, depth = Number.POSITIVE_INFINITY): unknown {
  if (depth === 0 || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return orderedList(value, order, depth);
  const fields = value as Readonly<Record<string, unknown>>;
  const places = order === null ? noPlaces : placesOf(order);
  const keys = Object.keys(fields);
  let same = true;
  for (let at = 1; at < keys.length && same; at += 1) same = isBefore(keys[at - 1]!, keys[at]!, places);
  if (!same) keys.sort((a, b) => (isBefore(a, b, places) ? -1 : 1));
  const values = keys.map((key) => ordered(fields[key], places.has(key) ? order![key]! : null, depth - 1));
  if (same && keys.every((key, at) => values[at] === fields[key])) return value;
  // Without a prototype `__proto__`, which may be the name of a label, is a key like any other; with one it is quicker.
  const sorted: Record<string, unknown> = Object.hasOwn(fields, '__proto__') ? Object.create(null) : {};
  for (let at = 0; at < keys.length; at += 1) sorted[keys[at]!] = values[at];
  return sorted;
}

function orderedList(list: readonly unknown[], order: KeyOrder | null, depth: number): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let at = 0; at < list.length; at += 1) {
    const item = ordered(list[at], order, depth);
    if (item !== list[at]) copy ??= [...list];
    if (copy !== undefined) copy[at] = item;
  }
  return copy ?? list;
}

/** Two keys of one object are never the same. */
function isBefore(a: string, b: string, places: ReadonlyMap<string, number>): boolean {
  const [placeA, placeB] = [places.get(a), places.get(b)];
  if (placeA === undefined) return placeB === undefined && a < b;
  return placeB === undefined || placeA < placeB;
}

const noPlaces: ReadonlyMap<string, number> = new Map();
const known = new WeakMap<KeyOrder, ReadonlyMap<string, number>>();

function placesOf(order: KeyOrder): ReadonlyMap<string, number> {
  const places = known.get(order) ?? new Map(Object.keys(order).map((key, at) => [key, at]));
  known.set(order, places);
  return places;
}
