import { type Severity, severities } from '../advisories/types.ts';
import { parseExpression } from './cel-parse.ts';
import { type Policy, policyOf } from './policy-file.ts';

/**
 * The policy of `--fail-on SEVERITY`: one rule, which denies every vulnerability of at least that severity that no
 * exception excuses. From Unknown on it denies all of them; above, what nobody rates is below every severity.
 */
export function failOnPolicy(severity: Severity): Policy {
  const level = severities.indexOf(severity);
  const rule = {
    id: `fail-on-${severity.toLowerCase()}`,
    scope: 'vulnerability',
    when: `finding.level >= ${level}`,
    action: 'deny',
    message: '{finding.id} in {finding.package.name} {finding.package.version} is {finding.severity}',
    remediation: 'upgrade or remove the package, or excuse the vulnerability with an exception that expires',
  };
  return policyOf({ name: 'fail-on', rules: [rule] }, '--fail-on', parseExpression);
}
