import type { AdvisoryRecord } from '../advisories/types.ts';
import { byChannel, channelOf, isOffered } from './fix-channel.ts';
import { type Installed, type Judgement, sortVersions } from './judge-record.ts';
import type { Fix, FixState } from './types.ts';

/** A record that the installed version is affected by, and what it compared. */
export interface Affected {
  readonly record: AdvisoryRecord;
  readonly judgement: Extract<Judgement, { verdict: 'affected' }>;
}

export function affectedOf(
  records: readonly AdvisoryRecord[],
  judgements: ReadonlyMap<AdvisoryRecord, Judgement>,
): Affected[] {
  const affected: Affected[] = [];
  for (const record of records) {
    const judgement = judgements.get(record);
    if (judgement?.verdict === 'affected') affected.push({ record, judgement });
  }
  return affected;
}

/** Statuses that explain why there is no fix, the most final first. */
const unfixed = ['end-of-life', 'will-not-fix', 'deferred', 'under-investigation'] as const satisfies FixState[];

/**
 * What would fix it, or why nothing does.
 *
 * @param affected by the records that decide
 * @param everywhere by every record, also of archives that the image has not opened
 */
export function fixOf(
  records: readonly AdvisoryRecord[],
  affected: readonly Affected[],
  everywhere: readonly Affected[],
  { scheme }: Installed,
  channels: ReadonlySet<string>,
): Fix {
  const ownSpeaks = records.some(({ channel }) => channel === undefined);
  const fixes = (of: readonly Affected[], offered: boolean) =>
    of
      .flatMap(({ record, judgement }) => judgement.fixes.map((version) => ({ record, version })))
      .filter(({ record, version }) => isOffered(record, version, channels, ownSpeaks) === offered);
  const versions = sortVersions(
    fixes(affected, true).map(({ version }) => version),
    scheme,
  );
  const [lowest] = versions;
  if (lowest !== undefined) {
    // A bulletin's copy often knows the day where the deciding statement knows the version alone.
    const dates = records
      .filter(({ ranges }) => ranges.some(({ fixed }) => fixed !== null && versions.includes(fixed)))
      .flatMap(({ fixedSince }) => fixedSince ?? []);
    const channel = channelOf(records, lowest);
    return { state: 'fixed', versions, since: dates.sort()[0] ?? null, ...(channel !== null && { channel }) };
  }
  const stated = unfixed.find((status) => affected.some(({ record }) => record.status === status));
  const elsewhere = byChannel(
    fixes(everywhere, false).map(({ record, version }) => ({ channel: record.channel ?? '', version })),
  );
  // A range that ends with the last affected version, or a list, does not say what comes after.
  const open = elsewhere.length > 0 || affected.some(({ judgement }) => judgement.openEnd);
  const state = stated ?? (open ? 'not-fixed' : 'unknown');
  return { state, versions: [], since: null, ...(elsewhere.length > 0 && { elsewhere }) };
}
