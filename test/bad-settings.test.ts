import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boundedIn, expectRefused, judgedBy } from './bounded-program.ts';
import { cleanLayers, writeImage } from './images.ts';
import { buildDatabase } from './mirror.ts';
import { scratchFolder } from './program.ts';

const folder = scratchFolder();
afterAll(folder.remove);
const bounded = boundedIn(folder.path);
let database = '';
let clean = '';
beforeAll(async () => {
  database = await buildDatabase(folder.path);
  clean = writeImage(folder.path, 'clean', cleanLayers);
});

const judged = () => judgedBy(database);

describe.concurrent('policy and exceptions files with mistakes: 2, with line, column and the nearest name', () => {
  const rule = (field: string) =>
    `name: x\nrules:\n  - id: a\n    scope: vulnerability\n    when: ${field}\n    action: deny\n    message: m\n`;
  const entry = '- id: CVE-2024-0001\n  reason: r\n  owner: o\n';
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    ['--policy', 'an unknown field', rule('finding.sevrity == "High"'), /:5:\d+: .*sevrity.*did you mean "severity"\?/],
    [
      '--policy',
      'an unknown key',
      rule('"true"').replace('action', 'acton'),
      /:6:\d+: .*acton.*did you mean "action"\?/,
    ],
    ['--policy', 'an unknown action', rule('"true"').replace('deny', 'denny'), /:6:13: .*denny.*did you mean "deny"\?/],
    [
      '--policy',
      'an unknown scope',
      rule('"true"').replace('vulnerability', 'vulnerabilty'),
      /:4:12: .*did you mean "vulnerability"\?/,
    ],
    ['--policy', 'what cannot be compared', rule('finding.severity > 3'), /:5:\d+: /],
    ['--policy', 'what is no expression', rule('finding.severity == '), /:5:\d+: /],
    ['--policy', 'what is no YAML', 'name: x\nrules: [\n', /:\d+:\d+: /],
    ['--policy', 'nothing', '', /policy/],
    ['--policy', 'no rules', 'name: x\nrules: []\n', /:2:8: a policy without rules would let every image pass/],
    ['--policy', 'bytes that are no text', '\u0000\u0001\u0002', /:\d+:\d+: /],
    ['--exceptions', 'an unknown key', `${entry}  expire: 2027-01-01\n`, /:4:3: .*expire.*did you mean "expires"\?/],
    ['--exceptions', 'no expiry', entry, /:1:\d+: the exception has no "expires"/],
    [
      '--exceptions',
      'a date that is none',
      `${entry}  expires: 2026-02-30\n`,
      /:4:12: "2026-02-30" is no date; write YYYY-MM-DD/,
    ],
    ['--exceptions', 'no list', 'exceptions: x\n', /:1:13: /],
    ['--exceptions', 'what is no YAML', '- id: "x\n', /:\d+:\d+: /],
  ];
  test.each(cases)('%s: %s', async (flag, name, text, message) => {
    const file = `${flag.slice(2)} ${name}.yaml`;
    writeFileSync(join(folder.path, file), text);
    const ran = await bounded(['scan', clean, ...judged(), flag, file]);
    expectRefused(ran, 2, message);
    expect(ran.stderr).toContain(file);
  });

  test('a file of many mistakes names each in a line of its own', async () => {
    writeFileSync(join(folder.path, 'many.yaml'), rule('finding.sevrity == "High"').replace('deny', 'denny'));
    const ran = await bounded(['scan', clean, ...judged(), '--policy', 'many.yaml']);
    expect(ran.status).toBe(2);
    expect(ran.stderr.split('\n').map((line) => line.slice(0, 23))).toEqual([
      'plimsoll: many.yaml:5:1',
      'plimsoll: many.yaml:6:1',
      '',
    ]);
  });

  test('YAML that grows when it is read, and files without end', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij'].map((c, i) => `${c}: &${c} [${`*${'abcdefghi'[i]},`.repeat(9)}]`).join('\n')}\n`;
    writeFileSync(join(folder.path, 'aliases.yaml'), bomb);
    writeFileSync(join(folder.path, 'deep.yaml'), '['.repeat(100_000));
    writeFileSync(join(folder.path, 'large.yaml'), `name: x\n${'# comment\n'.repeat(600_000)}`);
    writeFileSync(join(folder.path, 'dashes.yaml'), '- '.repeat(20_000));
    for (const file of ['aliases.yaml', 'deep.yaml', 'dashes.yaml', 'large.yaml'])
      for (const flag of ['--policy', '--exceptions', '--config']) {
        const ran = await bounded(['scan', clean, ...judged(), flag, file]);
        expect(ran).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(file) });
        expect(ran.stderr).not.toMatch(/internal error|call stack/);
        if (file === 'deep.yaml') expect(ran.stderr).toContain('nested more than');
      }
  });

  test.each([
    ['--policy', 'none.yaml', /the policy none\.yaml cannot be read: no such file or directory/],
    ['--policy', '.', /the policy \. cannot be read: it is a directory/],
    ['--policy', 'deflt', /no file and no pack; did you mean "default"\?/],
    ['--exceptions', 'none.yaml', /the exceptions file none\.yaml cannot be read: no such file or directory/],
    ['--exceptions', '.', /cannot be read: it is a directory/],
    ['--config', 'none.yaml', /the settings file none\.yaml cannot be read: no such file or directory/],
  ])('%s %s', async (flag, value, message) => {
    expectRefused(await bounded(['scan', clean, ...judged(), flag, value]), 2, message);
  });
});

describe.concurrent('command lines with mistakes: 2 and one line', () => {
  test.each([
    [['scan'], /missing required argument 'image'; see plimsoll scan --help/],
    [['scan', ''], /the image is an empty word/],
    [['scan', 'a', 'b'], /too many arguments for 'scan'.*see plimsoll scan --help/],
    [['scna', 'a'], /unknown command 'scna'; did you mean scan\?/],
    [['db', 'stats'], /unknown command 'stats'; did you mean status\?/],
    [['scan', 'a', '--polcy', 'x'], /unknown option '--polcy'; did you mean --policy\?/],
    [['scan', 'a', '--zzz'], /unknown option '--zzz'; see plimsoll scan --help/],
    [['scan', 'a', '--policy'], /option '--policy <pack\|file>' argument missing/],
    [['scan', 'a', '--no-gate=1'], /--no-gate/],
    [['scan', 'a', '--format', 'jsn'], /--format is "jsn"; did you mean "json"\?/],
    [['scan', 'a', '--format', 'json='], /a file name is missing after "="/],
    [['scan', 'a', '--format', 'json', '--format', 'html'], /only one report can go to standard output/],
    [['scan', 'a', '--format', 'json=-', '--format', 'html=-'], /only one report can go to standard output/],
    [['scan', 'a', '--format', 'json=a', '--format', 'html=a'], /a is named twice/],
    [['scan', 'a', '--format', 'json=a', '--format', 'html=./b/../a'], /a is named twice/],
    [['sbom', 'a', '--format', 'table'], /--format is "table"/],
    [['scan', 'a', '--at', '2026-02-30'], /--at is "2026-02-30"; say a date such as 2026-08-22/],
    [['scan', 'a', '--at', 'yesterday'], /--at is "yesterday"; say a date/],
    [['scan', 'a', '--at', '2026-08-22T00:00:00Z'], /--at is /],
    [['scan', 'a', '--max-db-age', '-1'], /--max-db-age is "-1"; say a number of days/],
    [['scan', 'a', '--timeout', '0'], /--timeout is "0"; say a number of seconds/],
    [['scan', 'a', '--fail-on', 'Hihg'], /--fail-on is "Hihg"; did you mean "High"\?/],
    [['scan', 'a', '--severity', ''], /--severity is ""/],
    [['scan', 'a', '--kind', 'vulnerabilty'], /--kind is "vulnerabilty"; did you mean "vulnerability"\?/],
    [['scan', 'a', '--stage', 'prod'], /--stage is "prod"; there are pipeline, registry, admission, runtime/],
    [['scan', 'a', '--platform', 'arm64'], /--platform is "arm64"; say os\/arch/],
    [['scan', 'a', '--mirror', 'ftp://x'], /--mirror is "ftp:\/\/x"; say an http or https URL, or a folder/],
    [['scan', 'a', '--mirror', 'none'], /--mirror is "none", which is no folder/],
    [['scan', 'a', '--catalog', 'none'], /--catalog is "none", which is no folder/],
    [['db', 'build', '--as-of', '1.1.2026'], /--as-of is "1\.1\.2026"; say a date/],
  ] as const)('%j', async (args, message) => {
    expectRefused(await bounded(args), 2, message);
  });

  test.each([
    [[], /^Usage: plimsoll \[options\] \[command\]/],
    [['db'], /^Usage: plimsoll db \[options\] \[command\]/],
  ])('%j shows how it is used', async (args, usage) => {
    const ran = await bounded(args);
    expect(ran).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(usage) });
  });
});
