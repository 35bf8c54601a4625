import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packNames } from '@plimsoll/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleResult } from '../packages/engine/src/report/testing/sample-result.ts';
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
  'good.test.yaml': `policy: good.yaml
set: days=30
at: 2026-09-02
cases:
  - name: exploited
    given: { findings: [{ id: CVE-2026-1, risk: { kev: true } }, { id: CVE-2026-2 }] }
    expect: { result: fail, exitCode: 1, rules: [{ id: kev, action: deny, findings: [CVE-2026-1], message: expl }] }
  - { name: old, given: { image: { created: 2026-01-01 } }, expect: { includes: [age], excludes: [kev, setuid] } }
  - { name: young, given: { image: { created: 2026-09-01 } }, expect: { rules: [] } }
  - { name: the stored one, given: { result: result.json }, expect: { rules: [kev, age] } }
  - { name: exceptions, given: { files: [{ path: /bin/su, mode: "4755" }, { path: /tmp, type: directory, mode: "1777" }] }, expect: { rules: [setuid] } }
`,
  'bad.test.yaml': `policy: good.yaml
at: 2026-09-02
cases:
  - name: nothing is exploited
    given: { findings: [{ id: CVE-2026-1 }], image: { created: 2026-01-01 } }
    expect: { result: fail, rules: [kev], suppressed: [CVE-2026-1] }
`,
  'wrong.test.yaml': `policy: good.yaml
cases:
  - name: x
    given: { findings: [{ sevrity: High, fix: { since: 2026-02-30 } }], image: { layers: many } }
    expect: {}
`,
  'lost-map.yaml': `name: lost
mappings:
  - { policies: [nowhere.yaml] }
`,
};

const policy = (...args: readonly string[]): Promise<Outcome> => plimsoll(['policy', ...args], { cwd: folder.path });

beforeAll(() => {
  writeFileSync(join(folder.path, 'result.json'), JSON.stringify(sampleResult()));
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

  it.each([
    ['with its mark', '\ufeff'],
    ['without', ''],
  ])('says that a file is UTF-16, %s', async (_, mark) => {
    writeFileSync(join(folder.path, 'wide.yaml'), Buffer.from(`${mark}${files['good.yaml']}`, 'utf16le'));
    expect(await policy('check', 'wide.yaml')).toMatchObject({
      status: 2,
      stderr: 'plimsoll: the policy wide.yaml is UTF-16; save it as UTF-8\n',
    });
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

describe('policy explain', () => {
  it('tells of each rule what it looked at and what decided, also by a policy that did not judge', async () => {
    const { status, stdout, stderr } = await policy(
      'explain',
      'result.json',
      '--policy',
      'good.yaml',
      '--set',
      'days=30',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('policy "good" did not judge the image when it was scanned');
    expect(stdout).toContain('warn age (good): broken');
    expect(stdout).toContain('image.ageDays is 63');
    expect(stdout).toMatch(/deny kev \(good\): broken by \d+ of \d+ vulnerabilities/);
  });

  it('takes the packs that judged, and one rule of them', async () => {
    const { status, stdout } = await policy('explain', 'result.json', '--rule', 'root-user', '--format', 'json');
    expect(status).toBe(0);
    const { rules } = JSON.parse(stdout);
    expect(rules).toMatchObject([
      { id: 'root-user', outcome: 'broken', cases: [{ clauses: [{ text: 'config.root' }] }] },
    ]);
    expect(await policy('explain', 'result.json', '--rule', 'rot-user')).toMatchObject({
      status: 2,
      stderr: 'plimsoll: --rule: there is no rule "rot-user"; did you mean "root-user"?\n',
    });
  });
});

describe('policy test', () => {
  it('judges every case, also with a stored result, and every rule both ways', async () => {
    const { status, stdout, stderr } = await policy('test', '--every-rule', 'good.test.yaml');
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: 'good.test.yaml: 5 cases, 0 failed\n',
      stderr: '',
    });
  });

  it('says what is other than expected, and why a rule did not decide', async () => {
    const { status, stdout } = await policy(
      'test',
      'bad.test.yaml',
      'good.test.yaml',
      '--format',
      'text',
      '--format',
      'junit=cases.xml',
    );
    expect(status).toBe(1);
    expect(stdout.split('\n')).toEqual([
      'FAIL bad.test.yaml:4:5: nothing is exploited',
      '  result: expected fail, got warn',
      '  - kev was expected to decide, and did not; of CVE-2026-1 in example 1.0: finding.risk.kev is false',
      '  + age decided (warn), which is not expected: old',
      '  suppressed: expected CVE-2026-1, got none',
      'bad.test.yaml: 1 case, 1 failed, 3 rules not tested both ways',
      'good.test.yaml: 5 cases, 0 failed, 0 rules not tested both ways',
      '',
    ]);
    expect(readFileSync(join(folder.path, 'cases.xml'), 'utf8')).toContain(
      '<testsuite name="bad.test.yaml" tests="1" failures="1">',
    );
  });

  it('names all that is wrong in a file of cases with line and column', async () => {
    const { status, stderr } = await policy('test', 'wrong.test.yaml');
    expect(status).toBe(2);
    expect(stderr.split('\n')).toEqual([
      'plimsoll: wrong.test.yaml:3:5: neither the case nor the file says on which day it judges ("at")',
      'plimsoll: wrong.test.yaml:3:5: the case expects nothing ("expect"), so that it could not fail',
      'plimsoll: wrong.test.yaml:4:27: unknown field "sevrity"; did you mean "severity"?',
      'plimsoll: wrong.test.yaml:4:56: "2026-02-30" is no date; write YYYY-MM-DD',
      'plimsoll: wrong.test.yaml:4:90: layers must be a number',
      '',
    ]);
  });
});
