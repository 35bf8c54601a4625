import { orderingSign } from '../numeral.ts';
import { maxVersionLength, type Ordering } from '../scheme.ts';
import {
  compareIdentifierLists,
  compareSemanticVersions,
  explainSemanticVersions,
  type Identifier,
  parsePrerelease,
  type SemanticVersion,
} from '../semver/semantic-version.ts';
import { parseSemver } from '../semver/semver-version.ts';

/** A semantic version whose build counts, against the specification: 1.0.0 < 1.0.0+1. */
export interface PubVersion extends SemanticVersion {
  /** none: before every build */
  readonly build: readonly Identifier[];
}

/** @see https://pub.dev/documentation/pub_semver/latest/pub_semver/Version-class.html */
export function parsePubVersion(text: string): PubVersion | undefined {
  if (text.length > maxVersionLength) return undefined;
  const trimmed = text.trim();
  const plus = trimmed.indexOf('+');
  const version = parseSemver(plus < 0 ? trimmed : trimmed.slice(0, plus));
  const build = plus < 0 ? [] : parsePrerelease(trimmed.slice(plus + 1), true);
  return version && build && { ...version, build };
}

export function comparePubVersions(a: PubVersion, b: PubVersion): Ordering {
  return compareSemanticVersions(a, b) || compareIdentifierLists(a.build, b.build);
}

export function explainPubVersions(a: PubVersion, b: PubVersion): string {
  if (compareSemanticVersions(a, b) !== 0) return explainSemanticVersions(a, b);
  const sign = orderingSign(compareIdentifierLists(a.build, b.build));
  return sign === '=' ? 'equal' : `build: ${a.build.join('.') || 'none'} ${sign} ${b.build.join('.') || 'none'}`;
}
