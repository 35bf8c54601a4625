import { parseExpression } from './cel-parse.ts';
import { type Policy, readPolicy } from './policy-file.ts';
import { type YamlLimits, YamlReader } from './yaml-reader.ts';

const limits: YamlLimits = { maxCharacters: 262_144, maxDepth: 20, maxAliases: 100, maxProblems: 50 };

class PolicyYaml extends YamlReader {
  readonly parse = parseExpression;
}

/**
 * Reads a policy file.
 *
 * @param source what its problems are named after: the path of the file
 * @throws PolicyError `POLICY_INVALID` with everything that is wrong, each with line and column
 */
export function loadPolicy(text: string, source: string): Policy {
  const reader = new PolicyYaml(text, source, limits);
  const root = reader.root();
  const policy = root && readPolicy(reader, root);
  reader.finish('POLICY_INVALID');
  return policy as Policy;
}
