import type { Finding } from '../../matching/types.ts';
import { EvaluationFailure } from '../cel-functions.ts';
import { scopeVariables } from '../context-types.ts';
import { PolicyError } from '../error.ts';
import { type Policy, parameterTypes, type Rule } from '../policy-file.ts';
import { factsRead, signalsRead } from '../rule-inputs.ts';
import { type Judgement, RuleJudge } from '../rule-judge.ts';
import type { ExplainedCase, ExplainedRule, PolicySubject } from '../types.ts';
import { type ExplainCondition, explainCondition } from './condition.ts';
import { subjectName } from './subject-name.ts';

/** Things that broke a rule and that are told of, and things that did not. */
const maxBroken = 10;
const maxHeld = 5;

/**
 * What each rule looked at, what it decided, and which values made it so.
 *
 * @param findings of the subject, with what suppresses them
 * @param excuse says the same of what rules make
 * @param wanted ids of rules; empty: all
 */
export function explainRules(
  subject: PolicySubject,
  policies: readonly Policy[],
  findings: readonly Finding[],
  excuse: (finding: Finding) => Finding,
  wanted: readonly string[],
): readonly ExplainedRule[] {
  return policies.flatMap((policy) =>
    policy.rules
      .filter(({ id }) => wanted.length === 0 || wanted.includes(id))
      .map((rule) => explainRule(subject, policy, rule, findings, excuse)),
  );
}

function explainRule(
  subject: PolicySubject,
  policy: Policy,
  rule: Rule,
  findings: readonly Finding[],
  excuse: (finding: Finding) => Finding,
): ExplainedRule {
  const explain = explainCondition(rule.condition, scopeVariables(rule.scope, parameterTypes(rule.parameters)));
  const cases = new Cases(rule, explain);
  const judge = new RuleJudge(subject, findings, excuse, (_, values, broken) => cases.take(values, broken));
  const judgement = attempt(() => judge.judge(policy, rule));
  const excused = judge.made().filter(({ suppressed }) => suppressed.length > 0).length + suppressedOf(rule, findings);
  const common = { id: rule.id, policy: policy.name, action: rule.action, scope: rule.scope };
  return {
    ...common,
    condition: rule.condition.replace(/\s+/g, ' ').trim(),
    message: 'message' in judgement ? judgement.message : null,
    outcome: outcomeOf(judgement, cases.seen),
    failure: judgement instanceof PolicyError ? reasonOf(judgement) : null,
    seen: cases.seen,
    broken: cases.broken,
    excused,
    parameters: Object.entries(rule.parameters).map(([name, value]) => ({ name, value: String(value) })),
    notes: notesOf(rule, subject),
    cases: cases.told(),
  };
}

/** What a rule was asked about; of many things the first ones of either kind. */
class Cases {
  seen = 0;
  broken = 0;
  readonly #rule: Rule;
  readonly #explain: ExplainCondition;
  readonly #broken: ExplainedCase[] = [];
  readonly #held: ExplainedCase[] = [];

  constructor(rule: Rule, explain: ExplainCondition) {
    this.#rule = rule;
    this.#explain = explain;
  }

  take(values: readonly unknown[], answer: boolean | EvaluationFailure): void {
    this.seen++;
    if (answer === true) this.broken++;
    const broken = answer !== false;
    const told = broken ? this.#broken : this.#held;
    if (told.length === (broken ? maxBroken : maxHeld)) return;
    told.push({
      subject: subjectName(this.#rule.scope, values[0]),
      broken: answer === true ? true : answer === false ? false : null,
      failure: answer instanceof EvaluationFailure ? answer.message : null,
      clauses: this.#explain(values),
    });
  }

  told(): readonly ExplainedCase[] {
    return [...this.#broken, ...this.#held];
  }
}

function attempt(judge: () => Judgement): Judgement | PolicyError {
  try {
    return judge();
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
}

/** Without the names of rule and policy. */
function reasonOf({ cause, message }: PolicyError): string {
  return cause instanceof EvaluationFailure ? cause.message : message;
}

function outcomeOf(judgement: Judgement | PolicyError, seen: number): ExplainedRule['outcome'] {
  if (judgement instanceof PolicyError) return 'failed';
  if (judgement.message !== null) return 'broken';
  return seen === 0 ? 'nothing-to-judge' : 'held';
}

/** Findings that the rule is about and does not see. */
function suppressedOf({ scope }: Rule, findings: readonly Finding[]): number {
  if (scope !== 'vulnerability' && scope !== 'malware') return 0;
  return findings.filter(({ kind, suppressed }) => kind === scope && suppressed.length > 0).length;
}

/** Why a rule may not have seen all that it asks for. */
function notesOf(rule: Rule, { inventory, missing, stale, malwareScanned }: PolicySubject): readonly string[] {
  const facts = factsRead([rule]).filter((fact) => inventory.facts[fact] === undefined);
  const notes = facts.map(
    (fact) => `there are no facts "${fact}" to look at: scan with --facts ${fact}, or by this policy`,
  );
  if (rule.files.length > 0) notes.push('of files only those are seen that were asked for when the image was scanned');
  if (rule.when.reads.some((read) => read.startsWith('file.content')))
    notes.push('what is in files is not kept, so that a condition on it is false');
  if (rule.scope === 'config' && inventory.facts.config === null) notes.push('there is no configuration to look at');
  if (rule.scope === 'secret' && rule.within !== null && inventory.configSecrets === undefined)
    notes.push('secrets of the configuration are not known');
  if (rule.scope === 'runtime' && inventory.facts.containers === undefined)
    notes.push('no container was given (--container)');
  if (rule.scope === 'malware' && !malwareScanned) notes.push('files were not scanned for malware (--clamd)');
  for (const shard of signalsRead([rule])) {
    if (missing.includes(shard)) notes.push(`advisories ${shard} are missing`);
    if (stale.includes(shard)) notes.push(`advisories ${shard} are stale`);
  }
  return notes;
}
