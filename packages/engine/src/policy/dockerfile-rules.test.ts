import { expect, it } from 'vitest';
import type { DockerfileLine, UserFact } from '../inventory/types.ts';
import { evaluate } from './evaluate.ts';
import { loadPolicy } from './load-policy.ts';
import { factsRead } from './rule-inputs.ts';
import { makeSubject } from './testing/subjects.ts';
import type { PolicySubject } from './types.ts';

const policyOf = (scope: string, when: string, message: string) =>
  loadPolicy(
    `name: p
rules:
  - id: rule
    scope: ${scope}
    when: ${JSON.stringify(when)}
    action: warn
    message: ${JSON.stringify(message)}
`,
    'p.yaml',
  );

function judge(
  scope: string,
  when: string,
  facts: Partial<PolicySubject['inventory']['facts']>,
  message = 'broken',
  base: PolicySubject['image']['base'] = null,
) {
  const subject = makeSubject({});
  const { inventory, image } = subject;
  const full = {
    ...subject,
    image: { ...image, base },
    inventory: { ...inventory, facts: { ...inventory.facts, ...facts } },
  };
  return evaluate(full, { policies: [policyOf(scope, when, message)], exceptions: [], gate: true });
}

const line = (text: string, more: Partial<DockerfileLine> = {}): DockerfileLine => ({
  instruction: text.split(' ', 1)[0] ?? null,
  text,
  layer: null,
  created: null,
  base: null,
  ...more,
});

const titles = (dockerfile: readonly DockerfileLine[], when: string) =>
  judge('instruction', when, { dockerfile }).findings.map(({ evidence }) => evidence.instruction);

it('makes a finding of every line that breaks a rule, with its layer and instruction', () => {
  const dockerfile = [
    line('ADD rootfs.tar /', { layer: 'sha256:0' }),
    line('RUN a && sudo apt-get update', { layer: 'sha256:1' }),
    line('RUN echo "sudo x"', { layer: 'sha256:2' }),
  ];
  const { findings, verdict } = judge(
    'instruction',
    'line.commands.exists(c, c.name == "sudo")',
    { dockerfile },
    'line {line.number} uses sudo: {line.text}',
  );
  expect(findings).toMatchObject([
    {
      kind: 'misconfiguration',
      title: 'line 2 uses sudo: RUN a && sudo apt-get update',
      evidence: { layer: 'sha256:1', instruction: 'RUN a && sudo apt-get update' },
    },
  ]);
  expect(verdict).toMatchObject({ result: 'warn', rules: [{ id: 'rule' }] });
});

it('lets a rule look at the words of a line and at the other lines', () => {
  const dockerfile = [
    line('COPY file:12 in /app', { layer: 'sha256:0' }),
    line('COPY ["a b", "/app/"]'),
    line('CMD ["a"]'),
    line('CMD ["b"]'),
    { ...line('bazel build'), instruction: null },
  ];
  expect(titles(dockerfile, 'line.words == ["file:12", "/app"]')).toEqual(['COPY file:12 in /app']);
  expect(titles(dockerfile, 'line.words == ["a b", "/app/"]')).toEqual(['COPY ["a b", "/app/"]']);
  expect(titles(dockerfile, 'line.instruction == "CMD" && !line.last')).toEqual(['CMD ["a"]']);
  expect(titles(dockerfile, 'line.bottom')).toEqual(['COPY file:12 in /app']);
  expect(titles(dockerfile, 'line.instruction == ""')).toEqual(['bazel build']);
  expect(titles(dockerfile, 'dockerfile.exists(l, l.number > line.number && l.text == line.text)')).toEqual([]);
});

it('tells lines of a base that was given from those that the image only claims', () => {
  const dockerfile = [line('RUN a', { base: true }), line('RUN b', { base: false })];
  const base = { reference: 'debian:12', digest: null, id: null, layers: 1 };
  const seen = (when: string, from: 'option' | 'history') =>
    judge('instruction', when, { dockerfile }, 'x', { ...base, from }).findings.map(
      ({ evidence }) => evidence.instruction,
    );
  expect(seen('line.inBase', 'option')).toEqual(['RUN a']);
  expect(seen('line.inBaseClaimed', 'option')).toEqual([]);
  expect(seen('line.inBase || line.inBaseKnown', 'history')).toEqual([]);
  expect(seen('line.inBaseClaimed', 'history')).toEqual(['RUN a']);
  expect(seen('line.own', 'history')).toEqual(['RUN b']);
});

it('makes a finding of every account that breaks a rule', () => {
  const user = (facts: Partial<UserFact>): UserFact => ({
    name: 'app',
    uid: 1000,
    gid: 1000,
    groups: [],
    home: '/',
    shell: '/bin/sh',
    password: 'locked',
    hash: null,
    sudo: 'none',
    admin: false,
    layer: null,
    ...facts,
  });
  const users = [user({ name: 'root', uid: 0 }), user({ name: 'toor', uid: 0 }), user({ shell: '/usr/sbin/nologin' })];
  const { findings } = judge('user', 'user.uid == 0 && user.name != "root"', { users }, '{user.name} is root');
  expect(findings).toMatchObject([{ title: 'toor is root', evidence: { path: '/etc/passwd', value: 'toor' } }]);
  expect(judge('user', '!user.canLogIn', { users }).findings).toMatchObject([{ evidence: { value: 'app' } }]);
});

it('asks for the facts that the scopes are about', () => {
  expect(factsRead(policyOf('instruction', 'line.own', 'x').rules)).toEqual(['dockerfile']);
  expect(factsRead(policyOf('user', 'user.admin', 'x').rules)).toEqual(['users']);
  expect(factsRead(policyOf('image', 'image.shells.exists(s, s == "sh")', 'x').rules)).toEqual(['programs']);
  expect(factsRead(policyOf('image', 'true', '{image.packageManagers}').rules)).toEqual(['programs']);
});
