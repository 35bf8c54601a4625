import type { ChangedDecision, ChangedFinding, ChangedInput } from './difference.ts';
import type { ScanResult } from './types.ts';

/** Of one decision. */
const maxReasons = 4;

/** What decides against the image in one of two results alone, with the inputs that made it so. */
export function changedDecisions(
  a: ScanResult,
  b: ScanResult,
  inputs: readonly ChangedInput[],
  findings: readonly ChangedFinding[],
): readonly ChangedDecision[] {
  const [before, after] = [decisions(a), decisions(b)];
  const changes = new Map(findings.map((each) => [each.key, each]));
  const said = (id: string, change: ChangedDecision['change'], { policy, keys }: Decision): ChangedDecision => ({
    id,
    change,
    because: reasons(id, policy, keys, inputs, changes).slice(0, maxReasons),
  });
  return [
    ...[...after].filter(([id]) => !before.has(id)).map(([id, each]) => said(id, 'denies', each)),
    ...[...before].filter(([id]) => !after.has(id)).map(([id, each]) => said(id, 'denies no longer', each)),
  ];
}

interface Decision {
  /** null: it is no rule */
  readonly policy: string | null;
  /** of findings */
  readonly keys: readonly string[];
}

function decisions({ verdict }: ScanResult): ReadonlyMap<string, Decision> {
  const rules = verdict.rules
    .filter(({ action }) => action === 'deny')
    .map(({ id, policy, findings }) => [id, { policy, keys: findings }] as const);
  const others = verdict.reasons
    .filter(({ code }) => code !== 'policy' && code !== 'policy-not-gated')
    .map(({ code }) => [code, { policy: null, keys: [] }] as const);
  return new Map<string, Decision>([...rules, ...others]);
}

/** Which inputs completeness depends on. */
const stateInputs: Readonly<Record<string, RegExp>> = {
  'advisories-missing': /^(?:missing|advisories\b|policy\b|settings\.distro)/,
  'advisories-stale': /^(?:stale|evaluatedAt|settings\.maxDbAgeDays)/,
  'inventory-incomplete': /^(?:subject\.|catalogers\b|malware|policy\b|settings\.)/,
};

function reasons(
  id: string,
  policy: string | null,
  keys: readonly string[],
  inputs: readonly ChangedInput[],
  changes: ReadonlyMap<string, ChangedFinding>,
): readonly string[] {
  if (policy === null) {
    const found = inputs.filter(({ path }) => stateInputs[id]?.test(path));
    return found.length > 0 ? found.map(inWords) : everyInput(inputs);
  }
  const ofPolicy = inputs.filter(({ path }) => path === `policy.${policy}`).map(inWords);
  const counted = new Map<string, number>();
  for (const key of keys) {
    for (const reason of changes.get(key)?.because.slice(0, 1) ?? [])
      counted.set(reason, (counted.get(reason) ?? 0) + 1);
  }
  const ofFindings = [...counted]
    .sort(([x, n], [y, m]) => m - n || (x < y ? -1 : 1))
    .map(([reason, count]) => (count > 1 ? `${reason} (${count} findings)` : reason));
  const found = [...ofPolicy, ...ofFindings];
  if (found.length > 0) return found;
  // the findings are the same: the rule saw something else, such as another day
  const day = inputs.filter(({ path, read }) => read && path === 'evaluatedAt').map(inWords);
  return day.length > 0 ? day : everyInput(inputs);
}

function everyInput(inputs: readonly ChangedInput[]): readonly string[] {
  return inputs.filter(({ read }) => read).map(inWords);
}

function inWords({ path, before, after }: ChangedInput): string {
  if (path === 'evaluatedAt') return `the day is ${after}, and was ${before}`;
  if (before === null) return `${path} is new`;
  return after === null ? `${path} is gone` : `${path} changed`;
}
