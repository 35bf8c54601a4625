import { endOfRun, isDigit, isLetter } from '../ascii.ts';
import { compareNumerals, type Numeral, numeral, orderingSign } from '../numeral.ts';
import { maxVersionLength, type Ordering } from '../scheme.ts';

/** `[epoch:]version[-release]`; a missing epoch is 0, a missing release comes before every release. */
export interface RpmVersion {
  readonly epoch: Numeral;
  readonly version: string;
  /** undefined: none was written */
  readonly release: string | undefined;
}

/**
 * Splits a version as rpm does: the epoch is what digits stand before a colon, the release what stands behind the last
 * hyphen. As rpm, it orders texts that no package may be called (`a:1`, `1-`): advisories hold such.
 * @see https://rpm-software-management.github.io/rpm/man/rpm-version.7
 */
export function parseRpmVersion(text: string): RpmVersion | undefined {
  if (text.length > maxVersionLength) return undefined;
  const trimmed = text.trim();
  for (let at = 0; at < trimmed.length; at++) {
    const code = trimmed.charCodeAt(at);
    if (code <= 0x20 || code === 0x7f) return undefined;
  }
  const [, epoch] = /^([0-9]*):/.exec(trimmed) ?? [];
  const start = epoch === undefined ? 0 : epoch.length + 1;
  const hyphen = trimmed.lastIndexOf('-');
  const end = hyphen < 0 ? trimmed.length : hyphen;
  if (trimmed.length === start) return undefined;
  return {
    epoch: numeral(epoch || '0'),
    version: trimmed.slice(start, end),
    release: hyphen < 0 ? undefined : trimmed.slice(hyphen + 1),
  };
}

/** Epoch, version, release, as `rpmverCmp` compares them: no release comes before any. */
export function compareRpmVersions(a: RpmVersion, b: RpmVersion): Ordering {
  return compareWithoutRelease(a, b) || compareReleases(a.release, b.release);
}

/**
 * A bound without a release speaks about every release of its version, as in rpm's dependencies: `<= 1.2` holds for 1.2-3.
 * @see https://rpm-software-management.github.io/rpm/manual/dependencies.html
 */
export function compareRpmWithBound(version: RpmVersion, bound: RpmVersion): Ordering {
  if (version.release !== undefined && bound.release !== undefined) return compareRpmVersions(version, bound);
  return compareWithoutRelease(version, bound);
}

function compareWithoutRelease(a: RpmVersion, b: RpmVersion): Ordering {
  return compareNumerals(a.epoch, b.epoch) || compareRpmParts(a.version, b.version);
}

function compareReleases(a: string | undefined, b: string | undefined): Ordering {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return compareRpmParts(a, b);
}

const tilde = 0x7e;
const caret = 0x5e;

/** Runs of digits by value, runs of letters by code; `~` comes before the end, `^` after it; all else only separates. */
function compareRpmParts(a: string, b: string): Ordering {
  if (a === b) return 0;
  let i = 0;
  let j = 0;
  for (;;) {
    i = skipSeparators(a, i);
    j = skipSeparators(b, j);
    const left = i < a.length ? a.charCodeAt(i) : -1;
    const right = j < b.length ? b.charCodeAt(j) : -1;
    if (left === tilde || right === tilde) {
      if (left !== right) return left === tilde ? -1 : 1;
      i++;
      j++;
    } else if (left === caret || right === caret) {
      if (left !== right) return left === -1 || (left === caret && right !== -1) ? -1 : 1;
      i++;
      j++;
    } else if (left === -1 || right === -1) {
      return left === right ? 0 : left === -1 ? -1 : 1;
    } else if (isDigit(left) !== isDigit(right)) {
      return isDigit(left) ? 1 : -1;
    } else {
      const belongs = isDigit(left) ? isDigit : isLetter;
      if (belongs === isDigit) {
        while (a.charCodeAt(i) === 0x30) i++;
        while (b.charCodeAt(j) === 0x30) j++;
      }
      const iEnd = endOfRun(a, i, belongs);
      const jEnd = endOfRun(b, j, belongs);
      if (belongs === isDigit && iEnd - i !== jEnd - j) return iEnd - i < jEnd - j ? -1 : 1;
      while (i < iEnd && j < jEnd) {
        const difference = a.charCodeAt(i++) - b.charCodeAt(j++);
        if (difference !== 0) return difference < 0 ? -1 : 1;
      }
      if (i < iEnd || j < jEnd) return j < jEnd ? -1 : 1;
    }
  }
}

function skipSeparators(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isDigit(code) || isLetter(code) || code === tilde || code === caret) break;
  }
  return at;
}

export function explainRpmVersions(a: RpmVersion, b: RpmVersion): string {
  const sign = orderingSign(compareRpmVersions(a, b));
  if (sign === '=') return 'equal';
  if (compareNumerals(a.epoch, b.epoch) !== 0) return `epoch: ${a.epoch} ${sign} ${b.epoch}`;
  if (compareRpmParts(a.version, b.version) !== 0) return `version: ${a.version} ${sign} ${b.version}`;
  return `release: ${a.release ?? 'none'} ${sign} ${b.release ?? 'none'}`;
}
