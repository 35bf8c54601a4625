import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sampleResult } from '../packages/engine/src/report/testing/sample-result.ts';
import { type Outcome, plimsoll, scratchFolder } from './program.ts';

/* `plimsoll exceptions prune` as its users run it: the file is theirs, with what they wrote around its entries. */

const folder = scratchFolder();
afterAll(folder.remove);

const head = '# kept for the auditors\n';
const used = `- id: CVE-2021-23337
  reason: the template function is not used # ask web
  owner: team-web
  expires: 2026-12-31
`;
const expired = `# over since the spring
- id: CVE-2023-0464
  reason: waits for the fix
  owner: team-web
  expires: 2026-05-31
`;
const unused = `- { id: CVE-1999-0001, reason: nothing has it, owner: team-web, expires: 2026-12-31 }
`;

const path = (name: string) => join(folder.path, name);
const prune = (...args: readonly string[]): Promise<Outcome> =>
  plimsoll(['exceptions', 'prune', ...args, '--at', '2026-09-02'], { cwd: folder.path });

beforeAll(() => {
  writeFileSync(path('result.json'), JSON.stringify(sampleResult()));
  for (const name of ['a.yaml', 'b.yaml', 'c.yaml']) writeFileSync(path(name), head + used + expired + unused);
  writeFileSync(path('.trivyignore'), '# keep\nCVE-2021-23337\n\n# gone\nCVE-2023-0464 exp:2026-05-31\n');
  writeFileSync(path('.grype.yaml'), 'ignore:\n  - vulnerability: CVE-2021-23337\n');
});

it('takes out what is expired, with its comment, and leaves the rest as it is written', async () => {
  const { status, stdout, stderr } = await prune('a.yaml');
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  expect(stderr).toBe('plimsoll: a.yaml#2 CVE-2023-0464: expired, taken out\n');
  expect(readFileSync(path('a.yaml'), 'utf8')).toBe(head + used + unused);
});

it('with a result also what it does not need; into another file, if one is named', async () => {
  const { status, stderr } = await prune('b.yaml', '--result', 'result.json', '--output', 'left.yaml');
  expect({ status, stderr: stderr.split('\n') }).toEqual({
    status: 0,
    stderr: [
      'plimsoll: b.yaml#2 CVE-2023-0464: expired, taken out',
      'plimsoll: b.yaml#3 CVE-1999-0001: unused, taken out',
      '',
    ],
  });
  expect(readFileSync(path('left.yaml'), 'utf8')).toBe(head + used);
  expect(readFileSync(path('b.yaml'), 'utf8')).toBe(head + used + expired + unused);
});

it('a second time it changes nothing, and says nothing', async () => {
  await prune('c.yaml', '--quiet');
  const once = readFileSync(path('c.yaml'), 'utf8');
  expect(await prune('c.yaml')).toMatchObject({ status: 0, stderr: '' });
  expect(readFileSync(path('c.yaml'), 'utf8')).toBe(once);
});

it('prunes .trivyignore, and refuses files of tools that it cannot write', async () => {
  expect((await prune('.trivyignore')).status).toBe(0);
  expect(readFileSync(path('.trivyignore'), 'utf8')).toBe('# keep\nCVE-2021-23337\n\n');
  const before = readFileSync(path('.grype.yaml'), 'utf8');
  const { status, stderr } = await prune('.grype.yaml');
  expect(status).toBe(2);
  expect(stderr).toContain('see plimsoll exceptions convert');
  expect(readFileSync(path('.grype.yaml'), 'utf8')).toBe(before);
});

it('names a document that says nothing, when a result is judged again with it', async () => {
  writeFileSync(
    path('vex.json'),
    '{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"a","timestamp":"2026-01-01T00:00:00Z","version":1,"statements":[]}',
  );
  writeFileSync(path('osv-scanner.toml'), '[[IgnoredVuln]]\nid = "CVE-2021-23337"\n');
  const files = ['--vex', 'vex.json', '--exceptions', 'osv-scanner.toml', '--policy', 'default', '--no-update'];
  const { stderr } = await plimsoll(['replay', 'result.json', ...files, '--db-dir', path('db')], { cwd: folder.path });
  expect(stderr).toContain('plimsoll: the VEX document vex.json holds no statement on any vulnerability\n');
  expect(stderr).toContain('plimsoll: the exceptions file osv-scanner.toml holds no exception\n');
});

it('says that other base images are not judged again', async () => {
  const result = sampleResult();
  const baseCandidates = [{ reference: 'docker:debian:13', id: `sha256:${'a'.repeat(64)}`, digest: null }];
  writeFileSync(path('bases.json'), JSON.stringify({ ...result, inputs: { ...result.inputs, baseCandidates } }));
  const args = [
    'replay',
    'bases.json',
    '--exceptions',
    'a.yaml',
    '--policy',
    'default',
    '--no-update',
    '--db-dir',
    path('db'),
  ];
  const { stderr } = await plimsoll(args, { cwd: folder.path });
  expect(stderr).toContain('plimsoll: docker:debian:13: base images that were judged too are not looked at again');
});

it.each([
  ['exceptions file', ['exceptions', 'check', 'pipe']],
  ['policy', ['policy', 'check', 'pipe']],
  ['result', ['explain', 'pipe', 'CVE-1']],
  ['settings file', ['config', '--config', 'pipe']],
])('does not wait for who might write to a pipe: %s', async (what, args) => {
  execFileSync('sh', ['-c', '[ -p pipe ] || mkfifo pipe'], { cwd: folder.path });
  expect(
    await plimsoll(args, {
      cwd: folder.path,
      started: (child) => setTimeout(() => child.kill('SIGKILL'), 30_000).unref(),
    }),
  ).toMatchObject({
    status: 2,
    stderr: `plimsoll: the ${what} pipe cannot be read: it is a named pipe\n`,
  });
});

it('writes to standard output for "-", and sends no escape to the terminal', async () => {
  writeFileSync(path('escape.yaml'), '- { id: "CVE-\\e[31m1", reason: r, owner: o, expires: 2026-05-31 }\n');
  const { stdout, stderr } = await prune('escape.yaml', '--output', '-');
  expect(stdout).toBe('[]\n');
  expect(stderr).toContain('expired, taken out');
  expect(stderr).not.toContain('\u001b');
});
