import type { Package } from '../../inventory/types.ts';
import type { Finding } from '../../matching/types.ts';
import { upgradeTo } from '../../policy/changes.ts';
import type { AfterUpgrades, Change, Evaluation, Upgrade, Verdict } from '../../policy/types.ts';
import { applyUpgrades } from './apply-upgrades.ts';

/** An upgrade may reveal that a later one is needed; how often that is looked for. */
const maxRounds = 4;

/** Matches and judges these packages instead of the image's. @param changed those that are others than the image's */
type JudgeAgain = (packages: readonly Package[], changed: ReadonlySet<Package>) => Promise<Evaluation>;

/**
 * Proves the smallest change: makes all of its upgrades, matches what was changed against the advisories again, judges the
 * whole again, and raises an upgrade whose version is still found wanting.
 *
 * @returns the verdict with what came of that; unchanged where no upgrade would help
 */
export async function judgeUpgrades(
  packages: readonly Package[],
  { findings, verdict }: Evaluation,
  judgeAgain: JudgeAgain,
): Promise<Verdict> {
  let changes = verdict.changes;
  let after: AfterUpgrades | undefined;
  for (let round = 0; round < maxRounds; round++) {
    const upgrades = changes.flatMap(({ upgrade }) => upgrade ?? []);
    if (upgrades.length === 0) break;
    const made = applyUpgrades(packages, upgrades);
    const again = await judgeAgain(made.packages, made.changed);
    after = afterUpgrades(again.verdict);
    const raised = raise(changes, again, findings);
    if (raised === null || round === maxRounds - 1) break;
    changes = raised;
  }
  return after === undefined ? verdict : { ...verdict, changes, afterUpgrades: after };
}

function afterUpgrades({ result, exitCode, reasons, rules }: Verdict): AfterUpgrades {
  const denying = rules.filter(({ action }) => action === 'deny').map(({ id }) => id);
  return { result, exitCode, reasons, rules: [...new Set(denying)] };
}

/** The changes with what the next round asks for; null: nothing. */
function raise(
  changes: readonly Change[],
  { verdict }: Evaluation,
  findings: readonly Finding[],
): readonly Change[] | null {
  const wanted = verdict.changes.flatMap(({ upgrade }) => upgrade ?? []);
  const byKey = new Map(findings.map((finding) => [finding.key, finding]));
  let isRaised = false;
  const raised = changes.map((change) => {
    const { upgrade } = change;
    const next = upgrade && wanted.find((each) => each.from === upgrade.to && isSameSubject(each, upgrade));
    if (!upgrade || !next || next.to === upgrade.to) return change;
    isRaised = true;
    const fixed = change.findings.flatMap((key) => byKey.get(key) ?? []);
    return upgradeTo({ ...upgrade, to: next.to }, fixed);
  });
  return isRaised ? raised : null;
}

function isSameSubject(a: Upgrade, b: Upgrade): boolean {
  const isElsewhere = a.path !== null && b.path !== null && a.path !== b.path;
  if (a.type !== b.type || a.source !== b.source || isElsewhere) return false;
  return a.source !== null || a.names.some((name) => b.names.includes(name));
}
