import { failOnPolicy, type Policy, type Severity } from '@plimsoll/engine';

/** With what parses its expression: loaded where it is asked for. */
export function policyOfFailOn(severity: Severity): Policy {
  return failOnPolicy(severity);
}
