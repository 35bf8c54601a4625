import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import {
  isPolicyMap,
  loadPack,
  type MappedPolicies,
  type Policy,
  packDigest,
  packNames,
  prepareRegularExpressions,
  type Severity,
  setParameters,
  suggestion,
  type WithDigest,
} from '@plimsoll/engine';
import { UsageError } from '../exit.ts';
import { readConfiguration, withDigest } from './request.ts';

interface Policies {
  readonly policies: readonly WithDigest<Policy>[];
  readonly policyMaps: readonly MappedPolicies[];
}

/**
 * What `--policy` names: packs, policy files, and maps of them; `failOn` adds the policy of `--fail-on`. Parameters
 * (`--set NAME=VALUE`) are set in all of them; the digest stays that of the file.
 *
 * @throws UsageError or PolicyError for what cannot be read or used
 */
export async function readPolicies(
  given: readonly string[],
  failOn: Severity | null,
  assignments: readonly string[],
): Promise<Policies> {
  const policies: WithDigest<Policy>[] = [];
  const policyMaps: MappedPolicies[] = [];
  for (const name of given.length > 0 ? given : ['default']) {
    const text = await policyText(name, '--policy');
    if (text !== undefined && isPolicyMap(text)) policyMaps.push(await readMap(text, name));
    else policies.push(await policyOf(name, text));
  }
  const names = [...policies.map(({ value }) => value.name), ...policyMaps.map(({ map }) => map.value.name)];
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new UsageError(`--policy: two policies are named "${twice}"`);
  if (failOn !== null) {
    const { policyOfFailOn } = await import('./fail-on.ts');
    policies.push(withDigest(failOn, () => policyOfFailOn(failOn)));
  }
  return withParameters({ policies, policyMaps }, assignments);
}

/** The text of a policy file; undefined for the name of a pack. @param where that names it, for the message */
export async function policyText(name: string, where: string): Promise<string | undefined> {
  if (packNames.includes(name)) return undefined;
  if (!existsSync(name) && !/[./\\]/.test(name))
    throw new UsageError(`${where} is "${name}", which is no file and no pack${suggestion(name, packNames)}`);
  const text = await readConfiguration(name, 'policy');
  await prepareRegularExpressions(text);
  return text;
}

async function policyOf(name: string, text: string | undefined): Promise<WithDigest<Policy>> {
  if (text === undefined) return { value: loadPack(name), digest: packDigest(name) };
  const { readPolicyFile } = await import('./policy-files.ts');
  return withDigest(text, () => readPolicyFile(text, name));
}

async function readMap(text: string, path: string): Promise<MappedPolicies> {
  const { readPolicyMap } = await import('./policy-files.ts');
  const map = withDigest(text, () => readPolicyMap(text, path));
  const read = new Map<string, WithDigest<Policy>>();
  const policies: WithDigest<Policy>[][] = [];
  for (const mapping of map.value.mappings) {
    const own: WithDigest<Policy>[] = [];
    for (const name of mapping.policies) {
      // a file beside the map goes before one in the working folder
      const place = packNames.includes(name) || isAbsolute(name) ? name : join(dirname(path), name);
      const known = read.get(place) ?? (await policyOf(place, await policyText(place, `${path}: policies`)));
      read.set(place, known);
      own.push(known);
    }
    const twice = own.find(({ value }, at) => own.findIndex((other) => other.value.name === value.name) !== at);
    if (twice) throw new UsageError(`${path}: two policies of one mapping are named "${twice.value.name}"`);
    policies.push(own);
  }
  return { map, policies };
}

function withParameters({ policies, policyMaps }: Policies, assignments: readonly string[]): Policies {
  if (assignments.length === 0) return { policies, policyMaps };
  const all = [...new Set([...policies, ...policyMaps.flatMap((each) => each.policies.flat())])];
  const values = setParameters(
    all.map(({ value }) => value),
    assignments,
  );
  const changed = new Map(all.map((policy, at) => [policy, { ...policy, value: values[at] ?? policy.value }]));
  const set = (policy: WithDigest<Policy>) => changed.get(policy) ?? policy;
  return {
    policies: policies.map(set),
    policyMaps: policyMaps.map(({ map, policies: mapped }) => ({ map, policies: mapped.map((own) => own.map(set)) })),
  };
}
