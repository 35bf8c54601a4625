import type { EolRecord } from '../advisories/types.ts';
import type { Distro } from '../inventory/types.ts';
import { findingKey, fingerprint } from './finding-key.ts';
import { levelOf } from './severity.ts';
import type { Finding } from './types.ts';

/** What is known about the end of a distro release's public security support. */
export interface EndOfLife {
  /** `image.distro.endOfLife` of the result: last day, true (over at an unknown date), false (none announced), null (not known) */
  readonly endOfLife: string | boolean | null;
  /** null: not known */
  readonly past: boolean | null;
  /** kind `end-of-life`, when it is past */
  readonly finding: Finding | null;
  /** where it is past, the first release that came after it and is still supported; absent: none is known */
  readonly next?: { readonly version: string; readonly endOfLife: string | boolean };
}

/**
 * Looks a distro release up among the release cycles of its distro. The last day still counts as supported.
 *
 * @param records of the shard `eol`; those of other distros are passed over, none means not known
 * @param evaluatedAt `YYYY-MM-DD`
 */
export function endOfLife(distro: Distro, records: readonly EolRecord[], evaluatedAt: string): EndOfLife {
  const record = findCycle(distro, records);
  if (!record) return { endOfLife: null, past: null, finding: null };
  const { endOfSupport } = record;
  const past = isOver(endOfSupport, evaluatedAt);
  if (!past) return { endOfLife: endOfSupport, past, finding: null };
  const next = nextSupported(record, records, evaluatedAt);
  return { endOfLife: endOfSupport, past, finding: findingOf(distro, record), ...(next && { next }) };
}

function isOver(endOfSupport: EolRecord['endOfSupport'], evaluatedAt: string): boolean {
  return typeof endOfSupport === 'string' ? evaluatedAt > endOfSupport : endOfSupport;
}

function nextSupported(
  { distro, released }: EolRecord,
  records: readonly EolRecord[],
  evaluatedAt: string,
): EndOfLife['next'] {
  if (released === null) return undefined;
  const later = records.flatMap((record) =>
    record.distro === distro && record.released !== null && record.released > released && record.released <= evaluatedAt
      ? [{ since: record.released, version: record.cycle, endOfLife: record.endOfSupport }]
      : [],
  );
  const [first] = later
    .filter(({ endOfLife }) => !isOver(endOfLife, evaluatedAt))
    .sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0));
  return first && { version: first.version, endOfLife: first.endOfLife };
}

/** The cycle of a VERSION_ID, most specific first: 3.12.12 is of 3.12, 8.0 of 8, 22.04 of 22.04. */
function findCycle({ id, version }: Distro, records: readonly EolRecord[]): EolRecord | undefined {
  if (version === null) return undefined;
  return records
    .filter(({ distro, cycle }) => distro === id && (version === cycle || version.startsWith(`${cycle}.`)))
    .toSorted((a, b) => b.cycle.length - a.cycle.length)[0];
}

function findingOf(distro: Distro, { cycle, endOfSupport }: EolRecord): Finding {
  const kind = 'end-of-life';
  const id = `${distro.id}-${cycle}`;
  return {
    key: findingKey(kind, id, null),
    fingerprint: fingerprint(kind, id, null),
    id,
    aliases: [],
    advisories: [],
    kind,
    severity: 'High',
    severitySource: 'endoflife.date',
    level: levelOf('High'),
    title: `${distro.prettyName ?? `${distro.id} ${distro.version}`} gets no public security support any more`,
    published: null,
    package: null,
    fix: null,
    risk: null,
    evidence: {
      value: distro.version ?? cycle,
      endOfSupport,
      advisory: { source: 'endoflife.date', id, shard: 'eol' },
    },
    suppressed: [],
  };
}
