import { maxRangeLength, type VersionScheme } from '../scheme.ts';
import { begins, type Comparator, ends, sortConstraints, type Vers, type VersConstraint } from './vers-constraints.ts';
import { VersError, type VersErrorCode } from './vers-error.ts';
import { versScheme } from './vers-types.ts';

/**
 * Reads a version range specifier that is written exactly as the specification wants it: `vers:npm/1.2.3|>=2.0.0|<5.0.0`.
 * @throws VersError whatever is wrong with it
 * @see https://github.com/package-url/vers-spec
 */
export function parseVers(text: string): Vers {
  const { vers, scheme } = read(text);
  if (scheme === undefined || vers.constraints === '*') return vers;
  checkOrder(scheme, vers.constraints, text);
  checkAlternation(vers.constraints, text);
  return vers;
}

/**
 * As `parseVers`, but takes constraints in any order, more than once and redundant ones, as older tools write them, and
 * sorts them.
 * @throws VersError for everything else
 */
export function readVers(text: string): Vers {
  const { vers, scheme } = read(text);
  if (scheme === undefined || vers.constraints === '*') return vers;
  return { ...vers, constraints: sortConstraints(scheme, vers.constraints) };
}

/** Canonical where the constraints are in order. */
export function formatVers({ type, constraints }: Vers): string {
  if (constraints === '*') return `vers:${type}/*`;
  const texts = constraints.map(({ comparator, version }) => (comparator === '=' ? '' : comparator) + encode(version));
  return `vers:${type}/${texts.join('|')}`;
}

/** Everything but the order of the constraints. */
function read(text: string): { readonly vers: Vers; readonly scheme: VersionScheme | undefined } {
  const fail = (code: VersErrorCode, message: string) => new VersError(code, message, text);
  const notCanonical = (reason: string) => fail('VERS_NOT_CANONICAL', `non-canonical VERS: ${reason}`);
  if (text.length > maxRangeLength) throw fail('VERS_SYNTAX', `a VERS may have ${maxRangeLength} characters at most`);
  if (/\s/.test(text)) throw notCanonical('whitespace is not permitted');
  if (!/^[!-~]*$/.test(text)) throw fail('VERS_SYNTAX', 'a VERS is printable ASCII: percent-encode everything else');
  const [, prefix = '', type = '', list = ''] = /^(vers):([a-z][a-z0-9.-]*)\/(.*)$/i.exec(text) ?? [];
  if (prefix === '') throw fail('VERS_SYNTAX', `not a VERS: expected vers:TYPE/CONSTRAINTS, got ${shortened(text)}`);
  if (`${prefix}${type}` !== `${prefix}${type}`.toLowerCase()) throw notCanonical('scheme and type must be lowercase');
  if (list === '*') return { vers: { type, constraints: '*' }, scheme: undefined };
  if (type === 'all' || type === 'none') throw fail('VERS_SYNTAX', `vers:${type}/* is the only VERS of type ${type}`);
  if (list === '') throw fail('VERS_SYNTAX', `${shortened(text)} has no constraint`);
  if (list.startsWith('|')) throw notCanonical('leading pipe is not permitted');
  if (list.endsWith('|')) throw notCanonical('trailing pipe is not permitted');
  if (list.includes('||')) throw notCanonical('consecutive pipes are not permitted');
  const scheme = versScheme(type);
  if (scheme === undefined) throw fail('VERS_TYPE_UNKNOWN', `versions of VERS type ${type} cannot be compared`);
  const constraints = list.split('|').map((part): VersConstraint => {
    const [, comparator = '=', encoded = ''] = /^([<>]=?|!=|=)?(.*)$/.exec(part) ?? [];
    if (encoded === '*') throw fail('VERS_SYNTAX', 'an asterisk stands alone, without comparator or other constraints');
    const version = decode(encoded);
    if (version === undefined) throw notCanonical('invalid percent-encoding in version');
    if (encode(version) !== encoded) throw notCanonical('percent-encoding in version is not canonical');
    if (type === 'datetime' && /[tz]/.test(version)) throw notCanonical('datetime must use uppercase T and Z');
    const bound = scheme.parse(version);
    if (bound === undefined) throw fail('VERS_VERSION_INVALID', `${shortened(version)} is no version of type ${type}`);
    return { comparator: comparator as Comparator, version, bound };
  });
  return { vers: { type, constraints }, scheme };
}

function checkOrder(scheme: VersionScheme, constraints: readonly VersConstraint[], text: string): void {
  for (let at = 1; at < constraints.length; at++) {
    const ordering = scheme.compare(constraints[at - 1]!.bound, constraints[at]!.bound);
    const reason = ordering > 0 ? 'constraints are not sorted by version' : 'a version occurs more than once';
    if (ordering >= 0) throw new VersError('VERS_NOT_CANONICAL', `non-canonical VERS: ${reason}`, text);
  }
}

/** What begins must end before something else begins; a single version has no place before an end. */
function checkAlternation(constraints: readonly VersConstraint[], text: string): void {
  const contradictory = (reason: string) => new VersError('VERS_CONTRADICTORY', `invalid VERS: ${reason}`, text);
  let last: VersConstraint | undefined;
  let afterVersion = false;
  for (const constraint of constraints) {
    if (constraint.comparator === '!=') continue;
    if (constraint.comparator === '=') {
      afterVersion = true;
      continue;
    }
    const { comparator, version } = constraint;
    if (ends(constraint) && afterVersion) throw contradictory(`${comparator}${version} cannot follow a single version`);
    if (last !== undefined && begins(last) === begins(constraint))
      throw contradictory(`${comparator}${version} cannot follow ${last.comparator}${last.version}`);
    last = constraint;
    afterVersion = false;
  }
}

/** What means something else in a VERS, and what is no printable ASCII. */
function encode(version: string): string {
  return version.replace(/[<>=!*|%]|[^!-~]+/gu, (characters) =>
    [...new TextEncoder().encode(characters)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

function decode(encoded: string): string | undefined {
  if (!encoded.includes('%')) return encoded;
  try {
    return decodeURIComponent(encoded);
  } catch {
    // the only reason is an escape that is none, or that is no UTF-8
    return undefined;
  }
}

const shownLength = 80;

function shortened(text: string): string {
  return JSON.stringify(text.length > shownLength ? `${text.slice(0, shownLength)}…` : text);
}
