import {
  explainPolicy,
  packNames,
  policyExplanationJson,
  policyExplanationText,
  type ScanResult,
  severities,
  suggestion,
} from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { UsageError } from '../exit.ts';
import { parseOutputs, writeOutputs } from '../output.ts';
import { list } from '../values.ts';
import { readPolicies } from './policies.ts';
import { oneResult } from './result-file.ts';
import { screenOptions } from './screen-options.ts';

/** `plimsoll policy explain RESULT`: 0 whatever the rules decide. */
export async function runPolicyExplain(
  [file = '']: string[],
  options: Record<string, unknown>,
  { stopIfOver }: CommandContext,
): Promise<number> {
  const outputs = parseOutputs(list(options, 'format'), ['text', 'json'], 'text');
  const result = await oneResult(file);
  const { policies, policyMaps } = await policiesOf(result, list(options, 'policy'), list(options, 'set'));
  const rules = list(options, 'rule');
  const known = [...policies, ...policyMaps.flatMap((each) => each.policies.flat())].flatMap(({ value }) =>
    value.rules.map(({ id }) => id),
  );
  const odd = rules.find((id) => !known.includes(id));
  if (odd !== undefined) throw new UsageError(`--rule: there is no rule "${odd}"${suggestion(odd, known)}`);
  const explanation = explainPolicy(result, policies, policyMaps, rules);
  stopIfOver();
  await writeOutputs(outputs, ({ format, file: to }) =>
    format === 'json'
      ? policyExplanationJson(explanation)
      : policyExplanationText(explanation, screenOptions(to === undefined)),
  );
  return 0;
}

/** What is named, else the packs that judged the image, with the parameters that were set then. */
function policiesOf({ inputs }: ScanResult, given: readonly string[], assignments: readonly string[]) {
  if (given.length > 0) return readPolicies(given, null, assignments);
  const failOn = severities.find((severity) => severity === inputs.settings.failOn) ?? null;
  const names = Object.keys(inputs.policy).filter((name) => name !== 'fail-on');
  const files = names.filter((name) => !packNames.includes(name));
  if (files.length > 0) {
    const named = files.map((name) => `"${name}"`).join(', ');
    throw new UsageError(`the image was judged by ${named}, which is no pack: name the file with --policy`);
  }
  const { parameters } = inputs.settings;
  const set = Array.isArray(parameters) ? parameters.map(String) : [];
  return readPolicies(names, failOn, assignments.length > 0 ? assignments : set);
}
