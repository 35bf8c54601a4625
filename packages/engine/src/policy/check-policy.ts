import type { FactName } from '../inventory/types.ts';
import { constantDoubts } from './constant-doubts.ts';
import type { Policy, Rule } from './policy-file.ts';
import { factsRead, filesRead, signalsRead } from './rule-inputs.ts';

/** What a policy that can be used asks of a scan, and what its author may not have meant. */
export interface CheckedPolicy {
  readonly name: string;
  readonly deny: number;
  readonly warn: number;
  /** shards of risk signals that its rules need: without them the scan ends with 5 */
  readonly signals: readonly string[];
  /** facts beside the packages that are gathered for it */
  readonly facts: readonly FactName[];
  /** whether files are read for it, and how many rules name some */
  readonly fileRules: number;
  readonly doubts: readonly string[];
}

export function checkPolicy({ name, rules }: Policy): CheckedPolicy {
  const ofAction = (action: Rule['action']) => rules.filter((rule) => rule.action === action).length;
  return {
    name,
    deny: ofAction('deny'),
    warn: ofAction('warn'),
    signals: signalsRead(rules),
    facts: factsRead(rules),
    fileRules: filesRead(rules).length,
    doubts: rules.flatMap((rule, at) => [
      ...unread(rule),
      ...constantDoubts(rule.id, rule.condition),
      ...said(rule, rules.slice(0, at)),
    ]),
  };
}

/** A parameter that nothing reads can be set, and changes nothing. */
function unread({ id, parameters, when, message }: Rule): readonly string[] {
  const reads = new Set([...when.reads, ...message.reads]);
  return Object.keys(parameters)
    .filter((name) => !reads.has(`parameters.${name}`))
    .map((name) => `rule "${id}" has a parameter "${name}" that nothing in it reads`);
}

/** Two rules that are broken by the same, unless they differ in what they are about or what a parameter says. */
function said(rule: Rule, before: readonly Rule[]): readonly string[] {
  const same = before.find((other) => asked(other) === asked(rule));
  return same ? [`rule "${rule.id}" asks for the same as rule "${same.id}"`] : [];
}

function asked({ scope, condition, per, within, files, parameters }: Rule): string {
  return JSON.stringify([scope, condition.replace(/\s+/g, ' ').trim(), per, within, files, parameters]);
}
