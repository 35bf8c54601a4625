import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packNames } from '@plimsoll/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, plimsoll, scratchFolder } from './program.ts';

/* `plimsoll policy …` as its users run it. */

const folder = scratchFolder();
afterAll(folder.remove);

const files: Readonly<Record<string, string>> = {
  'good.yaml': `name: good
rules:
  - { id: kev, scope: vulnerability, when: finding.risk.kev, action: deny, message: exploited }
  - { id: age, scope: image, when: image.ageDays > parameters.days, parameters: { days: 90 }, action: warn, message: old }
  - { id: setuid, scope: file, files: ["*"], when: file.setUid, action: warn, message: x }
`,
  'doubtful.yaml': `name: doubtful
rules:
  - { id: a, scope: config, when: config.root, parameters: { users: "x" }, action: deny, message: root }
  - { id: b, scope: config, when: config.root, parameters: { users: "x" }, action: warn, message: root again }
`,
  'wrong.yaml': `name: wrong
rules:
  - id: a
    scope: vulnerability
    when: finding.sevrity == "High"
    action: deny
    message: "{finding.id"
`,
  'broken.yaml': 'name: [',
  'map.yaml': `name: company
mappings:
  - { stages: [registry], policies: [pci-dss-4] }
  - { policies: [good.yaml] }
`,
  'lost-map.yaml': `name: lost
mappings:
  - { policies: [nowhere.yaml] }
`,
};

const policy = (...args: readonly string[]): Promise<Outcome> => plimsoll(['policy', ...args], { cwd: folder.path });

beforeAll(() => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text);
});

describe('policy check', () => {
  it('says what good policies need', async () => {
    const { status, stdout, stderr } = await policy('check', 'good.yaml', 'default');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'good.yaml: policy "good", 3 rules (1 deny, 2 warn); needs kev; has files gathered; reads files for 1 of its rules',
      'pack:default: policy "default", 13 rules (8 deny, 5 warn); needs eol, kev',
      '',
    ]);
  });

  it('ends with 1 for what its author may not have meant', async () => {
    const { status, stdout } = await policy('check', 'doubtful.yaml', '--format', 'json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout).policies[0].doubts).toEqual([
      'rule "a" has a parameter "users" that nothing in it reads',
      'rule "b" has a parameter "users" that nothing in it reads',
      'rule "b" asks for the same as rule "a"',
    ]);
  });

  it('names everything that is wrong in all files with line and column, and ends with 2', async () => {
    const { status, stdout, stderr } = await policy('check', 'wrong.yaml', 'good.yaml', 'broken.yaml', 'nowhere.yaml');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      'plimsoll: wrong.yaml:5:19: unknown field "sevrity" of finding; did you mean "severity"?',
      'plimsoll: wrong.yaml:7:15: a brace without its partner; write {{ or }} for the character itself',
    ]);
    expect(stderr).toContain('plimsoll: broken.yaml:1:');
    expect(stderr).toContain('plimsoll: the policy nowhere.yaml cannot be read: no such file or directory');
  });

  it('follows a map to its policies', async () => {
    const { status, stdout } = await policy('check', 'map.yaml');
    expect(status).toBe(0);
    expect(stdout).toContain('map.yaml: map of policies "company" (2 mappings), 17 rules');
    expect(await policy('check', 'lost-map.yaml')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('nowhere.yaml cannot be read'),
    });
  });
});

describe('policy list', () => {
  it('names every pack', async () => {
    const { status, stdout } = await policy('list');
    expect(status).toBe(0);
    const named = stdout
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(' ', 1)[0]);
    expect(named).toEqual(packNames);
  });

  it('names the rules of packs and files, with parameters as they are set', async () => {
    const { stdout } = await policy('list', 'qualys-risk-index', 'good.yaml', '--set', 'days=7', '--format', 'json');
    const { policies } = JSON.parse(stdout);
    expect(policies.map(({ name }: { name: string }) => name)).toEqual(['qualys-risk-index', 'good']);
    expect(policies[1].rules[1]).toMatchObject({
      id: 'age',
      when: 'image.ageDays > parameters.days',
      parameters: { days: 7 },
    });
    expect(await policy('list', 'defualt')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('did you mean "default"?'),
    });
  });
});
