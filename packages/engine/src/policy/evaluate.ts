import type { Finding } from '../matching/types.ts';
import { type Baseline, heldAgainst } from './baseline.ts';
import { type CompareVersions, smallestChanges } from './changes.ts';
import { completenessReasons } from './completeness.ts';
import { controlOutcomes } from './compliance.ts';
import type { ExceptionFile } from './exception.ts';
import { Exceptions } from './exception-match.ts';
import type { Policy } from './policy-file.ts';
import { knownSignals, ruleInputs, signalsRead } from './rule-inputs.ts';
import { type Judgement, RuleJudge } from './rule-judge.ts';
import type { Evaluation, ExitCode, OrderVersions, PolicySubject, Reason, RuleOutcome, Verdict } from './types.ts';
import { isLater, VexStatements } from './vex/vex-match.ts';
import type { VexFile } from './vex/vex-statement.ts';

export interface EvaluateOptions {
  /** all of them apply; what one allows to be incomplete is allowed */
  readonly policies: readonly Policy[];
  readonly exceptions: readonly ExceptionFile[];
  readonly vex?: readonly VexFile[] | undefined;
  /** what it knows is suppressed, except for rules that ask whether a finding is new */
  readonly baseline?: Baseline | undefined;
  /** an exception that ends within so many days is named as lapsing; default 14 */
  readonly lapsingDays?: number | undefined;
  /** false (`--no-gate`): exit 1 becomes 0, nothing else changes */
  readonly gate: boolean;
  /** by the package type's scheme; default: by code unit */
  readonly compareVersions?: CompareVersions | undefined;
  /** of those that VEX statements call fixed; default: none can be compared */
  readonly orderVersions?: OrderVersions | undefined;
}

/**
 * Judges one image. A pure function: the same subject and options give the same evaluation.
 *
 * @returns the subject's findings in their order with what suppressed them, then those that rules made (kind
 * misconfiguration), by key; and the verdict. `verdict.inputs` are those that rules read; what matching read is for its
 * caller to add.
 * @throws PolicyError `RULE_FAILED` when a rule cannot be judged on this image
 */
export function evaluate(subject: PolicySubject, options: EvaluateOptions): Evaluation {
  const exceptions = new Exceptions(options.exceptions, subject.image, subject.evaluatedAt, options.lapsingDays);
  const order = options.orderVersions ?? (() => null);
  const vex = new VexStatements(options.vex ?? [], subject.image, order, subject.evaluatedAt);
  const { baseline } = options;
  const held = (finding: Finding) =>
    baseline === undefined ? finding : heldAgainst(finding, baseline, subject.evaluatedAt);
  const found = subject.findings.map((finding) => held(vex.apply(exceptions.apply(finding))));
  const judge = new RuleJudge(subject, found, (finding) => held(exceptions.apply(finding)));
  const judgements = options.policies.flatMap((policy) => policy.rules.map((rule) => judge.judge(policy, rule)));
  const findings = [...found, ...judge.made()];
  const outcomes = judgements.flatMap(outcome);
  const rules = [
    ...outcomes.filter(({ action }) => action === 'deny'),
    ...outcomes.filter(({ action }) => action !== 'deny'),
  ];
  const denying = rules.filter(({ action }) => action === 'deny');
  const reasons = [
    ...policyReason(denying, options.gate),
    ...completenessReasons({
      incomplete: subject.incomplete,
      ...advisoryState(subject, options.policies, found),
      allowed: new Set(options.policies.flatMap((policy) => policy.allow.incomplete)),
    }),
  ];
  const controls = controlOutcomes(options.policies, rules, reasons, subject);
  const verdict: Verdict = {
    result: reasons.length > 0 ? 'fail' : rules.length > 0 ? 'warn' : 'pass',
    exitCode: exitCode(reasons),
    reasons,
    inputs: inputsRead(options, found, subject.evaluatedAt),
    rules,
    ...(controls.length > 0 ? { controls } : {}),
    exceptions: exceptions.report(),
    ...(options.vex && options.vex.length > 0 && { vex: vex.report() }),
    changes: smallestChanges(
      denying,
      blockingFindings(judgements, findings),
      subject,
      options.compareVersions ?? byCodeUnit,
    ),
  };
  return { findings, verdict };
}

function outcome({ policy, rule, message, findings }: Judgement): readonly RuleOutcome[] {
  if (message === null) return [];
  const { id, action, remediation, controls } = rule;
  return [{ id, policy: policy.name, action, message, remediation, controls, findings }];
}

/** Those that denying rules found, in their order. @param findings those of the subject, then those that rules made */
function blockingFindings(judgements: readonly Judgement[], findings: readonly Finding[]): readonly Finding[] {
  const isBlocking = new Uint8Array(findings.length);
  const others = new Set<string>();
  for (const { rule, places, findings: keys } of judgements) {
    if (rule.action !== 'deny') continue;
    if (places === undefined) for (const key of keys) others.add(key);
    else for (let at = 0; at < places.length; at++) isBlocking[places[at]!] = 1;
  }
  return findings.filter(({ key }, at) => isBlocking[at] === 1 || others.has(key));
}

function policyReason(denying: readonly RuleOutcome[], gate: boolean): readonly Reason[] {
  if (denying.length === 0) return [];
  const ids = denying.map(({ id }) => id).join(', ');
  const broken = `the policy is broken by ${denying.length === 1 ? 'the rule' : `${denying.length} rules:`} ${ids}`;
  return gate
    ? [{ exitCode: 1, code: 'policy', message: broken }]
    : [{ exitCode: 1, code: 'policy-not-gated', message: `${broken} (not gated: this alone does not stop the image)` }];
}

/** 2 and 3 end before there is a verdict; of the others 1 goes before 5 before 4. */
function exitCode(reasons: readonly Reason[]): ExitCode {
  const codes = reasons.filter(({ code }) => code !== 'policy-not-gated').map((reason) => reason.exitCode);
  return ([1, 5, 4] as const).find((code) => codes.includes(code)) ?? 0;
}

/**
 * Shards that are missing or stale and matter: those of signals (KEV, EPSS, end of life) only when a rule asks for them.
 * When a rule asks for a signal that no vulnerability has, its shard was not at hand, whoever says what is missing.
 */
function advisoryState(
  subject: PolicySubject,
  policies: readonly Policy[],
  findings: readonly Finding[],
): { readonly missing: readonly string[]; readonly stale: readonly string[] } {
  const asked = signalsRead(policies.flatMap((policy) => policy.rules));
  const matters = (shard: string) => !knownSignals.includes(shard) || asked.includes(shard);
  const missing = new Set(subject.missing.filter(matters));
  const stale = new Set(subject.stale.filter(matters));
  const open = findings.filter(({ kind, suppressed }) => kind === 'vulnerability' && suppressed.length === 0);
  const blind = {
    kev: open.some(({ risk }) => risk?.kev == null),
    epss: open.length > 0 && open.every(({ risk }) => risk?.epss == null),
  };
  for (const shard of ['kev', 'epss'] as const) {
    if (blind[shard] && asked.includes(shard) && !stale.has(shard)) missing.add(shard);
  }
  return { missing: [...missing].sort(), stale: [...stale].sort() };
}

function inputsRead(options: EvaluateOptions, found: readonly Finding[], evaluatedAt: string): readonly string[] {
  const vulnerabilities = shardsOf(found, 'vulnerability');
  const malware = shardsOf(found, 'malware');
  const inputs = new Set(options.policies.map(({ name }) => `policy.${name}`));
  const rules = options.policies.flatMap((policy) => policy.rules);
  const read = ruleInputs(rules, ({ scope }) => (scope === 'malware' ? malware : vulnerabilities));
  for (const input of read) inputs.add(input);
  for (const { source, exceptions } of options.exceptions) {
    inputs.add(`exceptions.${source}`);
    if (exceptions.length > 0) inputs.add('evaluatedAt');
    if (exceptions.some(({ images, notImages }) => images !== null || notImages.length > 0))
      inputs.add('subject.reference');
  }
  if (options.baseline !== undefined) inputs.add('history.baseline');
  for (const { source, statements } of options.vex ?? []) {
    for (const read of [`vex.${source}`, 'subject.reference']) inputs.add(read);
    if (statements.some((statement) => isLater(statement, evaluatedAt))) inputs.add('evaluatedAt');
  }
  return [...inputs].sort();
}

function shardsOf(findings: readonly Finding[], wanted: Finding['kind']): readonly string[] {
  const shards = new Set<string>();
  for (let at = 0; at < findings.length; at++) {
    const { kind, evidence } = findings[at]!;
    if (kind === wanted && evidence.advisory !== undefined) shards.add(evidence.advisory.shard);
  }
  return [...shards];
}

function byCodeUnit(_type: string, a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
