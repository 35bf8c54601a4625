import { compareNumerals, type Numeral } from '../numeral.ts';
import { maxRangeLength, type RangeGrammar, type RangeTest } from '../scheme.ts';
import {
  comparePublicVersions,
  comparePypiVersions,
  compareReleases,
  type PypiVersion,
  parsePypiVersion,
  phases,
} from './pypi-version.ts';

/**
 * Specifiers joined by commas, all of which must hold: `>=1.2,!=1.3.*,<2`. The empty text holds always. Pre-releases are
 * inside whenever the bounds say so: an installed pre-release is judged, not chosen.
 * @see https://packaging.python.org/en/latest/specifications/version-specifiers/#version-specifiers
 */
function parsePypiSpecifiers(text: string): RangeTest<PypiVersion> | undefined {
  if (text.length > maxRangeLength) return undefined;
  const tests: RangeTest<PypiVersion>[] = [];
  for (const part of text.split(',')) {
    if (part.trim() === '') continue;
    const test = parseSpecifier(part.trim());
    if (test === undefined) return undefined;
    tests.push(test);
  }
  return (version) => tests.every((test) => test(version));
}

export interface SpecifierText {
  readonly sign: string;
  readonly bound: string;
}

/** The specifiers as they are written; undefined: one of them is none. */
export function pypiSpecifierTexts(text: string): readonly SpecifierText[] | undefined {
  if (parsePypiSpecifiers(text) === undefined) return undefined;
  const parts = text.split(',').map((part) => part.trim());
  return parts.filter((part) => part !== '').map(splitSpecifier);
}

function splitSpecifier(text: string): SpecifierText {
  const [, sign = '', bound = ''] = /^(===|~=|==|!=|<=|>=|<|>)(.*)$/s.exec(text) ?? [];
  return { sign, bound: bound.trim() };
}

function parseSpecifier(text: string): RangeTest<PypiVersion> | undefined {
  const { sign, bound } = splitSpecifier(text);
  if (sign === '') return undefined;
  if (sign === '===') return parseArbitrary(bound);
  if (bound.endsWith('.*')) return parsePrefix(sign, bound.slice(0, -2));
  const version = parsePypiVersion(bound);
  if (version === undefined) return undefined;
  if (version.local.length > 0 && sign !== '==' && sign !== '!=') return undefined;
  switch (sign) {
    case '==':
      return (candidate) => equals(candidate, version);
    case '!=':
      return (candidate) => !equals(candidate, version);
    case '<=':
      return (candidate) => comparePublicVersions(candidate, version) <= 0;
    case '>=':
      return (candidate) => comparePublicVersions(candidate, version) >= 0;
    case '<':
      return (candidate) => isBelow(candidate, version);
    case '>':
      return (candidate) => isAbove(candidate, version);
    default:
      return parseCompatible(version);
  }
}

/** `===`: the same text, whatever it means. */
function parseArbitrary(bound: string): RangeTest<PypiVersion> | undefined {
  if (!/^[^\s;)]+$/.test(bound)) return undefined;
  const wanted = bound.toLowerCase();
  return (candidate) => candidate.text === wanted;
}

/** `==1.2.*`, `!=1.2.*`: the release begins with these numbers; the epoch must agree. */
function parsePrefix(sign: string, bound: string): RangeTest<PypiVersion> | undefined {
  const version = /^v?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*$/i.test(bound) ? parsePypiVersion(bound) : undefined;
  if (version === undefined) return undefined;
  const inside = (candidate: PypiVersion) =>
    hasPrefix(candidate, version.epoch, version.release, version.releaseLength);
  if (sign === '==') return inside;
  return sign === '!=' ? (candidate) => !inside(candidate) : undefined;
}

/** `~=1.2.3` is `>=1.2.3,==1.2.*`. */
function parseCompatible(version: PypiVersion): RangeTest<PypiVersion> | undefined {
  const length = version.releaseLength - 1;
  if (length < 1) return undefined;
  const prefix = version.release.slice(0, length);
  return (candidate) =>
    comparePublicVersions(candidate, version) >= 0 && hasPrefix(candidate, version.epoch, prefix, length);
}

function hasPrefix(candidate: PypiVersion, epoch: Numeral, prefix: readonly Numeral[], length: number): boolean {
  if (compareNumerals(candidate.epoch, epoch) !== 0) return false;
  return compareReleases(candidate.release.slice(0, length), prefix) === 0;
}

/** A local part counts only where the specifier has one. */
function equals(candidate: PypiVersion, version: PypiVersion): boolean {
  const compare = version.local.length > 0 ? comparePypiVersions : comparePublicVersions;
  return compare(candidate, version) === 0;
}

function isPrerelease(version: PypiVersion): boolean {
  return version.phase !== phases.release || version.dev !== Number.POSITIVE_INFINITY;
}

/** `<2` leaves out the pre-releases of 2 itself, unless 2 is written as one. */
function isBelow(candidate: PypiVersion, version: PypiVersion): boolean {
  if (comparePypiVersions(candidate, version) >= 0) return false;
  if (isPrerelease(version) || !isPrerelease(candidate)) return true;
  const phase = version.post < 0 ? phases.dev : version.phase;
  return comparePypiVersions(candidate, { ...version, phase, dev: 0 }) < 0;
}

/** `>2` leaves out the post-releases and local versions of 2 itself, unless 2 is written as a post-release. */
function isAbove(candidate: PypiVersion, version: PypiVersion): boolean {
  if (comparePublicVersions(candidate, version) <= 0) return false;
  if (version.post >= 0 || candidate.post < 0) return true;
  return comparePublicVersions({ ...candidate, post: -1, dev: Number.POSITIVE_INFINITY }, version) !== 0;
}

export const pypiSpecifiers: RangeGrammar<PypiVersion> = { parse: parsePypiSpecifiers };
