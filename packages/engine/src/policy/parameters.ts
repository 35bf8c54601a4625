import { PolicyError } from './error.ts';
import { suggestion } from './nearest.ts';
import type { ParameterValue, Policy, Rule } from './policy-file.ts';

/**
 * The policies with parameters set to other values: `threshold=0` in every rule that has a `threshold`,
 * `risk-index.threshold=0` in the rules of that id alone. Of several assignments to one parameter the last holds.
 *
 * @throws PolicyError `PARAMETER_INVALID` with everything that is wrong: an assignment without `=`, a parameter that no rule
 * has, a value that is not of the type of the parameter
 */
export function setParameters(policies: readonly Policy[], assignments: readonly string[]): readonly Policy[] {
  const problems: string[] = [];
  let result = policies;
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=');
    if (equals < 0) {
      problems.push(`"${assignment}" sets nothing; write NAME=VALUE`);
      continue;
    }
    const [name, text] = [assignment.slice(0, equals).trim(), assignment.slice(equals + 1).trim()];
    const names = new Set(result.flatMap(({ rules }) => rules.flatMap(parameterNames)));
    if (names.has(name)) result = result.map((policy) => withParameter(policy, name, text, problems));
    else problems.push(`no rule has a parameter "${name}"${suggestion(name, [...names].sort())}`);
  }
  if (problems.length > 0) throw new PolicyError('PARAMETER_INVALID', [...new Set(problems)]);
  return result;
}

/** Short ones, and those with the rule's id before them. */
function parameterNames(rule: Rule): readonly string[] {
  return Object.keys(rule.parameters).flatMap((name) => [name, `${rule.id}.${name}`]);
}

function withParameter(policy: Policy, wanted: string, text: string, problems: string[]): Policy {
  const rules = policy.rules.map((rule) => {
    const entries = Object.entries(rule.parameters).map(([name, current]) => {
      if (wanted !== name && wanted !== `${rule.id}.${name}`) return [name, current] as const;
      const value = parse(text, current);
      if (value === undefined) {
        problems.push(
          `parameter "${wanted}" is a ${typeof current}, such as ${String(current)}, and cannot be "${text}"`,
        );
      }
      return [name, value ?? current] as const;
    });
    return { ...rule, parameters: Object.fromEntries(entries) };
  });
  return { ...policy, rules };
}

function parse(text: string, current: ParameterValue): ParameterValue | undefined {
  if (typeof current === 'string') return text;
  if (typeof current === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}
