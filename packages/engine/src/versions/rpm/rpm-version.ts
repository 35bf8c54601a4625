import { isDigit, isLetter } from '../ascii.ts';
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

/** What a character is to rpm; everything that is not listed, also outside ASCII, only separates. */
const separator = 0;
const digit = 1;
const letter = 2;
const tilde = 3;
const caret = 4;

const classes = Uint8Array.from({ length: 128 }, (_, code) => {
  if (isDigit(code)) return digit;
  if (isLetter(code)) return letter;
  return code === 0x7e ? tilde : code === 0x5e ? caret : separator;
});

/** -1 behind the end of the text. */
function classAt(text: string, at: number): number {
  if (at >= text.length) return -1;
  const code = text.charCodeAt(at);
  return code < 128 ? classes[code]! : separator;
}

/** Runs of digits by value, runs of letters by code; `~` comes before the end, `^` after it. */
function compareRpmParts(a: string, b: string): Ordering {
  if (a === b) return 0;
  let i = 0;
  let j = 0;
  for (;;) {
    let left = classAt(a, i);
    let right = classAt(b, j);
    while (left === separator) left = classAt(a, ++i);
    while (right === separator) right = classAt(b, ++j);
    if (left !== right) return compareClasses(left, right);
    if (left === -1) return 0;
    if (left === tilde || left === caret) {
      i++;
      j++;
      continue;
    }
    if (left === digit) {
      while (a.charCodeAt(i) === 0x30) i++;
      while (b.charCodeAt(j) === 0x30) j++;
    }
    // In runs of digits the longer one is the greater; in runs of letters the first difference decides.
    let firstDifference = 0;
    for (;;) {
      const inLeft = classAt(a, i) === left;
      const inRight = classAt(b, j) === left;
      if (inLeft && inRight) {
        if (firstDifference === 0) firstDifference = a.charCodeAt(i) - b.charCodeAt(j);
        i++;
        j++;
        continue;
      }
      if (inLeft !== inRight && (left === digit || firstDifference === 0)) return inLeft ? 1 : -1;
      break;
    }
    if (firstDifference !== 0) return firstDifference < 0 ? -1 : 1;
  }
}

/** Of two different things that stand next: `~`, the end, `^`, letters, digits. */
function compareClasses(left: number, right: number): Ordering {
  return order[left + 1]! < order[right + 1]! ? -1 : 1;
}

/** By class, from -1 on; a separator is never asked about. */
const order = Int8Array.of(1, 9, 4, 3, 0, 2);

export function explainRpmVersions(a: RpmVersion, b: RpmVersion): string {
  const sign = orderingSign(compareRpmVersions(a, b));
  if (sign === '=') return 'equal';
  if (compareNumerals(a.epoch, b.epoch) !== 0) return `epoch: ${a.epoch} ${sign} ${b.epoch}`;
  if (compareRpmParts(a.version, b.version) !== 0) return `version: ${a.version} ${sign} ${b.version}`;
  return `release: ${a.release ?? 'none'} ${sign} ${b.release ?? 'none'}`;
}
