import { type Severity, severities } from '../advisories/types.ts';
import type { IncompleteCode } from '../inventory/types.ts';
import { compileExpression, type Expression } from './cel-compile.ts';
import type { ExpressionProblem } from './cel-parse.ts';
import type { ParseExpression } from './cel-tree.ts';
import { bool, type CelType, double, string } from './cel-types.ts';
import { incompleteCodes } from './completeness.ts';
import { futureScopes, type SupportedScope, scopeVariables, supportedScopes } from './context-types.ts';
import type { FieldMapping, PolicyReader } from './field-reader.ts';
import { frameworkNames } from './frameworks.ts';
import { PlainReader } from './plain-reader.ts';
import { compileTemplate, type Template } from './template.ts';
import type { FrameworkName, RuleAction } from './types.ts';

const maxRules = 1000;

export type ParameterValue = number | string | boolean;

export interface Rule {
  readonly id: string;
  readonly scope: SupportedScope;
  readonly action: RuleAction;
  readonly when: Expression;
  /** the expression as written */
  readonly condition: string;
  readonly message: Template;
  readonly remediation: string | null;
  readonly controls: readonly string[];
  /** of the findings that the rule makes */
  readonly severity: Severity;
  /** what `image.counts` counts */
  readonly per: 'vulnerability' | 'package';
  /** where secrets are looked for: in the configuration alone, which needs no file, or (null) everywhere */
  readonly within: 'configuration' | null;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** scope file: patterns of the files that it is about; empty: those that are notable for their mode */
  readonly files: readonly string[];
}

export interface Policy {
  readonly name: string;
  readonly description: string | null;
  /** whose controls its rules serve, so that the result tells of each */
  readonly framework: FrameworkName | null;
  readonly rules: readonly Rule[];
  /** what may be incomplete without closing the gate */
  readonly allow: { readonly incomplete: readonly IncompleteCode[] };
}

/**
 * A policy of our own from its value, as it would stand in a policy file.
 *
 * @param source what a fault is named after
 * @param parse its expressions
 * @throws Error for the first fault
 */
export function policyOf(value: unknown, source: string, parse: ParseExpression): Policy {
  return readPolicy(new PlainReader(source, parse), value) as Policy;
}

/** Fields for which files are read. */
const bodyFields: ReadonlySet<string> = new Set(['file.sha256', 'file.content', 'file.contentKnown']);

const policyFields = ['name', 'description', 'framework', 'allow', 'rules'];
const ruleFields = [
  'id',
  'description',
  'scope',
  'when',
  'action',
  'message',
  'remediation',
  'controls',
  'severity',
  'per',
  'within',
  'parameters',
  'files',
];

/** Reads a policy. Every expression and message is parsed and checked against the typed context of its scope. */
export function readPolicy<N>(reader: PolicyReader<N>, root: N): Policy | undefined {
  const policy = reader.mapping(root, 'a policy', policyFields);
  if (policy === undefined) return undefined;
  const name = required(reader, policy, 'the policy', 'name', (node) => reader.text(node, 'name'));
  const description = optional(policy, 'description', (node) => reader.text(node, 'description'));
  const framework = optional(policy, 'framework', (node) => reader.choice(node, 'framework', frameworkNames));
  const incomplete = optional(policy, 'allow', (node) => readAllow(reader, node)) ?? [];
  const nodes = required(reader, policy, 'the policy', 'rules', (node) => reader.list(node, 'rules')) ?? [];
  if (policy.entries.has('rules') && nodes.length === 0) {
    reader.problem(policy.entries.get('rules')!, 'a policy without rules would let every image pass');
  }
  if (nodes.length > maxRules) reader.problem(nodes[maxRules]!, `a policy has at most ${maxRules} rules`);
  const ids = new Set<string>();
  const rules = nodes.slice(0, maxRules).map((node) => readRule(reader, node, ids));
  return {
    name: name ?? '',
    description: description ?? null,
    framework: framework ?? null,
    rules: rules.filter((rule) => rule !== undefined),
    allow: { incomplete },
  };
}

function readAllow<N>(reader: PolicyReader<N>, node: N): readonly IncompleteCode[] {
  const incomplete = reader.mapping(node, 'allow', ['incomplete'])?.entries.get('incomplete');
  if (incomplete === undefined) return [];
  const codes = reader
    .list(incomplete, 'incomplete')
    .map((each) => reader.choice(each, 'incomplete code', incompleteCodes));
  return codes.filter((code) => code !== undefined);
}

function readRule<N>(reader: PolicyReader<N>, node: N, ids: Set<string>): Rule | undefined {
  const mapping = reader.mapping(node, 'a rule', ruleFields);
  if (mapping === undefined) return undefined;
  const { entries } = mapping;
  const id = required(reader, mapping, 'the rule', 'id', (at) => readId(reader, at, ids));
  const what = id === undefined ? 'the rule' : `rule "${id}"`;
  const need = <T>(field: string, read: (at: N) => T | undefined) => required(reader, mapping, what, field, read);
  const scope = need('scope', (at) => readScope(reader, at));
  const action = need('action', (at) => reader.choice(at, 'action', ['deny', 'warn'] as const));
  const parameters = optional(mapping, 'parameters', (at) => readParameters(reader, at)) ?? {};
  const variables = scope && scopeVariables(scope, parameterTypes(parameters));
  const condition = need('when', (at) => reader.text(at, 'when'));
  const messageText = need('message', (at) => reader.text(at, 'message'));
  const when = variables && condition && readCondition(reader, entries.get('when')!, condition, variables);
  const message = variables && messageText && readMessage(reader, entries.get('message')!, messageText, variables);
  const severity = optional(mapping, 'severity', (at) => reader.choice(at, 'severity', severities));
  const per = optional(mapping, 'per', (at) => reader.choice(at, 'unit', ['vulnerability', 'package'] as const));
  const within = optional(mapping, 'within', (at) => reader.choice(at, 'place', ['configuration'] as const));
  const remediation = optional(mapping, 'remediation', (at) => reader.text(at, 'remediation'));
  const controls = optional(mapping, 'controls', (at) =>
    reader.list(at, 'controls').map((c) => reader.text(c, 'a control')),
  );
  optional(mapping, 'description', (at) => reader.text(at, 'description'));
  if (scope !== undefined && scope !== 'image' && entries.has('per')) {
    reader.problem(entries.get('per')!, '"per" says what image.counts counts and is for scope image alone');
  }
  if (scope !== undefined && scope !== 'secret' && entries.has('within')) {
    reader.problem(entries.get('within')!, '"within" says where secrets are looked for and is for scope secret alone');
  }
  const files = optional(mapping, 'files', (at) => reader.list(at, 'files').map((f) => reader.text(f, 'a pattern')));
  if (scope !== undefined && scope !== 'file' && entries.has('files')) {
    reader.problem(entries.get('files')!, '"files" says which files a rule is about and is for scope file alone');
  }
  if (readsOf(message).includes('file.content')) {
    reader.problem(entries.get('message')!, 'a message does not show the content of files, which may be secret');
  }
  if (readsOf(message).includes('config.variables')) {
    reader.problem(
      entries.get('message')!,
      'a message does not show values of environment variables, which may be secret',
    );
  }
  if (scope === 'file' && !entries.has('files') && readsOf(when).some((read) => bodyFields.has(read))) {
    reader.problem(entries.get('when')!, 'what is in files is seen of those alone that "files" names');
  }
  if (!id || !scope || !action || !condition || !when || !message) return undefined;
  return {
    id,
    scope,
    action,
    when,
    condition,
    message,
    remediation: remediation ?? null,
    controls: controls?.filter((control) => control !== undefined) ?? [],
    severity: severity ?? (action === 'deny' ? 'Medium' : 'Low'),
    per: per ?? 'vulnerability',
    within: within ?? null,
    parameters,
    files: files?.filter((pattern) => pattern !== undefined) ?? [],
  };
}

function readsOf(compiled: Expression | Template | '' | undefined): readonly string[] {
  return compiled ? compiled.reads : [];
}

function required<N, T>(
  reader: PolicyReader<N>,
  mapping: FieldMapping<N>,
  what: string,
  field: string,
  read: (at: N) => T | undefined,
): T | undefined {
  const at = mapping.entries.get(field);
  if (at !== undefined) return read(at);
  return mapping.misspelt.has(field) ? undefined : reader.problem(mapping.node, `${what} has no "${field}"`);
}

function optional<N, T>(mapping: FieldMapping<N>, field: string, read: (at: N) => T | undefined): T | undefined {
  const at = mapping.entries.get(field);
  return at && read(at);
}

/** Ids stand in file names, URLs and comments of reports, so they are plain. */
function readId<N>(reader: PolicyReader<N>, at: N, ids: Set<string>): string | undefined {
  const id = reader.text(at, 'id');
  if (id === undefined) return undefined;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(id)) {
    return reader.problem(at, 'a rule id has up to 100 letters, digits, dots, hyphens and underscores');
  }
  if (ids.has(id)) return reader.problem(at, `the rule id "${id}" stands here twice`);
  ids.add(id);
  return id;
}

function readScope<N>(reader: PolicyReader<N>, at: N): SupportedScope | undefined {
  const scope = reader.choice(at, 'scope', [...supportedScopes, ...futureScopes]);
  const supported = supportedScopes.find((each) => each === scope);
  if (scope !== undefined && supported === undefined) {
    reader.problem(at, `scope "${scope}" is not supported by this version; there are ${supportedScopes.join(', ')}`);
  }
  return supported;
}

function readParameters<N>(reader: PolicyReader<N>, at: N): Readonly<Record<string, ParameterValue>> {
  const parameters: Record<string, ParameterValue> = {};
  for (const [name, node] of reader.freeMapping(at, 'parameters')?.entries ?? []) {
    const value = reader.scalar(node, `parameter "${name}"`);
    if (!/^[a-z][A-Za-z0-9_]{0,49}$/.test(name)) reader.problem(node, `"${name}" cannot name a parameter`);
    else if (value !== undefined) parameters[name] = value;
  }
  return parameters;
}

/** The types of `parameters` in a rule's expressions. */
export function parameterTypes(
  parameters: Readonly<Record<string, ParameterValue>>,
): Readonly<Record<string, CelType>> {
  const types = { number: double, string, boolean: bool };
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, types[typeof value as keyof typeof types]]),
  );
}

function readCondition<N>(
  reader: PolicyReader<N>,
  at: N,
  text: string,
  variables: Readonly<Record<string, CelType>>,
): Expression | undefined {
  const compiled = compileExpression(text, variables, reader.parse);
  if (!('type' in compiled)) return report(reader, at, compiled);
  if (compiled.type.kind !== 'bool')
    return reader.problem(at, '"when" must be true or false, a comparison for example');
  return compiled;
}

function readMessage<N>(
  reader: PolicyReader<N>,
  at: N,
  text: string,
  variables: Readonly<Record<string, CelType>>,
): Template | undefined {
  const compiled = compileTemplate(text, variables, reader.parse);
  return 'render' in compiled ? compiled : report(reader, at, compiled);
}

function report<N>(reader: PolicyReader<N>, at: N, problems: readonly ExpressionProblem[]): undefined {
  for (const { offset, message } of problems) reader.problem(reader.offsetInText(at, offset), message);
}
