import { expect, it } from 'vitest';
import type { SecretFact } from '../inventory/types.ts';
import { evaluate } from './evaluate.ts';
import { loadExceptions } from './exception-file.ts';
import { loadPolicy } from './load-policy.ts';
import { loadPack } from './packs.ts';
import { factsRead } from './rule-inputs.ts';
import { makeSubject } from './testing/subjects.ts';

const policyOf = (when: string, more = '') =>
  loadPolicy(
    `name: p
rules:
  - id: no-secrets
    scope: secret
    when: ${when}
    ${more}
    action: deny
    message: "{secret.title} in {secret.path}{secret.env}"
`,
    'p.yaml',
  );

const secret = (facts: Partial<SecretFact>): SecretFact => ({
  kind: 'github-token',
  title: 'GitHub token',
  severity: 'Critical',
  layer: null,
  masked: 'ghp_****',
  deleted: false,
  example: false,
  ...facts,
});
const inFile = secret({ path: '/srv/.npmrc', line: 3, layer: 'sha256:a', deleted: true });
const inEnv = secret({ env: 'TOKEN' });
const inHistory = secret({ layer: 'sha256:b', example: true, severity: 'Low' });

function judge(when: string, more = '', exceptions = '') {
  const subject = makeSubject({});
  const { inventory } = subject;
  const facts = { ...inventory.facts, secrets: [inFile, inEnv, inHistory] };
  return evaluate(
    { ...subject, inventory: { ...inventory, facts } },
    {
      policies: [policyOf(when, more)],
      exceptions: exceptions === '' ? [] : [loadExceptions(exceptions, 'e.yaml')],
      gate: true,
    },
  );
}

it('makes a finding of kind secret of each secret that breaks a rule, with its place', () => {
  const { findings, verdict } = judge('secret.level >= 2');
  expect(findings.map(({ kind, id, severity, title, evidence }) => [kind, id, severity, title, evidence])).toEqual([
    [
      'secret',
      'github-token',
      'Critical',
      'GitHub token in /srv/.npmrc, line 3, which a later layer deleted',
      { path: '/srv/.npmrc', line: 3, layer: 'sha256:a', instruction: null, value: 'ghp_****' },
    ],
    [
      'secret',
      'github-token',
      'Critical',
      'GitHub token in the environment variable TOKEN',
      { env: 'TOKEN', value: 'ghp_****' },
    ],
    [
      'secret',
      'github-token',
      'Low',
      "GitHub token in the image's history (written as an example)",
      { config: 'history', layer: 'sha256:b', instruction: null, value: 'ghp_****' },
    ],
  ]);
  expect(new Set(findings.map(({ key }) => key)).size).toBe(3);
  expect(verdict).toMatchObject({
    exitCode: 1,
    rules: [{ id: 'no-secrets', findings: findings.map(({ key }) => key) }],
  });
});

it('tells deleted ones, examples and kinds apart', () => {
  const paths = (when: string) => judge(when).findings.map(({ evidence }) => evidence.path ?? evidence.env);
  expect(paths('secret.deleted')).toEqual(['/srv/.npmrc']);
  expect(paths('secret.path == "" && !secret.example')).toEqual(['TOKEN']);
  expect(paths('secret.kind == "jwt"')).toEqual([]);
});

it('looks at the configuration alone where a rule says so, for which no file is read', () => {
  const { findings } = judge('true', 'within: configuration');
  expect(findings.map(({ evidence }) => evidence.path)).toEqual([undefined, undefined]);
  expect(factsRead(policyOf('true', 'within: configuration').rules)).toEqual([]);
  expect(factsRead(policyOf('true').rules)).toEqual(['secrets']);
});

it('refuses "within" in other scopes', () => {
  const text = 'name: p\nrules: [{id: a, scope: file, within: configuration, when: "true", action: warn, message: m}]';
  expect(() => loadPolicy(text, 'p.yaml')).toThrow(/"within" says where secrets are looked for/);
});

it('is judged by the default pack where it stands in the configuration, without reading a file', () => {
  const policies = [loadPack('default')];
  const rulesOf = (configSecrets: readonly SecretFact[]) => {
    const subject = makeSubject({});
    const given = { ...subject, inventory: { ...subject.inventory, configSecrets } };
    const { verdict } = evaluate(given, { policies, exceptions: [], gate: true });
    return verdict.rules.filter(({ id }) => id.includes('secret')).map(({ id, message }) => `${id}: ${message}`);
  };
  expect(rulesOf([])).toEqual([]);
  expect(rulesOf([inEnv, inHistory])).toEqual([
    "secret-in-configuration: GitHub token in the image's environment variable TOKEN",
    "doubtful-secret-in-configuration: GitHub token in the image's configuration or history",
  ]);
  expect(factsRead(policies.flatMap(({ rules }) => rules))).not.toContain('secrets');
});

it('excuses a secret by its kind and path', () => {
  const entry = (path: string) =>
    `- {id: github-token, path: ${path}, reason: a decoy, owner: ops, expires: 2030-01-01}`;
  const open = (path: string) =>
    judge('secret.path != ""', '', entry(path)).findings.filter(({ suppressed }) => suppressed.length === 0);
  expect(open('/srv/.npmrc')).toHaveLength(0);
  expect(open('"/srv/*"')).toHaveLength(0);
  expect(open('/etc/.npmrc')).toHaveLength(1);
});
