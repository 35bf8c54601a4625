import { loadPolicy, loadPolicyMap, type Policy, type PolicyMap } from '@plimsoll/engine';

/** What reads policies that people write, of YAML: loaded where one is named. */

export function readPolicyFile(text: string, path: string): Policy {
  return loadPolicy(text, path);
}

export function readPolicyMap(text: string, path: string): PolicyMap {
  return loadPolicyMap(text, path);
}
