import { compareNumerals, compareText, type Numeral, numeral, orderingSign } from '../numeral.ts';
import { maxVersionLength, type Ordering } from '../scheme.ts';

/**
 * A version as `ComparableVersion` of Maven 3.8 reads it: numbers, qualifiers (their sort key) and lists. A hyphen, a change
 * between digits and letters, and letters behind a dot open a list in the list.
 */
export interface MavenVersion {
  readonly text: string;
  readonly items: readonly MavenItem[];
}

export type MavenItem = Numeral | string | readonly MavenItem[];

/** Qualifiers that mean something, in order; the empty one is the release itself. All others come behind, by name. */
const qualifiers = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];

const releaseKey = '5';

const aliases: ReadonlyMap<string, string> = new Map([
  ['ga', ''],
  ['final', ''],
  ['release', ''],
  ['cr', 'rc'],
]);

/** Right before a digit. */
const abbreviations: ReadonlyMap<string, string> = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
]);

/**
 * As in Maven, this is no order where a word stands between dots (`1.foo.1` > `1` > `1-rc` > `1.foo.1`): its answer for a pair
 * is kept, since that is what people see there.
 *
 * Blanks, brackets, commas and what else no published version has are refused: `${project.version}` is none.
 * @see https://maven.apache.org/pom.html#version-order-specification
 */
export function parseMavenVersion(text: string): MavenVersion | undefined {
  if (text.length > maxVersionLength) return undefined;
  const trimmed = text.trim();
  if (!/^[0-9A-Za-z._+~@#$-]+$/.test(trimmed)) return undefined;
  return { text: trimmed, items: readItems(trimmed.toLowerCase()) };
}

function readItems(text: string): readonly MavenItem[] {
  const root: MavenItem[] = [];
  const lists = [root];
  let list = root;
  const nest = () => {
    const inner: MavenItem[] = [];
    list.push(inner);
    lists.push(inner);
    list = inner;
  };
  let digits = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '.' || character === '-') {
      list.push(at === start ? 0 : readItem(text.slice(start, at), digits));
      start = at + 1;
      if (character === '-') nest();
    } else if (character >= '0' && character <= '9') {
      if (!digits && at > start) {
        if (list.length > 0) nest();
        const word = text.slice(start, at);
        list.push(qualifierKey(abbreviations.get(word) ?? word));
        start = at;
        nest();
      }
      digits = true;
    } else {
      if (digits && at > start) {
        list.push(numeral(text.slice(start, at)));
        start = at;
        nest();
      }
      digits = false;
    }
  }
  if (start < text.length) {
    if (!digits && list.length > 0) nest();
    list.push(readItem(text.slice(start), digits));
  }
  while (lists.length > 0) dropNulls(lists.pop()!);
  return root;
}

function readItem(text: string, digits: boolean): MavenItem {
  return digits ? numeral(text) : qualifierKey(text);
}

function qualifierKey(word: string): string {
  const known = aliases.get(word) ?? word;
  const index = qualifiers.indexOf(known);
  return index < 0 ? `${qualifiers.length}-${known}` : String(index);
}

/** Takes away what means nothing (0, the release, an empty list) at the end and before lists at the end. */
function dropNulls(list: MavenItem[]): void {
  for (let at = list.length - 1; at >= 0; at--) {
    const item = list[at]!;
    if (isNull(item)) list.splice(at, 1);
    else if (!Array.isArray(item)) return;
  }
}

function isNull(item: MavenItem): boolean {
  if (typeof item === 'string') return item === releaseKey;
  return typeof item === 'object' ? item.length === 0 : item <= 0;
}

export function compareMavenVersions(a: MavenVersion, b: MavenVersion): Ordering {
  return compareLists(a.items, b.items);
}

function compareLists(a: readonly MavenItem[], b: readonly MavenItem[]): Ordering {
  const length = Math.max(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a[at];
    const right = b[at];
    const ordering =
      left === undefined
        ? flip(compareWithNothing(right!))
        : right === undefined
          ? compareWithNothing(left)
          : compareItems(left, right);
    if (ordering !== 0) return ordering;
  }
  return 0;
}

/** Words come before lists, lists before numbers. */
function compareItems(a: MavenItem, b: MavenItem): Ordering {
  if (typeof a === 'object') return typeof b === 'object' ? compareLists(a, b) : typeof b === 'string' ? 1 : -1;
  if (typeof b === 'object') return typeof a === 'string' ? -1 : 1;
  if (typeof a === 'string') return typeof b === 'string' ? compareText(a, b) : -1;
  return typeof b === 'string' ? 1 : compareNumerals(a, b);
}

/** Where the other version ends: 0 and the release are equal to nothing, alpha to snapshot come before it, all else after. */
function compareWithNothing(item: MavenItem): Ordering {
  if (typeof item === 'string') return compareText(item, releaseKey);
  if (typeof item !== 'object') return item > 0 ? 1 : 0;
  for (const inner of item) {
    const ordering = compareWithNothing(inner);
    if (ordering !== 0) return ordering;
  }
  return 0;
}

function flip(ordering: Ordering): Ordering {
  return ordering === 0 ? 0 : ordering < 0 ? 1 : -1;
}

export function explainMavenVersions(a: MavenVersion, b: MavenVersion): string {
  const ordering = compareMavenVersions(a, b);
  return ordering === 0 ? 'equal' : explainLists(a.items, b.items, orderingSign(ordering));
}

function explainLists(a: readonly MavenItem[], b: readonly MavenItem[], sign: string): string {
  const length = Math.max(a.length, b.length);
  let at = 0;
  while (at < length && compareLists(a.slice(at, at + 1), b.slice(at, at + 1)) === 0) at++;
  const [left, right] = [a[at], b[at]];
  if (typeof left === 'object' && typeof right === 'object') return explainLists(left, right, sign);
  const name = typeof left === 'number' && typeof right === 'number' ? 'number' : 'part';
  return `${name}: ${words(left)} ${sign} ${words(right)}`;
}

function words(item: MavenItem | undefined): string {
  if (item === undefined) return 'none';
  if (typeof item === 'object') return `-${item.map(words).join('.').replaceAll('.-', '-')}`;
  if (typeof item !== 'string') return String(item);
  return item.startsWith(`${qualifiers.length}-`) ? item.slice(2) : qualifiers[Number(item)] || 'release';
}
