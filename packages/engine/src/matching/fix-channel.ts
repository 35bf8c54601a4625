import type { AdvisoryRecord } from '../advisories/types.ts';
import type { Package } from '../inventory/types.ts';
import type { Fix } from './types.ts';

/** How a version says that it comes from an archive of Ubuntu Pro: `1.2-4ubuntu0.1~esm1`, `2.0-1+esm2`. */
const ofPro = /[+~.]?esm\d/;

/** Archives that only a subscription opens, by the channel that their records carry. */
const proChannels: readonly string[] = ['esm', 'esm-apps', 'esm-infra'];

/** Channels beside the release's own archive that the image has installed something from. */
export function openChannels(packages: readonly Package[]): ReadonlySet<string> {
  const pro = packages.some(({ type, version }) => type === 'deb' && ofPro.test(version));
  return new Set(pro ? proChannels : []);
}

/**
 * Whom to believe where a distro speaks about its own archive and about one that needs a subscription: the archive that
 * the installed version is of. Where only the other one speaks (a release past its public support), that one.
 */
export function ofInstalledChannel(records: readonly AdvisoryRecord[], installed: string): readonly AdvisoryRecord[] {
  if (records.every(({ channel }) => channel === undefined)) return records;
  const pro = ofPro.test(installed);
  const first = records.filter(({ channel }) => (channel !== undefined) === pro);
  return first.length > 0 ? first : records;
}

/** Whether an image that has only these channels open can install this fix of this record. */
export function isOffered(
  { channel }: AdvisoryRecord,
  version: string,
  open: ReadonlySet<string>,
  ownSpeaks: boolean,
): boolean {
  if (channel === undefined || open.has(channel)) return true;
  // Ubuntu repeats under Pro what the public archive got before its support ended; the version tells
  return proChannels.includes(channel) && !ownSpeaks && !ofPro.test(version);
}

/**
 * The channel that a fix came by: the record's own, else that of the bulletin which brought it (`security` for DSA and
 * USN, `lts` for DLA); null when nothing says so.
 */
export function channelOf(records: readonly AdvisoryRecord[], version: string): string | null {
  const fixing = records.filter(({ ranges }) => ranges.some(({ fixed }) => fixed === version));
  const beside = fixing.find(({ channel }) => channel !== undefined && (ofPro.test(version) || channel === 'testing'));
  if (beside?.channel !== undefined) return beside.channel;
  const bulletins = fixing.flatMap((record) => record.bulletins);
  if (bulletins.some((id) => /^(?:DSA|USN)-/.test(id))) return 'security';
  return bulletins.some((id) => id.startsWith('DLA-')) ? 'lts' : null;
}

/** Sorted by channel; versions in the order given. */
export function byChannel(
  fixes: readonly { readonly channel: string; readonly version: string }[],
): NonNullable<Fix['elsewhere']> {
  return [...Map.groupBy(fixes, ({ channel }) => channel)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([channel, group]) => ({ channel, versions: [...new Set(group.map(({ version }) => version))] }));
}
