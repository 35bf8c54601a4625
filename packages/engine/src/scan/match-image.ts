import { distroShard, ecosystemShard, shardPackageName } from '../advisories/shard-names.ts';
import type { Incomplete, Inventory, Package } from '../inventory/types.ts';
import { type EndOfLife, endOfLife } from '../matching/end-of-life.ts';
import { candidateCves, enrich, type RiskSources } from '../matching/enrich.ts';
import { matchInventory } from '../matching/match.ts';
import { type LookupPlan, type Naming, planLookups } from '../matching/plan.ts';
import type { Finding } from '../matching/types.ts';
import { flawedCodeIn } from './flawed-code.ts';
import type { AdvisoryDesk } from './gather-advisories.ts';
import type { ScanRequest } from './request.ts';

/** What matching finds in an inventory, by the advisories at hand. */
export interface MatchedImage {
  /** vulnerabilities, malicious packages and the end of life, in no order */
  readonly findings: readonly Finding[];
  /** null: no distro */
  readonly life: EndOfLife | null;
  /** what could not be compared */
  readonly incomplete: readonly Incomplete[];
  /** whether this shard is at hand */
  has(shard: string): boolean;
  /**
   * Matches packages that were changed, by the records that were read for what they were: their names are the same.
   *
   * @param packages of the whole image
   */
  again(
    packages: readonly Package[],
    changed: ReadonlySet<Package>,
  ): Promise<{ readonly findings: readonly Finding[]; readonly incomplete: readonly Incomplete[] }>;
}

export interface MatchSettings {
  readonly severityOrder?: readonly string[] | undefined;
  readonly evaluatedAt: string;
  /** absent: the inventory tells */
  readonly codeOf?: RiskSources['codeOf'] | undefined;
  /** absent: findings do not say whether they are the base's */
  readonly baseOf?: RiskSources['baseOf'];
}

/** A derivative is recognised as itself, and judged as another distro only when that was asked for. */
export function asJudged(inventory: Inventory, as: ScanRequest['judgedAs']): Inventory {
  if (as === null) return inventory;
  const { prettyName = null, like = [] } = inventory.distro ?? {};
  return { ...inventory, distro: { ...as, codename: null, prettyName, like } };
}

/** What has to be looked up for an inventory. The table of classifiers is loaded only where one of them recognised something. */
export async function planFor(inventory: Inventory): Promise<LookupPlan> {
  return planLookups(inventory, await namingFor(inventory));
}

export async function matchImage(
  inventory: Inventory,
  plan: LookupPlan,
  desk: AdvisoryDesk,
  { severityOrder, evaluatedAt, codeOf, baseOf }: MatchSettings,
): Promise<MatchedImage> {
  const statements = desk.statements(plan);
  const { candidates, incomplete } = matchInventory({ inventory, plan, advisories: statements });
  const cves = candidateCves(candidates);
  const known = new Set(cves);
  const signals = await desk.signals(cves, [...plan.names.keys()]);
  const { distro } = inventory;
  const life = distro && endOfLife(distro, desk.endOfLife(distro.id), evaluatedAt);
  const code = codeOf ?? flawedCodeIn(inventory.code ?? []);
  return {
    findings: [
      ...enrich(candidates, { ...signals, severityOrder, codeOf: code, baseOf }),
      ...(life?.finding ? [life.finding] : []),
    ],
    life,
    incomplete,
    has: (shard) => statements.has(shard),
    again: async (packages, changed) => {
      const after = { ...inventory, packages: packages.filter((pkg) => changed.has(pkg)) };
      const own = await planFor(after);
      const matched = matchInventory({ inventory: after, plan: own, advisories: statements });
      const asked = candidateCves(matched.candidates);
      const told = asked.every((id) => known.has(id))
        ? signals
        : await desk.signals(asked, [...own.names.keys()], false);
      return {
        findings: enrich(matched.candidates, { ...told, severityOrder }),
        incomplete: [...own.incomplete, ...matched.incomplete],
      };
    },
  };
}

async function namingFor({ packages }: Inventory): Promise<Naming> {
  const naming = { distroShard, ecosystemShard, shardPackageName };
  if (!packages.some(({ type }) => type === 'generic')) return naming;
  const { unownedSoftware } = await import('./unowned-software.ts');
  return { ...naming, softwareShard: unownedSoftware(packages) };
}
