import type { Inventory } from '../inventory/types.ts';
import { compareFindings } from '../matching/finding-key.ts';
import { type LookupPlan, sortIncomplete, unjudgedSoftware } from '../matching/plan.ts';
import type { Finding } from '../matching/types.ts';
import type { PolicySubject } from '../policy/types.ts';
import type { ResultImage } from '../result/types.ts';
import type { ChangedImage } from './changes/judge-changes.ts';
import type { AdvisoryDesk } from './gather-advisories.ts';
import type { MatchedImage } from './match-image.ts';
import type { Subject } from './read-subject.ts';
import type { ScanRequest } from './request.ts';

/** An inventory with what matching it gave. */
export interface Matching {
  readonly inventory: Inventory;
  readonly plan: LookupPlan;
  readonly matched: MatchedImage;
}

/** What policies look at. @param base what the image is built on, or would be */
export function policySubject(
  { inventory, plan, matched }: Matching,
  subject: Subject,
  { base }: Pick<ResultImage, 'base'>,
  desk: AdvisoryDesk,
  { stage, evaluatedAt }: ScanRequest,
): PolicySubject {
  const { image, malware } = subject;
  const { missing, stale, feeds } = desk.summary();
  const { distro } = inventory;
  const { life } = matched;
  const layers = new Set(inventory.layers.map(({ diffId }) => diffId));
  const infected = (malware?.findings ?? []).filter(({ evidence: { layer } }) => layer == null || layers.has(layer));
  return {
    image: {
      reference: image.reference,
      names: image.names,
      id: image.id,
      digest: image.digest ?? image.contentDigest,
      platform: image.platform,
      created: inventory.facts.config?.created ?? null,
      base,
      distro: distro && {
        id: distro.id,
        version: distro.version,
        like: distro.like,
        endOfLife: life?.endOfLife ?? null,
        pastEndOfLife: life?.past ?? null,
        ...(life?.next && { next: life.next }),
      },
    },
    stage,
    evaluatedAt,
    ...(subject.scannedAt !== undefined && { scannedAt: subject.scannedAt }),
    feeds: feeds.map(({ name, checkedAt, dataDate }) => ({ name, confirmed: checkedAt, data: dataDate })),
    inventory,
    malwareScanned: malware !== null,
    findings: [...matched.findings, ...infected].sort(compareFindings),
    incomplete: sortIncomplete([
      ...inventory.incomplete,
      ...subject.base.incomplete,
      ...(malware?.incomplete ?? []),
      ...plan.incomplete,
      ...matched.incomplete,
      ...unjudgedSoftware(plan, matched.has),
    ]),
    stale,
    missing: plan.noFeedDistro ? [...missing, noFeedName(plan.noFeedDistro)].sort() : missing,
  };
}

/** The same with changes made. What stays is matched as it was. */
export async function withChanges(
  subject: PolicySubject,
  matched: MatchedImage,
  { inventory, changed, newRelease }: ChangedImage,
): Promise<PolicySubject> {
  const again = await matched.again(inventory.packages, changed);
  const stays = new Set(inventory.packages);
  const isOld = isOneOf(subject.inventory.packages.filter((pkg) => !stays.has(pkg)));
  const isLeft = (finding: Finding) => !isOld(finding) && !(newRelease && finding.kind === 'end-of-life');
  const { distro } = subject.image;
  return {
    ...subject,
    image: {
      ...subject.image,
      distro: distro && { ...distro, pastEndOfLife: newRelease ? false : distro.pastEndOfLife },
    },
    inventory,
    findings: [...subject.findings.filter(isLeft), ...again.findings].sort(compareFindings),
    incomplete: sortIncomplete([...subject.incomplete, ...again.incomplete]),
  };
}

/** Whether a finding is about one of these packages. */
function isOneOf(packages: Inventory['packages']): (finding: Finding) => boolean {
  const places = new Map<string, Set<string | undefined>>();
  for (const { purl, locations } of packages) {
    const known = places.get(purl);
    if (known === undefined) places.set(purl, new Set([locations[0]?.path]));
    else known.add(locations[0]?.path);
  }
  return ({ package: pkg, evidence }) => pkg !== null && places.get(pkg.purl)?.has(evidence.path) === true;
}

/** What stands in `missing` for a distro that no feed speaks about. */
function noFeedName(distro: { id: string; version: string | null }): string {
  return distro.version === null ? distro.id : `${distro.id}-${distro.version}`;
}
