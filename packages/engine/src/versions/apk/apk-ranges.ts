import { compareNumerals } from '../numeral.ts';
import { maxRangeLength, type RangeGrammar, type RangeTest } from '../scheme.ts';
import { ranks } from './apk-tokens.ts';
import { type ApkVersion, compareApkVersions, parseApkVersion } from './apk-version.ts';

/**
 * Constraints joined by commas or blanks, all of which must hold: `>=1.2 <2`, `~3.6`. The signs `<`, `=`, `>` and `~` may be
 * combined (`<~3.6`: before 3.6 or any 3.6.x). The empty text holds always.
 * @see https://gitlab.alpinelinux.org/alpine/apk-tools/-/blob/2.14-stable/doc/apk-world.5.scd
 */
function parseApkRange(text: string): RangeTest<ApkVersion> | undefined {
  if (text.length > maxRangeLength) return undefined;
  const tests: RangeTest<ApkVersion>[] = [];
  for (const part of joinSigns(text)) {
    const test = parseConstraint(part);
    if (test === undefined) return undefined;
    tests.push(test);
  }
  return (version) => tests.every((test) => test(version));
}

/** `>= 1.2` is one constraint: a part of signs alone belongs to what follows it. */
function joinSigns(text: string): readonly string[] {
  const parts: string[] = [];
  let signs = '';
  for (const part of text.split(/[\s,]/)) {
    if (part === '') continue;
    if (/^[<=>~]+$/.test(part)) {
      signs += part;
    } else {
      parts.push(signs + part);
      signs = '';
    }
  }
  return signs === '' ? parts : [...parts, signs];
}

function parseConstraint(text: string): RangeTest<ApkVersion> | undefined {
  const [, signs = '', bound = ''] = /^(=?~|[<>]=?~?|=)([^<=>~].*)$/.exec(text) ?? [];
  const version = parseApkVersion(bound);
  if (version === undefined) return undefined;
  const less = signs.includes('<');
  const greater = signs.includes('>');
  const fuzzy = signs.includes('~');
  const equal = fuzzy || signs.includes('=');
  return (candidate) => {
    const ordering = fuzzy && startsWith(candidate, version) ? 0 : compareApkVersions(candidate, version);
    return ordering === 0 ? equal : ordering < 0 ? less : greater;
  };
}

/** Every part of the prefix up to its end is there, whatever follows: 3.6 begins 3.6.9, 3.6_pre1 and 3.6-r2, but not 3.60. */
function startsWith(version: ApkVersion, prefix: ApkVersion): boolean {
  const last = prefix.keys.length - 1;
  if (prefix.keys[last] !== ranks.end || version.keys.length <= last) return false;
  for (let at = 0; at < last; at++) {
    if (compareNumerals(version.keys[at]!, prefix.keys[at]!) !== 0) return false;
  }
  return true;
}

export const apkRanges: RangeGrammar<ApkVersion> = { parse: parseApkRange };
