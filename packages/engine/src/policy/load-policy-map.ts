import type { Node } from 'yaml';
import type { Mapping, PolicyMap } from './policy-map.ts';
import type { PolicySubject } from './types.ts';
import { type YamlLimits, YamlReader } from './yaml-reader.ts';

const limits: YamlLimits = { maxCharacters: 262_144, maxDepth: 20, maxAliases: 100, maxProblems: 50 };
const maxMappings = 1000;
const stages = ['pipeline', 'registry', 'admission', 'runtime'] as const satisfies readonly PolicySubject['stage'][];

/** @throws PolicyError `POLICY_INVALID` with everything that is wrong, each with line and column */
export function loadPolicyMap(text: string, source: string): PolicyMap {
  const reader = new YamlReader(text, source, limits);
  const root = reader.root();
  const map = root && readMap(reader, root);
  reader.finish('POLICY_INVALID');
  return map as PolicyMap;
}

function readMap(reader: YamlReader, root: Node): PolicyMap | undefined {
  const map = reader.mapping(root, 'a map of policies', ['name', 'description', 'mappings']);
  if (map === undefined) return undefined;
  const nameAt = map.entries.get('name');
  const name = nameAt === undefined ? reader.problem(root, 'the map has no "name"') : reader.text(nameAt, 'name');
  const nodes = reader.list(map.entries.get('mappings') ?? root, 'mappings');
  if (nodes.length === 0) reader.problem(root, 'a map without mappings has no policy for any image');
  if (nodes.length > maxMappings) reader.problem(nodes[maxMappings]!, `a map has at most ${maxMappings} mappings`);
  const mappings = nodes.slice(0, maxMappings).map((node) => readMapping(reader, node));
  return { name: name ?? '', mappings: mappings.filter((mapping) => mapping !== undefined) };
}

function readMapping(reader: YamlReader, node: Node): Mapping | undefined {
  const fields = reader.mapping(node, 'a mapping', ['images', 'labels', 'stages', 'policies'])?.entries;
  if (fields === undefined) return undefined;
  const texts = (name: string) => {
    const at = fields.get(name);
    return at === undefined ? [] : (reader.texts(at, name) ?? []);
  };
  const stagesAt = fields.get('stages');
  const chosen =
    stagesAt === undefined ? [] : reader.elements(stagesAt).map((each) => reader.choice(each, 'stage', stages));
  const labelsAt = fields.get('labels');
  const labels = labelsAt === undefined ? [] : [...(reader.freeMapping(labelsAt, 'labels')?.entries ?? [])];
  const policies = texts('policies');
  if (policies.length === 0 && !fields.has('policies')) reader.problem(node, 'the mapping has no "policies"');
  return {
    images: texts('images'),
    labels: labels.map(([name, at]) => [name, reader.text(at, `the pattern of label "${name}"`) ?? ''] as const),
    stages: chosen.filter((stage) => stage !== undefined),
    policies,
  };
}
