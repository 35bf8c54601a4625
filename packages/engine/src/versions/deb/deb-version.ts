import { orderingSign } from '../numeral.ts';
import { maxVersionLength, type Ordering } from '../scheme.ts';

/** `[epoch:]upstream[-revision]`; a missing epoch is 0, a missing revision the empty text, which equals `0`. */
export interface DebVersion {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

const maxEpoch = 2_147_483_647;

const tilde = 0x7e;

/**
 * Weights of the characters outside digits: `~` before the end of the text (0), then letters, then everything else.
 * A digit weighs 0, since it ends a run of non-digits as the end of the text does.
 */
const weights = Int16Array.from({ length: 128 }, (_, code) => {
  if (isDigit(code)) return 0;
  if (isLetter(code)) return code;
  return code === tilde ? -1 : code + 256;
});

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

/**
 * Splits a version as dpkg does. As dpkg, it orders texts that policy forbids (no digit first, `_`): old advisories hold such.
 * @see https://manpages.debian.org/stable/dpkg-dev/deb-version.7.en.html
 */
export function parseDebVersion(text: string): DebVersion | undefined {
  if (text.length > maxVersionLength) return undefined;
  const trimmed = text.trim();
  for (let at = 0; at < trimmed.length; at++) {
    const code = trimmed.charCodeAt(at);
    if (code <= 0x20 || code >= 0x7f) return undefined;
  }
  const colon = trimmed.indexOf(':');
  const epoch = colon < 0 ? 0 : parseEpoch(trimmed.slice(0, colon));
  if (epoch === undefined) return undefined;
  const hyphen = trimmed.lastIndexOf('-');
  const upstream = hyphen <= colon ? trimmed.slice(colon + 1) : trimmed.slice(colon + 1, hyphen);
  const revision = hyphen <= colon ? '' : trimmed.slice(hyphen + 1);
  if (upstream === '' || (hyphen > colon && revision === '')) return undefined;
  return { epoch, upstream, revision };
}

function parseEpoch(digits: string): number | undefined {
  if (!/^[0-9]+$/.test(digits)) return undefined;
  const epoch = Number(digits);
  return epoch <= maxEpoch ? epoch : undefined;
}

export function compareDebVersions(a: DebVersion, b: DebVersion): Ordering {
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? -1 : 1;
  const upstream = compareDebParts(a.upstream, b.upstream);
  return upstream !== 0 ? upstream : compareDebParts(a.revision, b.revision);
}

/** Runs of non-digits by weight, runs of digits by value, in turn. */
function compareDebParts(a: string, b: string): Ordering {
  if (a === b) return 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    for (;;) {
      const left = i < a.length ? weights[a.charCodeAt(i)]! : 0;
      const right = j < b.length ? weights[b.charCodeAt(j)]! : 0;
      if (left !== right) return left < right ? -1 : 1;
      if (left === 0) break;
      i++;
      j++;
    }
    while (a.charCodeAt(i) === 0x30) i++;
    while (b.charCodeAt(j) === 0x30) j++;
    let firstDifference = 0;
    for (;;) {
      const left = a.charCodeAt(i);
      const right = b.charCodeAt(j);
      if (!isDigit(left) || !isDigit(right)) {
        if (isDigit(left)) return 1;
        if (isDigit(right)) return -1;
        break;
      }
      if (firstDifference === 0) firstDifference = left - right;
      i++;
      j++;
    }
    if (firstDifference !== 0) return firstDifference < 0 ? -1 : 1;
  }
  return 0;
}

export function explainDebVersions(a: DebVersion, b: DebVersion): string {
  if (a.epoch !== b.epoch) return `epoch: ${a.epoch} ${a.epoch < b.epoch ? '<' : '>'} ${b.epoch}`;
  const upstream = compareDebParts(a.upstream, b.upstream);
  if (upstream !== 0) return `upstream version: ${a.upstream} ${orderingSign(upstream)} ${b.upstream}`;
  const revision = compareDebParts(a.revision, b.revision);
  if (revision !== 0) return `revision: ${a.revision || 'none'} ${orderingSign(revision)} ${b.revision || 'none'}`;
  return 'equal';
}

/** What Debian policy lets a package be called: a digit first, then `[A-Za-z0-9.+~-]`, and `:` after an epoch only. */
export function acceptsDebVersion(text: string): boolean {
  const version = parseDebVersion(text);
  if (version === undefined || text !== text.trim()) return false;
  return /^[0-9][A-Za-z0-9.+~:-]*$/.test(version.upstream) && /^[A-Za-z0-9.+~]*$/.test(version.revision);
}
