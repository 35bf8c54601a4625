import {
  type CheckedPolicy,
  checkPolicy,
  isPolicyMap,
  loadPack,
  type Policy,
  PolicyError,
  packNames,
} from '@plimsoll/engine';
import { columns } from '../columns.ts';
import { UsageError } from '../exit.ts';
import { parseOutputs, writeOutputs } from '../output.ts';
import { list } from '../values.ts';
import { policyText, readPolicies } from './policies.ts';

interface Checked extends CheckedPolicy {
  readonly source: string;
  /** of a map of policies */
  readonly mappings?: number;
}

/** `plimsoll policy check FILE…`: 2 for one that cannot be used, with everything that is wrong in all of them; 1 for a doubt. */
export async function runPolicyCheck(given: string[], options: Record<string, unknown>): Promise<number> {
  const outputs = parseOutputs(list(options, 'format'), ['text', 'json'], 'text');
  const checked: Checked[] = [];
  const problems: string[] = [];
  for (const name of given) {
    try {
      checked.push(await checkedPolicy(name));
    } catch (error) {
      if (!(error instanceof PolicyError) && !(error instanceof UsageError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new UsageError([...new Set(problems)].join('\n'));
  await writeOutputs(outputs, ({ format }) =>
    format === 'json' ? json({ schemaVersion: '1', policies: checked }) : checked.map(checkedText).join(''),
  );
  return checked.some(({ doubts }) => doubts.length > 0) ? 1 : 0;
}

async function checkedPolicy(name: string): Promise<Checked> {
  const text = await policyText(name, 'policy check');
  if (text === undefined) return { source: `pack:${name}`, ...checkPolicy(loadPack(name)) };
  const { readPolicyFile, readPolicyMap } = await import('./policy-files.ts');
  if (!isPolicyMap(text)) return { source: name, ...checkPolicy(readPolicyFile(text, name)) };
  const { mappings, name: title } = readPolicyMap(text, name);
  // also reads the policies that it names
  const { policyMaps } = await readPolicies([name], null, []);
  const judging = new Set(policyMaps.flatMap((each) => each.policies.flat().map(({ value }) => value)));
  const all = [...judging].map(checkPolicy);
  const sum = (of: (each: CheckedPolicy) => number) => all.reduce((total, each) => total + of(each), 0);
  const union = <T>(of: (each: CheckedPolicy) => readonly T[]) => [...new Set(all.flatMap(of))].sort();
  return {
    source: name,
    name: title,
    mappings: mappings.length,
    deny: sum(({ deny }) => deny),
    warn: sum(({ warn }) => warn),
    signals: union(({ signals }) => signals),
    facts: union(({ facts }) => facts),
    fileRules: sum(({ fileRules }) => fileRules),
    doubts: all.flatMap(({ name: of, doubts }) => doubts.map((doubt) => `policy "${of}": ${doubt}`)),
  };
}

function checkedText({ source, name, mappings, deny, warn, signals, facts, fileRules, doubts }: Checked): string {
  const what = mappings === undefined ? `policy "${name}"` : `map of policies "${name}" (${mappings} mappings)`;
  const needs = [
    ...(signals.length > 0 ? [`needs ${signals.join(', ')}`] : []),
    ...(facts.length > 0 ? [`has ${facts.join(', ')} gathered`] : []),
    ...(fileRules > 0 ? [`reads files for ${fileRules} of its rules`] : []),
  ];
  const lines = [
    `${source}: ${what}, ${deny + warn} rules (${deny} deny, ${warn} warn)${needs.map((need) => `; ${need}`).join('')}`,
    ...doubts.map((doubt) => `${source}: ${doubt}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** `plimsoll policy list [POLICY…]`: the packs; of policies that are named their rules. */
export async function runPolicyList(given: string[], options: Record<string, unknown>): Promise<number> {
  const outputs = parseOutputs(list(options, 'format'), ['table', 'json'], 'table');
  if (given.length === 0) {
    const packs = packNames.map(loadPack);
    await writeOutputs(outputs, ({ format }) =>
      format === 'json'
        ? json({ schemaVersion: '1', packs: packs.map(described) })
        : `${columns([['pack', 'deny', 'warn', 'what it asks'], ...packs.map(packRow)], [1, 2])}\n`,
    );
    return 0;
  }
  const { policies, policyMaps } = await readPolicies([...new Set(given)], null, list(options, 'set'));
  const all = new Set([...policies, ...policyMaps.flatMap((each) => each.policies.flat())].map(({ value }) => value));
  await writeOutputs(outputs, ({ format }) =>
    format === 'json'
      ? json({ schemaVersion: '1', policies: [...all].map((each) => ({ ...described(each), rules: rulesOf(each) })) })
      : [...all].map(rulesText).join('\n'),
  );
  return 0;
}

function described(policy: Policy) {
  const { deny, warn } = checkPolicy(policy);
  return { name: policy.name, description: policy.description, framework: policy.framework, deny, warn };
}

function packRow(policy: Policy): readonly string[] {
  const { deny, warn } = checkPolicy(policy);
  // its first sentence
  const [about = ''] = (policy.description ?? '').replace(/\s+/g, ' ').split(/(?<=\.) /);
  return [policy.name, String(deny), String(warn), about.trim()];
}

function rulesOf({ rules }: Policy) {
  return rules.map(({ id, scope, action, severity, controls, parameters, remediation, condition }) => {
    return { id, scope, action, severity, controls, parameters, remediation, when: condition.trim() };
  });
}

function rulesText(policy: Policy): string {
  const rows = rulesOf(policy).map(({ id, scope, action, controls, parameters }) => [
    id,
    scope,
    action,
    controls.join(', '),
    Object.entries(parameters)
      .map(([name, value]) => `${name}=${value}`)
      .join(', '),
  ]);
  const table = columns([['rule', 'scope', 'action', 'controls', 'parameters'], ...rows]);
  return plain(`policy ${policy.name}\n${table}\n`);
}

/** A policy file may come from anywhere: nothing of it moves a terminal's cursor. */
function plain(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, ' ');
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
