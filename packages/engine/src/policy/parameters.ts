import { PolicyError } from './error.ts';
import { suggestion } from './nearest.ts';
import type { ParameterValue, Policy } from './policy-file.ts';

/**
 * The policy with parameters set to other values, in every rule that has them.
 *
 * @throws PolicyError `PARAMETER_INVALID` when no rule has one, or its value is of another type
 */
export function setParameters(policy: Policy, values: Readonly<Record<string, ParameterValue>>): Policy {
  const known = [...new Set(policy.rules.flatMap((rule) => Object.keys(rule.parameters)))];
  const problems: string[] = [];
  for (const name of Object.keys(values)) {
    if (!known.includes(name)) {
      problems.push(`policy "${policy.name}" has no parameter "${name}"${suggestion(name, known)}`);
    }
  }
  const rules = policy.rules.map((rule) => {
    const parameters = { ...rule.parameters };
    for (const [name, current] of Object.entries(rule.parameters)) {
      const value = Object.hasOwn(values, name) ? values[name]! : current;
      if (typeof value !== typeof current) {
        problems.push(
          `parameter "${name}" of policy "${policy.name}" must be a ${typeof current}, as ${String(current)}`,
        );
      }
      parameters[name] = value;
    }
    return { ...rule, parameters };
  });
  if (problems.length > 0) throw new PolicyError('PARAMETER_INVALID', [...new Set(problems)]);
  return { ...policy, rules };
}
