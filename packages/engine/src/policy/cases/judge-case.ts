import { PolicyError } from '../error.ts';
import { type EvaluateOptions, evaluate } from '../evaluate.ts';
import { explainRules } from '../explain/explain-rules.ts';
import type { Policy } from '../policy-file.ts';
import type { Evaluation, ExplainedRule, PolicySubject, RuleOutcome } from '../types.ts';
import type { Expected, ExpectedRule, PolicyCase } from './case-file.ts';

export interface CaseOutcome {
  readonly name: string;
  readonly place: string;
  /** what is other than expected, in words; empty: the case passed */
  readonly differences: readonly string[];
  /** rules that it broke, and that looked at something and were not broken, as `POLICY/RULE` */
  readonly broke: readonly string[];
  readonly held: readonly string[];
}

/** Judges the image of a case, and holds that against what the case expects. */
export function judgeCase(
  { name, place, expect }: PolicyCase,
  subject: PolicySubject,
  options: Pick<EvaluateOptions, 'policies' | 'exceptions' | 'vex' | 'compareVersions' | 'orderVersions'>,
): CaseOutcome {
  const { policies } = options;
  try {
    const evaluation = evaluate(subject, { ...options, gate: true });
    const seen = explained(subject, policies, evaluation);
    const nameOf = (rule: { readonly policy: string; readonly id: string }) => `${rule.policy}/${rule.id}`;
    return {
      name,
      place,
      differences: differences(expect, evaluation, seen),
      broke: evaluation.verdict.rules.map(nameOf),
      held: seen.filter(({ seen: some, broken }) => some > broken || (some > 0 && broken === 0)).map(nameOf),
    };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const meant = expect.failure !== undefined && error.message.includes(expect.failure);
    const expectedWords = expect.failure === undefined ? 'a verdict' : `a failure with "${expect.failure}"`;
    return {
      name,
      place,
      differences: meant ? [] : [`expected ${expectedWords}, but: ${error.message}`],
      broke: [],
      held: [],
    };
  }
}

/** What each rule saw of what nothing suppresses. */
function explained(
  subject: PolicySubject,
  policies: readonly Policy[],
  { findings }: Evaluation,
): readonly ExplainedRule[] {
  const suppressed = new Map(findings.map((finding) => [finding.key, finding.suppressed]));
  const known = new Map(findings.map((finding) => [finding.key, finding]));
  const found = subject.findings.map((finding) => known.get(finding.key) ?? finding);
  return explainRules(
    subject,
    policies,
    found,
    (finding) => ({ ...finding, suppressed: suppressed.get(finding.key) ?? [] }),
    [],
  );
}

function differences(
  { failure, result, exitCode, rules, includes, excludes, suppressed }: Expected,
  { verdict, findings }: Evaluation,
  seen: readonly ExplainedRule[],
): readonly string[] {
  const lines: string[] = [];
  if (failure !== undefined) lines.push(`expected a failure with "${failure}", got a verdict: ${verdict.result}`);
  if (result !== undefined && result !== verdict.result) {
    lines.push(
      `result: expected ${result}, got ${verdict.result}${because(verdict.reasons.map(({ message }) => message))}`,
    );
  }
  if (exitCode !== undefined && exitCode !== verdict.exitCode) {
    lines.push(
      `exit code: expected ${exitCode}, got ${verdict.exitCode}${because(verdict.reasons.map(({ message }) => message))}`,
    );
  }
  const wanted = [...(rules ?? []), ...(includes ?? [])].map(asRule);
  for (const rule of wanted) lines.push(...ruleDifferences(rule, verdict.rules, findings, seen));
  if (rules !== undefined) {
    const ids = rules.map((each) => asRule(each).id);
    for (const rule of verdict.rules.filter(({ id }) => !ids.includes(id))) lines.push(`+ ${decided(rule)}`);
  }
  for (const rule of verdict.rules.filter(({ id }) => excludes?.includes(id))) lines.push(`+ ${decided(rule)}`);
  if (suppressed !== undefined) {
    const got = findings.filter((finding) => finding.suppressed.length > 0).map(({ id }) => id);
    lines.push(...listDifferences('suppressed', suppressed, got));
  }
  return lines;
}

function asRule(expected: string | ExpectedRule): ExpectedRule {
  return typeof expected === 'string' ? { id: expected } : expected;
}

function because(messages: readonly string[]): string {
  return messages.length === 0 ? '' : ` (${messages.join('; ')})`;
}

function decided({ id, action, message }: RuleOutcome): string {
  return `${id} decided (${action}), which is not expected: ${message}`;
}

function ruleDifferences(
  { id, action, message, findings: ids }: ExpectedRule,
  outcomes: readonly RuleOutcome[],
  findings: Evaluation['findings'],
  seen: readonly ExplainedRule[],
): readonly string[] {
  const outcome = outcomes.find((each) => each.id === id);
  if (outcome === undefined)
    return [`- ${id} was expected to decide, and did not${whyNot(seen.find((rule) => rule.id === id))}`];
  const lines: string[] = [];
  if (action !== undefined && action !== outcome.action) lines.push(`${id}: expected ${action}, got ${outcome.action}`);
  if (message !== undefined && !outcome.message.includes(message)) {
    lines.push(`${id}: expected a message with "${message}", got "${outcome.message}"`);
  }
  if (ids !== undefined) {
    const got = findings.filter(({ key }) => outcome.findings.includes(key)).map((finding) => finding.id);
    lines.push(...listDifferences(`${id}: findings`, ids, got));
  }
  return lines;
}

function listDifferences(what: string, expected: readonly string[], got: readonly string[]): readonly string[] {
  const [a, b] = [[...new Set(expected)].sort(), [...new Set(got)].sort()];
  const named = (ids: readonly string[]) => (ids.length === 0 ? 'none' : ids.join(', '));
  return a.join('\n') === b.join('\n') ? [] : [`${what}: expected ${named(a)}, got ${named(b)}`];
}

/** Of the first thing that the rule looked at: what in its condition is not as it must be. */
function whyNot(rule: ExplainedRule | undefined): string {
  if (rule === undefined) return ': no policy has a rule of that id';
  const [first] = rule.cases;
  if (first === undefined)
    return rule.excused > 0 ? ': what it is about is excused' : ': the case gives nothing that it is about';
  const clauses = first.clauses.map(({ text, holds, values }) => {
    const saw = values.filter(({ name }) => name !== text).map(({ name, value }) => `${name} is ${value}`);
    return `${text} is ${holds ?? 'without a value'}${saw.length > 0 ? ` (${saw.join(', ')})` : ''}`;
  });
  return `; of ${first.subject}: ${clauses.join('; ')}`;
}
