import { severities } from '../advisories/types.ts';
import type { ImageConfig } from '../image/types.ts';
import type {
  ContainerFact,
  DockerfileLine,
  FileFact,
  Inventory,
  LicenseFact,
  Package,
  SecretFact,
  UserFact,
} from '../inventory/types.ts';
import type { Evidence, Finding } from '../matching/types.ts';
import { configContext } from './context-values.ts';
import type { Rule } from './policy-file.ts';

/*
 * Findings of kind misconfiguration, which rules of the scopes config, package and image make of facts. Two policies whose
 * rules have the same id make the same finding.
 */

/** Whether matching found it, and no rule made it. */
export function ofMatching({ kind }: Finding): boolean {
  return kind === 'vulnerability' || kind === 'malware' || kind === 'end-of-life';
}

export function packageFinding(rule: Rule, pkg: Package, title: string, inventory: Inventory): Finding {
  const [location] = pkg.locations;
  const layer = location?.layer ?? null;
  return {
    ...made(rule, title, [pkg.purl, location?.path ?? ''], [pkg.type, pkg.name]),
    package: { name: pkg.name, version: pkg.version, type: pkg.type, purl: pkg.purl },
    evidence: {
      ...(location && { path: location.path }),
      layer,
      instruction: instructionOf(layer, inventory),
    },
  };
}

/** Of kind license: what a rule says of the licence of a package. */
export function licenseFinding(
  rule: Rule,
  fact: LicenseFact,
  pkg: Package,
  title: string,
  inventory: Inventory,
): Finding {
  const { key, fingerprint, ...finding } = packageFinding(rule, pkg, title, inventory);
  const value = fact.expression ?? 'unknown';
  return {
    ...finding,
    key: key.replace('misconfiguration:', 'license:'),
    fingerprint: fingerprint.replace('misconfiguration:', 'license:'),
    kind: 'license',
    evidence: { ...finding.evidence, value },
  };
}

export function fileFinding(rule: Rule, file: FileFact, title: string, inventory: Inventory): Finding {
  const { path, layer, mode } = file;
  const instruction = instructionOf(layer, inventory);
  return { ...made(rule, title, [path], [path]), evidence: { path, layer, instruction, value: mode } };
}

/** A line that stands there twice is one finding, like a configuration that two lines make. */
export function lineFinding(rule: Rule, { text, layer, claimedLayer }: DockerfileLine, title: string): Finding {
  const value = text.slice(0, maxValueLength);
  return {
    ...made(rule, title, [value, layer ?? claimedLayer ?? ''], [value]),
    evidence: { layer, instruction: text },
  };
}

/** Of a key, characters. */
const maxValueLength = 500;

export function userFinding(rule: Rule, { name, uid, layer }: UserFact, title: string, inventory: Inventory): Finding {
  const instruction = instructionOf(layer, inventory);
  const evidence = { path: '/etc/passwd', layer, instruction, value: name };
  return { ...made(rule, title, [name, String(uid)], [name]), evidence };
}

/** Its id is that of the kind of secret: two rules that name the same secret make one finding. */
export function secretFinding(secret: SecretFact, inventory: Inventory): Finding {
  const { kind, path, line, env, label, config, layer, claimedLayer, masked } = secret;
  const instruction = instructionOf(layer, inventory);
  const key = label === undefined ? config : `label ${label}`;
  const place = [path ?? env ?? key ?? 'history', layer ?? claimedLayer ?? '', line ?? ''].join(':');
  return {
    key: `secret:${kind}:${place}:${masked}`,
    fingerprint: `secret:${kind}:${path ?? env ?? key ?? 'history'}`,
    id: kind,
    aliases: [],
    advisories: [],
    kind: 'secret',
    severity: secret.severity,
    severitySource: 'plimsoll',
    level: severities.indexOf(secret.severity),
    title: `${secret.title} ${secretPlace(secret)}`,
    published: null,
    package: null,
    fix: null,
    risk: null,
    evidence: {
      ...(path !== undefined && { path }),
      ...(line !== undefined && { line }),
      ...(env !== undefined && { env }),
      ...(env === undefined && path === undefined && { config: key ?? 'history' }),
      ...(env === undefined && { layer, instruction }),
      value: masked,
    },
    suppressed: [],
  };
}

function secretPlace({ path, line, env, label, config, deleted, example }: SecretFact): string {
  const words = example ? ' (written as an example)' : '';
  if (path !== undefined) {
    const at = line === undefined ? path : `${path}, line ${line}`;
    return `in ${at}${deleted ? ', which a later layer deleted' : ''}${words}`;
  }
  if (env !== undefined) return `in the environment variable ${env}${words}`;
  return `in ${label === undefined ? `the image's ${config ?? 'history'}` : `the label ${label}`}${words}`;
}

/** The history entry that made a layer; null where it is not known. */
export function instructionOf(layer: string | null, { layers }: Inventory): string | null {
  return layers.find(({ diffId }) => diffId !== null && diffId === layer)?.instruction ?? null;
}

export function containerFinding(rule: Rule, { name }: ContainerFact, title: string): Finding {
  return { ...made(rule, title, [name], [name]), evidence: { config: 'container', value: name } };
}

export function imageFinding(rule: Rule, title: string): Finding {
  return made(rule, title, [], []);
}

export function configFinding(rule: Rule, title: string, evidence: Evidence): Finding {
  const { config = '', value = '' } = evidence;
  return { ...made(rule, title, [config, value], [config, value]), evidence };
}

function made(rule: Rule, title: string, subject: readonly string[], lasting: readonly string[]): Finding {
  return {
    key: ['misconfiguration', rule.id, ...subject].join(':'),
    fingerprint: ['misconfiguration', rule.id, ...lasting].join(':'),
    id: rule.id,
    aliases: [],
    advisories: [],
    kind: 'misconfiguration',
    severity: rule.severity,
    severitySource: 'policy',
    level: severities.indexOf(rule.severity),
    title,
    published: null,
    package: null,
    fix: null,
    risk: null,
    evidence: {},
    suppressed: [],
  };
}

/** One part of the configuration that breaks a rule: the configuration as far as it does, and what to show. */
export interface ConfigOffence {
  readonly values: ReturnType<typeof configContext>;
  readonly evidence: Evidence;
}

type ListKey = 'exposedPorts' | 'env' | 'volumes' | 'onBuild' | 'history';

/** Fields of the context `config` → key of the configuration and the instruction that sets it. */
const fieldSources: Readonly<
  Record<string, { readonly key: string; readonly instruction: string; readonly list?: ListKey }>
> = {
  user: { key: 'user', instruction: 'USER' },
  root: { key: 'user', instruction: 'USER' },
  exposedPorts: { key: 'exposedPorts', instruction: 'EXPOSE', list: 'exposedPorts' },
  ports: { key: 'exposedPorts', instruction: 'EXPOSE', list: 'exposedPorts' },
  tcpPorts: { key: 'exposedPorts', instruction: 'EXPOSE', list: 'exposedPorts' },
  portsOutOfRange: { key: 'exposedPorts', instruction: 'EXPOSE', list: 'exposedPorts' },
  env: { key: 'env', instruction: 'ENV', list: 'env' },
  variables: { key: 'env', instruction: 'ENV', list: 'env' },
  labels: { key: 'labels', instruction: 'LABEL' },
  entrypoint: { key: 'entrypoint', instruction: 'ENTRYPOINT' },
  cmd: { key: 'cmd', instruction: 'CMD' },
  volumes: { key: 'volumes', instruction: 'VOLUME', list: 'volumes' },
  workingDir: { key: 'workingDir', instruction: 'WORKDIR' },
  healthcheck: { key: 'healthcheck', instruction: 'HEALTHCHECK' },
  onBuild: { key: 'onBuild', instruction: 'ONBUILD', list: 'onBuild' },
  instructions: { key: 'history', instruction: '', list: 'history' },
};

/** Elements that are looked at one by one. */
const maxElements = 200;

/**
 * What of the configuration breaks a rule that holds for the whole of it. Where the rule reads a list, each element that
 * breaks it alone is an offence of its own (`22/tcp` of three ports), unless an empty list breaks it too: then it is about
 * something that is not there.
 *
 * @param breaks whether a configuration breaks the rule
 */
export function configOffences(
  rule: Rule,
  config: ImageConfig,
  breaks: (values: ConfigOffence['values']) => boolean,
): readonly ConfigOffence[] {
  const fields = rule.when.reads.flatMap((read) => {
    const name = /^config\.(\w+)/.exec(read)?.[1];
    return name === undefined ? [] : [fieldSources[name]!];
  });
  const lists = [...new Set(fields.map(({ list }) => list).filter((list) => list !== undefined))];
  const [list] = lists;
  if (list !== undefined && lists.length === 1 && config[list].length <= maxElements) {
    const narrowed = narrow(config, list, breaks);
    if (narrowed.length > 0) return narrowed;
  }
  const keys = [...new Set(fields.map(({ key }) => key))].sort();
  const [source] = fields;
  const evidence: Evidence = {
    config: keys.join(', '),
    value: keys.map((key) => configValue(config, key)).join('; '),
    instruction: keys.length === 1 && source !== undefined ? lastInstruction(config, source.instruction, '') : null,
  };
  return [{ values: configContext(config), evidence }];
}

function narrow(
  config: ImageConfig,
  list: ListKey,
  breaks: (values: ConfigOffence['values']) => boolean,
): readonly ConfigOffence[] {
  if (breaks(configContext({ ...config, [list]: [] }))) return [];
  return config[list].flatMap((element) => {
    const values = configContext({ ...config, [list]: [element] });
    return breaks(values) ? [{ values, evidence: elementEvidence(config, list, element) }] : [];
  });
}

function elementEvidence(config: ImageConfig, list: ListKey, element: ImageConfig[ListKey][number]): Evidence {
  if (typeof element === 'object') {
    const instruction = element.instruction ?? '';
    return { config: list, value: instruction, instruction };
  }
  if (list === 'env') {
    const [name = ''] = element.split('=', 1);
    return { config: list, value: name, env: name, instruction: lastInstruction(config, 'ENV', name) };
  }
  const keywords = { exposedPorts: 'EXPOSE', volumes: 'VOLUME', onBuild: 'ONBUILD' };
  const token = list === 'exposedPorts' ? (element.split('/', 1)[0] ?? '') : element;
  return {
    config: list,
    value: element,
    instruction: lastInstruction(config, keywords[list as keyof typeof keywords], token),
  };
}

/** The last entry of the history that is this instruction and names the token; null where the history does not say. */
function lastInstruction({ history }: ImageConfig, keyword: string, token: string): string | null {
  for (const { instruction } of history.toReversed()) {
    if (instruction === null) continue;
    if (!instruction.startsWith(`${keyword} `)) continue;
    if (token === '' || instruction.split(/[^\w.-]+/).includes(token) || instruction.includes(` ${token}`)) {
      return instruction;
    }
  }
  return null;
}

/** As evidence shows it; of environment variables the names alone. */
function configValue(config: ImageConfig, key: string): string {
  const context = configContext(config);
  switch (key) {
    case 'user':
      return config.user === '' ? 'root' : config.user;
    case 'labels':
      return Object.keys(config.labels).sort().join(', ');
    case 'healthcheck':
      return context.healthcheck ? 'set' : 'none';
    case 'workingDir':
      return config.workingDir;
    case 'history':
      return `${config.history.length} entries`;
    default:
      return context[key as 'exposedPorts' | 'env' | 'entrypoint' | 'cmd' | 'volumes' | 'onBuild'].join(', ');
  }
}
