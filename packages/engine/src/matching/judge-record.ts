import type { AdvisoryRecord, VersionRange } from '../advisories/types.ts';
import { inRange } from '../versions/in-range.ts';
import { parseOnce } from '../versions/parse-once.ts';
import type { VersionScheme } from '../versions/scheme.ts';

/** An installed version, parsed once by its scheme. */
export interface Installed {
  readonly text: string;
  readonly parsed: unknown;
  readonly scheme: VersionScheme;
}

/** What one record says about one installed version. */
export type Judgement =
  | {
      readonly verdict: 'affected';
      readonly comparison: string;
      readonly fixes: readonly string[];
      readonly openEnd: boolean;
    }
  | { readonly verdict: 'not-affected' }
  /** a bound cannot be read (null: the module stream is not known), and nothing else decides */
  | { readonly verdict: 'undetermined'; readonly invalid: string | null };

/** What most records say of most packages. */
const notAffected: Judgement = { verdict: 'not-affected' };

/** Judges one record. `fixes` holds the fixed version of every range that holds the installed one, unordered. */
export function judgeRecord(
  record: Pick<AdvisoryRecord, 'status' | 'ranges' | 'versions'>,
  installed: Installed,
): Judgement {
  if (record.status === 'not-affected') return notAffected;
  let containing: VersionRange[] | undefined;
  let invalid: string | undefined;
  for (const range of record.ranges) {
    const inside = inRange(installed.scheme, installed.parsed, range);
    if (inside === true) {
      containing ??= [];
      containing.push(range);
    } else if (inside !== false) invalid ??= inside.invalid;
  }
  if (containing !== undefined) {
    return {
      verdict: 'affected',
      comparison: describe(containing.find(({ fixed }) => fixed !== null) ?? containing[0]!, installed),
      fixes: containing.flatMap(({ fixed }) => fixed ?? []),
      openEnd: containing.some(({ fixed, lastAffected }) => fixed === null && lastAffected === null),
    };
  }
  if (isListed(record, installed)) {
    const next = lowestFixAbove(record.ranges, installed);
    const comparison = `= ${installed.text} (listed)`;
    return { verdict: 'affected', comparison, fixes: next === undefined ? [] : [next], openEnd: false };
  }
  return invalid === undefined ? notAffected : { verdict: 'undetermined', invalid };
}

/** Python, and who has no ecosystem, write one version in several ways (`1.0`, `1.0.0`); elsewhere lists repeat what the registry shows. */
function isListed({ versions }: Pick<AdvisoryRecord, 'versions'>, { text, parsed, scheme }: Installed): boolean {
  if (versions.includes(text)) return true;
  if (scheme.name !== 'pypi' && scheme.name !== 'generic') return false;
  return versions.some((listed) => {
    const other = scheme.parse(listed);
    return other !== undefined && scheme.compare(parsed, other) === 0;
  });
}

function lowestFixAbove(ranges: readonly VersionRange[], { parsed, scheme }: Installed): string | undefined {
  const fixes = ranges.flatMap(({ fixed }) => fixed ?? []);
  return sortVersions(fixes, scheme).find((fixed) => scheme.compare(parseOnce(scheme, fixed), parsed) > 0);
}

/** Lowest first, each once; equal ones by code unit; texts that are no versions are left out. */
export function sortVersions(texts: readonly string[], scheme: VersionScheme): string[] {
  const distinct = [...new Set(texts)];
  if (distinct.length < 2) return distinct.filter((text) => parseOnce(scheme, text) !== undefined);
  return distinct
    .sort()
    .map((text) => ({ text, parsed: parseOnce(scheme, text) }))
    .filter(({ parsed }) => parsed !== undefined)
    .sort((a, b) => scheme.compare(a.parsed, b.parsed))
    .map(({ text }) => text);
}

/** The comparison that decided, in words that can be repeated by hand: `1.1.1n-0+deb11u2 < 1.1.1n-0+deb11u4 (deb)`. */
function describe({ introduced, fixed, lastAffected }: VersionRange, { text, scheme }: Installed): string {
  const from = introduced === '0' ? null : introduced;
  const end = fixed ?? lastAffected;
  const close = fixed === null ? ']' : ')';
  if (end === null)
    return from === null ? `${text}: every version (${scheme.name})` : `${text} >= ${from} (${scheme.name})`;
  if (from === null) return `${text} ${fixed === null ? '<=' : '<'} ${end} (${scheme.name})`;
  return `${text} in [${from}, ${end}${close} (${scheme.name})`;
}
