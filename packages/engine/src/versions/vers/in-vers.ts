import { readVers } from './parse-vers.ts';
import { ends, holds, type Vers, type VersConstraint, withoutRedundant } from './vers-constraints.ts';
import { VersError } from './vers-error.ts';
import { versScheme } from './vers-types.ts';

/**
 * Whether a version is inside a range.
 * @param vers a parsed range; a text is read as `readVers` does
 * @throws VersError where there is no answer: an unknown type, a version its scheme does not take, a range without constraints
 */
export function inVers(vers: Vers | string, version: string): boolean {
  const { type, constraints } = typeof vers === 'string' ? readVers(vers) : vers;
  if (constraints === '*') return type !== 'none';
  const scheme = versScheme(type);
  if (scheme === undefined)
    throw new VersError('VERS_TYPE_UNKNOWN', `versions of VERS type ${type} cannot be compared`, type);
  const candidate = scheme.parse(version);
  if (candidate === undefined)
    throw new VersError(
      'VERS_VERSION_INVALID',
      `${JSON.stringify(version.slice(0, 80))} is no version of type ${type}`,
      version,
    );
  if (constraints.length === 0)
    throw new VersError('VERS_SYNTAX', `a VERS without constraints holds nothing known`, type);
  const test = ({ comparator, bound }: VersConstraint) =>
    holds(comparator, scheme.compareWithBound?.(candidate, bound) ?? scheme.compare(candidate, bound));
  let onlyExclusions = true;
  for (const constraint of constraints) {
    if (constraint.comparator !== '!=') onlyExclusions = false;
    else if (!test(constraint)) return false;
  }
  if (onlyExclusions) return true;
  if (constraints.some((constraint) => constraint.comparator === '=' && test(constraint))) return true;
  return inIntervals(withoutRedundant(constraints), test);
}

/** Beginnings and ends take turns. */
function inIntervals(constraints: readonly VersConstraint[], test: (constraint: VersConstraint) => boolean): boolean {
  for (let at = 0; at < constraints.length; at++) {
    const constraint = constraints[at]!;
    const next = constraints[at + 1];
    if (ends(constraint) ? at === 0 && test(constraint) : test(constraint) && (next === undefined || test(next)))
      return true;
  }
  return false;
}
