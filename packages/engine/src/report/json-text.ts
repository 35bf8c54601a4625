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
 * A value as a report writes it, whose lines stand `indent` deep. Lists around it, which are cut off again, indent them:
 * cheaper than replacing each line end.
 */
export function valueText(value: unknown, order: KeyOrder | null, indent: string): string {
  let around = ordered(value, order);
  let end = 0;
  for (let depth = indent.length; depth > 0; depth -= 2) {
    around = [around];
    end += depth;
  }
  const levels = indent.length / 2;
  const text = JSON.stringify(around, null, 2);
  return escapeInvisible(text.slice(end + 2 * levels, text.length - (end - indent.length) - 2 * levels));
}

/** More levels than any value has, and no double, of which V8 would make an object for each level. */
const allLevels = 2 ** 30 - 1;

/**
 * The same value with its keys in the order of `order`, further keys behind them by code unit. What is in that order already,
 * as nearly all of a result is, is looked through and not copied.
 *
 * @param depth how many levels of it
 */
export function ordered(value: unknown, order: KeyOrder | null, depth = allLevels): unknown {
  if (depth === 0 || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return orderedList(value, order, depth);
  const fields = value as Readonly<Record<string, unknown>>;
  const { names, orders, places } = order === null ? noPlaces : placesOf(order);
  /** place of the next key, if it is one of the order */
  let next = 0;
  let lastOther: string | undefined;
  let inOrder = true;
  /** once one of them had to be copied */
  let items: unknown[] | undefined;
  let count = 0;
  for (const key in fields) {
    let place = next;
    while (place < names.length && names[place] !== key) place += 1;
    if (place < names.length) next = place + 1;
    else {
      place = places.get(key) ?? -1;
      if (place >= 0) inOrder = false;
      else {
        inOrder &&= lastOther === undefined || lastOther < key;
        lastOther = key;
        next = names.length;
      }
    }
    const field = fields[key];
    const item =
      typeof field === 'object' && field !== null
        ? ordered(field, place < 0 ? null : orders[place]!, depth - 1)
        : field;
    if (item !== field) items ??= Object.values(fields).slice(0, count);
    items?.push(item);
    count += 1;
  }
  if (inOrder && items === undefined) return value;
  return copied(fields, items ?? Object.values(fields), inOrder ? null : places);
}

/** @param places null: keys stand where they should */
function copied(
  fields: Readonly<Record<string, unknown>>,
  items: readonly unknown[],
  places: ReadonlyMap<string, number> | null,
): Readonly<Record<string, unknown>> {
  const keys = Object.keys(fields);
  const turns = keys.map((_, at) => at);
  if (places !== null) turns.sort((a, b) => (isBefore(keys[a]!, keys[b]!, places) ? -1 : 1));
  // Without a prototype `__proto__`, which may be the name of a label, is a key like any other; with one it is quicker.
  const sorted: Record<string, unknown> = Object.hasOwn(fields, '__proto__') ? Object.create(null) : {};
  for (const at of turns) sorted[keys[at]!] = items[at];
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
  const placeA = places.get(a);
  const placeB = places.get(b);
  if (placeA === undefined) return placeB === undefined && a < b;
  return placeB === undefined || placeA < placeB;
}

/** A level of an order, by place. */
interface Places {
  readonly names: readonly string[];
  readonly orders: readonly (KeyOrder | null)[];
  readonly places: ReadonlyMap<string, number>;
}

const noPlaces: Places = { names: [], orders: [], places: new Map() };
const known = new WeakMap<KeyOrder, Places>();

function placesOf(order: KeyOrder): Places {
  const found = known.get(order);
  if (found !== undefined) return found;
  const names = Object.keys(order);
  const made = { names, orders: Object.values(order), places: new Map(names.map((name, at) => [name, at])) };
  known.set(order, made);
  return made;
}
