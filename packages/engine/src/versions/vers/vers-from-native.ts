import { maxRangeLength, type VersionScheme } from '../scheme.ts';
import type { NativeAlternative } from './native/native-range.ts';
import { nativeReaders } from './native/native-readers.ts';
import {
  begins,
  ends,
  holds,
  sortConstraints,
  type Vers,
  type VersConstraint,
  withoutRedundant,
} from './vers-constraints.ts';
import { VersError, type VersErrorCode } from './vers-error.ts';
import { versScheme } from './vers-types.ts';

/**
 * A range in the notation of its ecosystem as VERS: `('npm', '^1.2.9')` → `vers:npm/>=1.2.9|<2.0.0`. What the ecosystem says
 * about pre-releases beyond their order is lost. Redundant constraints are kept, as the published test cases want it, unless
 * they would be misread. A range that nothing fulfils is `vers:none/*`; an empty one (Conan) has no constraints.
 *
 * @param type a VERS type: conan, gem, maven, nginx, npm, nuget, openssl, pypi
 * @throws VersError `NATIVE_RANGE_INVALID`, `NATIVE_RANGE_UNSUPPORTED`, `VERS_VERSION_INVALID`, `VERS_TYPE_UNKNOWN`
 */
export function versFromNative(type: string, range: string): Vers {
  const fail = (code: VersErrorCode, message: string) => new VersError(code, message, range);
  const reader = nativeReaders.get(type);
  const scheme = versScheme(type);
  if (reader === undefined || scheme === undefined)
    throw fail('VERS_TYPE_UNKNOWN', `native ranges of type ${type} cannot be read`);
  const read = range.length > maxRangeLength ? 'invalid' : reader(range);
  const shown = JSON.stringify(range.slice(0, 80));
  if (read === 'invalid') throw fail('NATIVE_RANGE_INVALID', `${shown} is no range of type ${type}`);
  if (read === 'unsupported') throw fail('NATIVE_RANGE_UNSUPPORTED', `VERS cannot express the ${type} range ${shown}`);
  if (read === 'empty') return { type, constraints: [] };
  const alternatives: (readonly VersConstraint[])[] = [];
  for (const alternative of read) {
    const kept = narrowed(
      scheme,
      bind(scheme, alternative, (version) =>
        fail('VERS_VERSION_INVALID', `${JSON.stringify(version.slice(0, 80))} is no version of type ${type}`),
      ),
    );
    if (kept?.length === 0) return { type, constraints: '*' };
    if (kept !== undefined) alternatives.push(kept);
  }
  if (alternatives.length === 0) return { type: 'none', constraints: '*' };
  const sorted = sortConstraints(scheme, alternatives.flat());
  const open = alternatives.filter((one) => one.some(ends) && !one.some(begins)).length;
  const fewer = merged(sorted, open);
  if (isSame(scheme, withoutRedundant(sorted), withoutRedundant(fewer))) return { type, constraints: sorted };
  return { type, constraints: fewer.length === 0 ? '*' : fewer };
}

function bind(
  scheme: VersionScheme,
  alternative: NativeAlternative,
  failure: (version: string) => VersError,
): readonly VersConstraint[] {
  return alternative.map(({ comparator, version }) => {
    const bound = scheme.parse(version);
    if (bound === undefined) throw failure(version);
    return { comparator, version, bound };
  });
}

/**
 * One beginning and one end at most, of those that must all hold: VERS would read several as a wider range.
 * @returns undefined: nothing fulfils it
 */
function narrowed(
  scheme: VersionScheme,
  constraints: readonly VersConstraint[],
): readonly VersConstraint[] | undefined {
  const sorted = sortConstraints(scheme, constraints);
  const lower = sorted.findLast(begins);
  const upper = sorted.find(ends);
  const versions = sorted.filter(({ comparator }) => comparator === '=');
  if (versions.length > 0) {
    const bounds = [lower, upper].filter((bound) => bound !== undefined);
    const inside = versions.filter(({ bound }) =>
      bounds.every((one) => holds(one.comparator, scheme.compare(bound, one.bound))),
    );
    return inside.length === 0 ? undefined : inside;
  }
  if (lower !== undefined && upper !== undefined) {
    const ordering = scheme.compare(lower.bound, upper.bound);
    const closed = lower.comparator === '>=' && upper.comparator === '<=';
    if (ordering > 0 || (ordering === 0 && !closed)) return undefined;
    // At one version an end would stand before its beginning.
    if (ordering === 0) return [{ ...lower, comparator: '=' }];
  }
  return sorted.filter((one) => one === lower || one === upper || one.comparator === '!=');
}

function isSame(scheme: VersionScheme, a: readonly VersConstraint[], b: readonly VersConstraint[]): boolean {
  return (
    a.length === b.length &&
    a.every(
      ({ comparator, bound }, at) => comparator === b[at]!.comparator && scheme.compare(bound, b[at]!.bound) === 0,
    )
  );
}

/** The same versions without overlaps. */
function merged(sorted: readonly VersConstraint[], open: number): readonly VersConstraint[] {
  const kept: VersConstraint[] = [];
  let depth = open;
  for (const constraint of sorted) {
    if (begins(constraint)) {
      if (depth++ === 0) kept.push(constraint);
    } else if (ends(constraint)) {
      if (--depth === 0) kept.push(constraint);
    } else if (depth === 0 || constraint.comparator === '!=') {
      kept.push(constraint);
    }
  }
  return kept;
}
