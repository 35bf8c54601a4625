import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import { createLayerAnalyser } from '../inventory/layer-analyser.ts';
import { takeInventory } from '../inventory/take-inventory.ts';
import { type FakeLayer, fakeImage } from '../inventory/testing/fake-image.ts';
import { evaluate } from '../policy/evaluate.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { factsRead, filesRead } from '../policy/rule-inputs.ts';
import { makeSubject } from '../policy/testing/subjects.ts';

const policyOf = (when: string, files: string | null, message = '{file.path}') =>
  loadPolicy(
    `name: p
rules:
  - id: asked
    scope: file
${files === null ? '' : `    files: ${files}\n`}    when: ${JSON.stringify(when)}
    action: deny
    message: ${JSON.stringify(message)}
`,
    'p.yaml',
  );

async function judge(layers: readonly FakeLayer[], when: string, files: string | null) {
  const policy = policyOf(when, files);
  const asked = { facts: factsRead(policy.rules), queries: filesRead(policy.rules) };
  const image = fakeImage(layers, createLayerAnalyser(asked));
  const inventory = await takeInventory(image, asked.facts, asked.queries);
  const { findings } = evaluate({ ...makeSubject({}), inventory }, { policies: [policy], exceptions: [], gate: true });
  const { incomplete, contents = [], facts } = inventory;
  return { paths: findings.map(({ evidence }) => evidence.path), incomplete, contents, facts, read: image.read };
}

const sshd = { 'etc/ssh/sshd_config': 'Port 22\nPermitRootLogin yes\n', 'etc/hosts': 'PermitRootLogin yes\n' };

it('shows the content of the files that a rule names, as the last layer leaves them', async () => {
  const when = 'file.content.contains("PermitRootLogin yes")';
  const { paths, facts, contents } = await judge([sshd], when, '["/etc/ssh/*"]');
  expect(paths).toEqual(['/etc/ssh/sshd_config']);
  expect(contents).toHaveLength(1);
  expect(JSON.stringify(facts)).not.toContain('PermitRootLogin');
  expect((await judge([sshd, { 'etc/ssh/sshd_config': 'PermitRootLogin no\n' }], when, '[sshd_config]')).paths).toEqual(
    [],
  );
});

it('knows digests, modes and owners of them', async () => {
  const sha256 = hash('sha256', sshd['etc/hosts']);
  const { paths, facts, contents } = await judge([sshd], `file.sha256 == "${sha256}"`, '["/etc/*"]');
  expect(paths).toEqual(['/etc/hosts']);
  expect(contents).toEqual([]);
  expect(facts.files?.map((file) => [file.path, file.sha256 === sha256])).toEqual([
    ['/etc/hosts', true],
    ['/etc/ssh', false],
    ['/etc/ssh/sshd_config', false],
  ]);
  expect((await judge([sshd], 'file.type == "file" && file.uid == 0', '[hosts]')).paths).toEqual(['/etc/hosts']);
});

it('reads nothing that no rule asks for', async () => {
  const { read, facts } = await judge([sshd], 'file.size > 0', '[hosts]');
  expect(read).toEqual([]);
  expect(facts.files?.map(({ path }) => path)).toEqual(['/etc/hosts']);
  expect((await judge([sshd], 'file.setUid', null)).facts.files).toEqual([]);
});

it('says what it could not see', async () => {
  const large = await judge([{ 'etc/a': 'x'.repeat(70_000) }], '!file.contentKnown', '["/etc/*"]');
  expect(large).toMatchObject({ paths: ['/etc/a'], incomplete: [{ code: 'file-too-large', path: '/etc/a' }] });
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`etc/${at}`, 'x'.repeat(65_000)]));
  const cut = await judge([many], 'file.content == ""', '["/etc/*"]');
  expect(cut.contents.length).toBe(Math.floor((16 * 1024 * 1024) / 65_000));
  expect(cut.incomplete).toHaveLength(300 - cut.contents.length);
  const linked = await judge([{ 'srv/a': 'x', 'etc/a': { hardLink: 'srv/a' } }], 'file.content == ""', '["/etc/*"]');
  expect(linked.incomplete).toMatchObject([{ code: 'file-unreadable', path: '/etc/a' }]);
  expect((await judge([{ 'etc/a': '\0x' }], '!file.contentKnown', '["/etc/a"]')).incomplete).toEqual([]);
});

it('keeps analyses of other questions apart', () => {
  const keys = ['file.size > 0', 'file.sha256 == "0"', 'file.content == "0"'].map((when) => {
    const kept: string[] = [];
    const store = { get: () => undefined, put: (key: string) => kept.push(key) };
    const analyser = createLayerAnalyser({ store, facts: ['files'], queries: filesRead(policyOf(when, '[a]').rules) });
    const listing = { entries: [], whiteouts: [], opaque: [], problems: [] };
    analyser.keep({ id: 'sha256:0' } as Parameters<typeof analyser.keep>[0], { listing, parsed: new Map() });
    return kept[0];
  });
  expect(new Set(keys).size).toBe(3);
});

it.each([
  ['content in a message', () => policyOf('file.size > 0', '[a]', '{file.content}')],
  ['content of files that are not named', () => policyOf('file.content == ""', null)],
])('refuses %s', (_what, load) => {
  expect(load).toThrow();
});
