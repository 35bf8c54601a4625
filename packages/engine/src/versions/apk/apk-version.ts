import { compareNumerals, compareText, type Numeral, numeral, orderingSign } from '../numeral.ts';
import { maxVersionLength, type Ordering } from '../scheme.ts';
import { type TokenType, tokenise } from './apk-tokens.ts';

export interface ApkVersion {
  readonly text: string;
  /** see `tokenise` */
  readonly keys: readonly Numeral[];
  /** commit hash (`~1234abcd`), empty where there is none */
  readonly hash: string;
  /** the number behind `-r` that follows a commit hash; else 0, since it is one of the keys */
  readonly hashRevision: Numeral;
}

/**
 * Any printable text: apk orders what it would refuse to build, up to the first character it does not understand, and both
 * installed databases and advisories hold such versions (`6.6.2p1`).
 *
 * The order is that of apk-tools 2, which ends at a commit hash (apk-tools 3); versions that are equal up to it are then
 * ordered by hash and revision as apk-tools 3 does, or `1.0~abc-r0` would pass for `1.0~abc-r1`.
 * @see https://gitlab.alpinelinux.org/alpine/apk-tools/-/blob/2.14-stable/src/version.c
 */
export function parseApkVersion(text: string): ApkVersion | undefined {
  if (text.length > maxVersionLength || !/^[!-~]+$/.test(text)) return undefined;
  const { keys, end } = tokenise(text);
  const [, hash = '', revision = '0'] =
    text[end] === '~' ? (/^~([0-9a-f]+)(?:-r([0-9]+))?$/.exec(text.slice(end)) ?? []) : [];
  return { text, keys, hash, hashRevision: numeral(revision) };
}

export function compareApkVersions(a: ApkVersion, b: ApkVersion): Ordering {
  const at = firstDifference(a, b);
  if (at >= 0) return compareNumerals(a.keys[at]!, b.keys[at]!);
  if (a.hash !== b.hash) return compareText(a.hash, b.hash);
  return compareNumerals(a.hashRevision, b.hashRevision);
}

/** Index into the keys, -1 where they are equal. No list is the beginning of another: each ends with the rank of its end. */
function firstDifference(a: ApkVersion, b: ApkVersion): number {
  const length = Math.min(a.keys.length, b.keys.length);
  for (let at = 0; at < length; at++) {
    const left = a.keys[at]!;
    const right = b.keys[at]!;
    if (left < right || left > right) return at;
  }
  return -1;
}

const partNames: Readonly<Record<TokenType, string>> = {
  'digit-or-zero': 'number',
  digit: 'number',
  letter: 'letter',
  suffix: 'suffix',
  'suffix-number': 'number of the suffix',
  revision: 'package revision',
  end: 'end',
  invalid: 'rest',
};

export function explainApkVersions(a: ApkVersion, b: ApkVersion): string {
  const ordering = compareApkVersions(a, b);
  if (ordering === 0) return 'equal';
  const sign = orderingSign(ordering);
  const at = firstDifference(a, b);
  if (at < 0) return `commit hash and package revision: ${tail(a)} ${sign} ${tail(b)}`;
  const part = Math.floor(at / 2);
  const [left, right] = [partOf(a.text, part), partOf(b.text, part)];
  if (at % 2 === 0) return `${left.name}: ${left.text || 'none'} ${sign} ${right.text || 'none'}`;
  return `after ${a.text.slice(0, left.end) || 'nothing'}: ${rest(a.text, left.end)} ${sign} ${rest(b.text, right.end)}`;
}

function tail(version: ApkVersion): string {
  return version.hash === '' ? 'none' : version.text.slice(version.text.indexOf('~'));
}

function rest(text: string, from: number): string {
  return from < text.length ? text.slice(from) : 'the end';
}

function partOf(text: string, index: number): { readonly name: string; readonly text: string; readonly end: number } {
  let seen = 0;
  let found = { name: 'rest', text: '', end: text.length };
  tokenise(text, (type, start, end) => {
    if (seen++ === index) found = { name: partNames[type], text: text.slice(start, end), end };
  });
  return found;
}

/** What apk-tools 3 lets a package be called. */
export function acceptsApkVersion(text: string): boolean {
  return (
    text.length <= maxVersionLength &&
    /^[0-9]+(?:\.[0-9]+)*[a-z]?(?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*(?:~[0-9a-f]+)?(?:-r[0-9]+)?$/.test(
      text,
    )
  );
}
