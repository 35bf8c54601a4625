import { endOfRun, isDigit, isLetter } from '../ascii.ts';
import { compareNumerals, type Numeral, numeral, orderingSign } from '../numeral.ts';
import { maxVersionLength, type Ordering } from '../scheme.ts';

/** `[epoch:]version[-release]`; a missing epoch is 0. */
export interface AlpmVersion {
  readonly epoch: Numeral;
  readonly version: string;
  /** undefined: none was written */
  readonly release: string | undefined;
}

/** @see https://man.archlinux.org/man/vercmp.8 */
export function parseAlpmVersion(text: string): AlpmVersion | undefined {
  if (text.length > maxVersionLength) return undefined;
  const trimmed = text.trim();
  if (!/^[!-~]+$/.test(trimmed)) return undefined;
  const [, epoch] = /^([0-9]*):/.exec(trimmed) ?? [];
  const start = epoch === undefined ? 0 : epoch.length + 1;
  const hyphen = trimmed.lastIndexOf('-');
  const end = hyphen < start ? trimmed.length : hyphen;
  const version = trimmed.slice(start, end);
  if (!hasAlphanumeric.test(version)) return undefined;
  return { epoch: numeral(epoch || '0'), version, release: hyphen < start ? undefined : trimmed.slice(hyphen + 1) };
}

const hasAlphanumeric = /[0-9A-Za-z]/;

/**
 * As pacman's `vercmp`: where one side has no release, neither counts. So this is an order among versions that have a
 * release, which all packages do, and among those that have none, but not among both: 1-1 = 1 = 1-2.
 */
export function compareAlpmVersions(a: AlpmVersion, b: AlpmVersion): Ordering {
  const ordering = compareNumerals(a.epoch, b.epoch) || compareAlpmParts(a.version, b.version);
  if (ordering !== 0 || a.release === undefined || b.release === undefined) return ordering;
  return compareAlpmParts(a.release, b.release);
}

/**
 * Rpm's comparison as it was before `~` and `^`, with two changes of pacman's: the number of separators counts, and letters
 * that follow directly come before the end (1.0rc < 1.0).
 */
function compareAlpmParts(a: string, b: string): Ordering {
  if (a === b) return 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const iStart = i;
    const jStart = j;
    while (i < a.length && !isAlphanumeric(a.charCodeAt(i))) i++;
    while (j < b.length && !isAlphanumeric(b.charCodeAt(j))) j++;
    if (i >= a.length || j >= b.length) break;
    if (i - iStart !== j - jStart) return i - iStart < j - jStart ? -1 : 1;
    const digits = isDigit(a.charCodeAt(i));
    if (digits !== isDigit(b.charCodeAt(j))) return digits ? 1 : -1;
    const belongs = digits ? isDigit : isLetter;
    if (digits) {
      while (a.charCodeAt(i) === 0x30) i++;
      while (b.charCodeAt(j) === 0x30) j++;
    }
    const iEnd = endOfRun(a, i, belongs);
    const jEnd = endOfRun(b, j, belongs);
    if (digits && iEnd - i !== jEnd - j) return iEnd - i < jEnd - j ? -1 : 1;
    while (i < iEnd && j < jEnd) {
      const difference = a.charCodeAt(i++) - b.charCodeAt(j++);
      if (difference !== 0) return difference < 0 ? -1 : 1;
    }
    if (i < iEnd || j < jEnd) return j < jEnd ? -1 : 1;
  }
  if (i >= a.length && j >= b.length) return 0;
  if (i < a.length) return isLetter(a.charCodeAt(i)) ? -1 : 1;
  return isLetter(b.charCodeAt(j)) ? 1 : -1;
}

function isAlphanumeric(code: number): boolean {
  return isDigit(code) || isLetter(code);
}

export function explainAlpmVersions(a: AlpmVersion, b: AlpmVersion): string {
  const sign = orderingSign(compareAlpmVersions(a, b));
  if (sign === '=') return 'equal';
  if (compareNumerals(a.epoch, b.epoch) !== 0) return `epoch: ${a.epoch} ${sign} ${b.epoch}`;
  if (compareAlpmParts(a.version, b.version) !== 0) return `version: ${a.version} ${sign} ${b.version}`;
  return `release: ${a.release} ${sign} ${b.release}`;
}
