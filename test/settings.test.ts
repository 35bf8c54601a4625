import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanLayers, vulnerableLayers, writeImage } from './images.ts';
import { buildDatabase, confirmedOn } from './mirror.ts';
import { type Outcome, plimsoll, scratchFolder } from './program.ts';

const folder = scratchFolder();
let common: Readonly<Record<string, string>> = {};
let clean = '';
let vulnerable = '';

beforeAll(async () => {
  const database = await buildDatabase(folder.path);
  // every run below takes these from the environment, which is the first thing that is tested
  common = {
    PLIMSOLL_DB_DIR: database,
    PLIMSOLL_AT: confirmedOn,
    PLIMSOLL_NO_UPDATE: 'true',
    PLIMSOLL_NO_CACHE: '1',
    PLIMSOLL_FORMAT: 'json',
  };
  clean = writeImage(folder.path, 'clean', cleanLayers);
  vulnerable = writeImage(folder.path, 'vulnerable', vulnerableLayers);
});
afterAll(folder.remove);

let runs = 0;

/** Runs a scan in a folder of its own, with these settings as its plimsoll.yaml. */
function scan(
  image: string,
  { args = [], env = {}, file }: { args?: readonly string[]; env?: Readonly<Record<string, string>>; file?: string },
): Promise<Outcome> {
  const cwd = join(folder.path, `run-${++runs}`);
  mkdirSync(cwd);
  if (file !== undefined) writeFileSync(join(cwd, 'plimsoll.yaml'), file);
  return plimsoll(['scan', image, ...args], { cwd, env: { ...common, ...env } });
}

describe.concurrent('a flag wins over a variable, a variable over plimsoll.yaml', () => {
  const [low, high, critical] = ['fail-on: Low\n', 'fail-on: High\n', 'fail-on: Critical\n'];
  test.each([
    ['nothing', {}, null],
    ['the file', { file: low }, 'Low'],
    ['a variable', { env: { PLIMSOLL_FAIL_ON: 'Medium' } }, 'Medium'],
    ['a flag', { args: ['--fail-on', 'High'] }, 'High'],
    ['a variable over the file', { file: low, env: { PLIMSOLL_FAIL_ON: 'Medium' } }, 'Medium'],
    ['a flag over the file', { file: low, args: ['--fail-on', 'High'] }, 'High'],
    ['a flag over both', { file: low, env: { PLIMSOLL_FAIL_ON: 'Medium' }, args: ['--fail-on', 'High'] }, 'High'],
    ['an empty variable counts as none', { file: high, env: { PLIMSOLL_FAIL_ON: '' } }, 'High'],
    ['keys of other commands are left alone', { file: `${critical}as-of: 2026-01-01\nonly: [kev]\n` }, 'Critical'],
    ['a file with nothing in it', { file: '# nothing yet\n' }, null],
  ])('%s', async (_, given, failOn) => {
    const ran = await scan(clean, given);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(ran.stdout).inputs.settings.failOn).toBe(failOn);
  });

  test.each([
    ['nothing', {}, 1],
    ['the file', { file: 'no-gate: true\n' }, 0],
    ['the file says no', { file: 'no-gate: false\n' }, 1],
    ['a variable', { env: { PLIMSOLL_NO_GATE: 'yes' } }, 0],
    ['a variable over the file', { file: 'no-gate: true\n', env: { PLIMSOLL_NO_GATE: 'false' } }, 1],
    ['a flag over both', { file: 'no-gate: false\n', env: { PLIMSOLL_NO_GATE: '0' }, args: ['--no-gate'] }, 0],
  ])('switches, here --no-gate: %s', async (_, given, status) => {
    expect((await scan(vulnerable, given)).status).toBe(status);
  });

  test('dates and numbers mean what stands there', async () => {
    const given = { file: 'at: 2026-08-07\nmax-db-age: 6\ntimeout: 60\n', env: { PLIMSOLL_AT: '' } };
    const ran = await scan(clean, given);
    expect(JSON.parse(ran.stdout).inputs).toMatchObject({ evaluatedAt: '2026-08-07', settings: { maxDbAgeDays: 6 } });
    expect(ran.status).toBe(0);
  });

  test('--config names another file, also by its variable', async () => {
    const other = join(folder.path, 'other.yaml');
    writeFileSync(other, 'fail-on: Low\n');
    for (const given of [{ args: ['--config', other] }, { env: { PLIMSOLL_CONFIG: other } }]) {
      const ran = await scan(clean, { ...given, file: 'fail-on: High\n' });
      expect(JSON.parse(ran.stdout).inputs.settings.failOn).toBe('Low');
    }
  });
});

describe.concurrent('what may be given several times', () => {
  const rule = '{ id: none, scope: vulnerability, when: "false", action: deny, message: never }';
  const policies = ['a', 'b'].map((name) => {
    const path = join(folder.path, `${name}.yaml`);
    writeFileSync(path, `name: ${name}\nrules:\n  - ${rule}\n`);
    return path;
  });
  const [a = '', b = ''] = policies;
  test.each([
    ['flags', { args: ['--policy', a, '--policy', b] }, ['a', 'b']],
    ['a variable with a comma', { env: { PLIMSOLL_POLICY: `${a},${b}` } }, ['a', 'b']],
    ['a list in the file', { file: `policy: [${a}, ${b}]\n` }, ['a', 'b']],
    ['one value in the file', { file: `policy: ${a}\n` }, ['a']],
    ['flags replace, they do not add', { args: ['--policy', b], file: `policy: [${a}]\n` }, ['b']],
  ])('%s', async (_, given, names) => {
    const ran = await scan(clean, given);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(Object.keys(JSON.parse(ran.stdout).inputs.policy)).toEqual(names);
  });

  test('reports in a list', async () => {
    const json = join(folder.path, 'list.json');
    const ran = await scan(clean, { env: { PLIMSOLL_FORMAT: '' }, file: `format:\n  - table\n  - json=${json}\n` });
    expect(ran).toMatchObject({ status: 0, stdout: expect.stringContaining('(exit 0)') });
    expect(JSON.parse(readFileSync(json, 'utf8')).schemaVersion).toBe('1');
  });
});

describe.concurrent('mistakes: 2, with the place and the nearest name', () => {
  test.each([
    ['quiet: true\n# more\nfail-no: High\n', 'plimsoll.yaml:3:1: unknown setting "fail-no"; did you mean "fail-on"?'],
    ['# fail-no: x\n"fail-no": High\n', 'plimsoll.yaml:2:1: unknown setting "fail-no"'],
    ['failOn: High\n', 'unknown setting "failOn"; did you mean "fail-on"?'],
    ['fail-on: [High]\n', 'plimsoll.yaml:1:10: "fail-on" wants one value, not a list'],
    ['fail-on:\n', 'plimsoll.yaml:1:', '"fail-on" wants a value'],
    ['quiet: true\nfail-on: { a: 1 }\n', 'plimsoll.yaml:2:10: "fail-on" wants a value or a list of values'],
    ['fail-on: Hihg\n', '--fail-on is "Hihg"; did you mean "High"?'],
    ['quiet: true\nno-gate: maybe\n', 'plimsoll.yaml:2:10: "no-gate" is "maybe"; say true or false'],
    ['timeout: soon\n', 'plimsoll.yaml:1:10 is "soon"; say a number of seconds'],
    ['cache-size: 2T\n', '--cache-size is "2T"; say a size such as 512M or 2G'],
    ['base: " "\n', '--base is an empty word; say an archive, a folder or a name'],
    ['base: rootfs:/\n', '--base is "rootfs:/", which has no layers to compare'],
    ['base: sbom:x.json\n', '--base is "sbom:x.json", which has no layers to compare'],
    ['- fail-on\n', 'plimsoll.yaml:1:1: a mapping of settings is expected'],
    ['fail-on: "x\n', 'plimsoll.yaml:'],
    ['fail-on: High\nfail-on: Low\n', 'plimsoll.yaml:2:1: '],
    ['policy: [a, { b: c }]\n', '"policy" wants a value or a list of values'],
    ['config: other.yaml\n', 'unknown setting "config"'],
  ])('%j', async (file, ...messages) => {
    const ran = await scan(clean, { file });
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    for (const message of messages) expect(ran.stderr).toContain(message);
    expect(ran.stderr).toMatch(/^plimsoll: [^\n]+\n$/);
  });

  test.each([
    [{ PLIMSOLL_NO_GATE: 'maybe' }, 'PLIMSOLL_NO_GATE is "maybe"; say true or false'],
    [{ PLIMSOLL_FAIL_ON: 'Hihg' }, 'did you mean "High"?'],
    [{ PLIMSOLL_MAX_DB_AGE: 'x' }, '"x"; say a number of days'],
    [{ PLIMSOLL_POLICY: 'default,deflt' }, '"deflt"'],
    [{ PLIMSOLL_CONFIG: 'none.yaml' }, 'the settings file none.yaml cannot be read: no such file or directory'],
  ])('%j', async (env, message) => {
    const ran = await scan(clean, { env });
    expect(ran).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(message) });
    expect(ran.stderr).toMatch(/^plimsoll: [^\n]+\n$/);
  });
});

describe.concurrent('plimsoll.yaml in a folder above', () => {
  /** A tree of its own: folders and files; runs `plimsoll config --format json` in one of its folders. */
  async function configIn(
    name: string,
    files: Readonly<Record<string, string>>,
    where: string,
    args: readonly string[] = [],
  ) {
    const top = join(folder.path, name);
    mkdirSync(join(top, where), { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(top, path)), { recursive: true });
      writeFileSync(join(top, path), text);
    }
    const ran = await plimsoll(['config', ...args, '--format', 'json'], { cwd: join(top, where) });
    const told = ran.status === 0 ? JSON.parse(ran.stdout) : null;
    const setting = (key: string) => told.settings.find((each: { name: string }) => each.name === key);
    return { ran, told, setting };
  }

  test('is found, and its paths are meant from its own folder', async () => {
    const text =
      'fail-on: High\npolicy: [default, rules/own.yaml]\ndb-dir: db\nformat: html=out/report.html\nmirror: https://m.test/x\n';
    const { told, setting } = await configIn('above', { 'plimsoll.yaml': text }, 'src/deep');
    expect(told.file).toBe('../../plimsoll.yaml');
    expect(setting('fail-on')).toEqual({
      name: 'fail-on',
      value: 'High',
      origin: { kind: 'file', place: '../../plimsoll.yaml:1:10' },
    });
    expect(setting('policy').value).toEqual(['default', '../../rules/own.yaml']);
    expect(setting('db-dir').value).toBe('../../db');
    expect(setting('format').value).toEqual(['html=../../out/report.html']);
    expect(setting('mirror').value).toEqual(['https://m.test/x']);
  });

  test('the nearest wins, and nothing above the top of a checkout is looked at', async () => {
    const near = await configIn(
      'near',
      { 'plimsoll.yaml': 'fail-on: Low\n', 'a/plimsoll.yaml': 'fail-on: High\n' },
      'a/b',
    );
    expect(near.setting('fail-on').value).toBe('High');
    const checkout = await configIn(
      'checkout',
      { 'plimsoll.yaml': 'fail-on: Low\n', 'a/.git/HEAD': 'ref: x\n' },
      'a/b',
    );
    expect(checkout.told.file).toBe(null);
    expect(checkout.setting('fail-on')).toMatchObject({ value: null, origin: { kind: 'default', place: null } });
  });

  test.skipIf(process.platform === 'win32')(
    'one that anybody could have put there is refused, outside a checkout',
    async () => {
      const top = join(folder.path, 'shared-folder');
      mkdirSync(top);
      chmodSync(top, 0o1777);
      const { ran } = await configIn('shared-folder', { 'plimsoll.yaml': 'no-gate: true\n' }, 'mine');
      expect(ran).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('everybody may write to') });
      const named = await configIn('shared-folder', {}, 'mine', ['--config', '../plimsoll.yaml']);
      expect(named.setting('no-gate')).toMatchObject({ value: true, origin: { kind: 'file' } });
      const inside = await configIn('shared-folder', { '.git/HEAD': 'ref: x\n' }, 'mine');
      expect(inside.told.file).toBe('../plimsoll.yaml');
    },
  );

  test('origins, and no password of a mirror', async () => {
    const top = join(folder.path, 'origins');
    mkdirSync(top);
    const password = 'hunter2';
    writeFileSync(
      join(top, 'plimsoll.yaml'),
      `mirror: https://me:${password}@mirror.test/x\nquiet: true\nformat: html\n`,
    );
    const ran = await plimsoll(['config'], { cwd: top, env: { PLIMSOLL_FAIL_ON: 'Low' } });
    expect(ran.status).toBe(0);
    const row = (name: string) =>
      ran.stdout
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(/ {2,}/);
    expect(row('fail-on')).toEqual(['fail-on', 'Low', 'PLIMSOLL_FAIL_ON']);
    expect(row('mirror')).toEqual(['mirror', 'https://***@mirror.test/x', 'plimsoll.yaml:1:9']);
    expect(row('quiet')).toEqual(['quiet', 'true', 'plimsoll.yaml:2:8']);
    expect(row('format')).toEqual(['format', 'html', 'plimsoll.yaml:3:9']);
    expect(row('max-db-age')).toEqual(['max-db-age', '5', 'default']);
    expect(ran.stdout).not.toContain(password);
  });

  test('what a run would refuse is refused, each value with its place', async () => {
    const top = join(folder.path, 'config-wrong');
    mkdirSync(top);
    writeFileSync(join(top, 'plimsoll.yaml'), 'max-db-age: soon\nfacts: [secrets, "files,nope"]\n');
    const ran = await plimsoll(['config'], {
      cwd: top,
      env: { PLIMSOLL_FAIL_ON: 'banana', PLIMSOLL_FORMAT: 'html=x' },
    });
    expect([ran.status, ran.stdout, ran.stderr.trimEnd().split('\n').sort()]).toEqual([
      2,
      '',
      [
        expect.stringMatching(/^plimsoll: PLIMSOLL_FAIL_ON is "banana"; there are Unknown,/),
        expect.stringMatching(/^plimsoll: plimsoll\.yaml:1:13 is "soon"; say a number of days$/),
        expect.stringMatching(/^plimsoll: plimsoll\.yaml:2:8 is "nope"; there are config,/),
      ],
    ]);
  });

  test('a variable that is nearly a setting is named, one of the job’s own is not', async () => {
    const env = { PLIMSOLL_FAILON: 'High', PLIMSOLL_RULES: 'default', PLIMSOLL_ANYTHING: '1' };
    const told = await plimsoll(['config'], { cwd: folder.path, env });
    expect([told.status, told.stderr]).toEqual([
      0,
      'plimsoll: PLIMSOLL_FAILON is no setting and was not used; did you mean PLIMSOLL_FAIL_ON?\n',
    ]);
    expect((await plimsoll(['config', '--quiet'], { cwd: folder.path, env })).stderr).toBe('');
  });

  test('of another command, and of none', async () => {
    const { told, setting } = await configIn('other-command', { 'plimsoll.yaml': 'only: [kev]\n' }, '.', [
      'db',
      'build',
    ]);
    expect([told.command, setting('only').value]).toEqual(['db build', ['kev']]);
    const wrong = await configIn('no-command', {}, '.', ['db', 'biuld']);
    expect(wrong.ran).toMatchObject({ status: 2, stderr: expect.stringContaining('there is no command "db biuld"') });
  });
});

describe.concurrent('a map of policies', () => {
  const rule = (id: string, when: string) =>
    `name: ${id}\nrules:\n  - { id: ${id}, scope: image, when: '${when}', action: deny, message: ${id} }\n`;
  const mapped = join(folder.path, 'mapped');
  mkdirSync(join(mapped, 'rules'), { recursive: true });
  writeFileSync(join(mapped, 'rules', 'strict.yaml'), rule('strict', 'true'));
  writeFileSync(join(mapped, 'rules', 'loose.yaml'), rule('loose', 'false'));
  writeFileSync(
    join(mapped, 'map.yaml'),
    'name: company\nmappings:\n  - { stages: admission, policies: [rules/strict.yaml, default] }\n  - { images: "*clean.tar", policies: [rules/loose.yaml] }\n',
  );
  const map = join(mapped, 'map.yaml');

  test.each([
    ['the stage decides', ['--stage', 'admission'], 1, ['company', 'default', 'strict'], ['strict']],
    ['the image decides', [], 0, ['company', 'loose'], []],
    ['beside a policy for all', ['--policy', 'licenses'], 0, ['company', 'licenses', 'loose'], []],
  ] as const)('%s', async (_, args, status, policies, rules) => {
    const ran = await scan(clean, { args: ['--policy', map, ...args] });
    const { inputs, verdict } = JSON.parse(ran.stdout);
    expect(ran.status).toBe(status);
    expect(Object.keys(inputs.policy).sort()).toEqual(policies);
    expect(verdict.inputs).toContain('policy.company');
    expect(
      verdict.rules.filter((each: { action: string }) => each.action === 'deny').map(({ id }: { id: string }) => id),
    ).toEqual(rules);
  });

  test('an image that no mapping names: 2', async () => {
    const ran = await scan(vulnerable, { args: ['--policy', map] });
    expect(ran).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('no mapping of "company" has a policy for'),
    });
  });

  test('a policy that is not there: 2, before the image is read', async () => {
    const wrong = join(mapped, 'wrong.yaml');
    writeFileSync(wrong, 'name: m\nmappings:\n  - policies: [rules/nothing.yaml]\n');
    const ran = await scan('/nowhere.tar', { args: ['--policy', wrong] });
    expect(ran).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('nothing.yaml cannot be read'),
    });
  });
});
