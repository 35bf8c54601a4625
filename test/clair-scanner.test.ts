import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clairScanner } from '../packages/cli/src/compat/clair-scanner.ts';
import { parseWords } from '../packages/cli/src/compat/parse-words.ts';
import { engineWith, foreignTool } from './foreign-tools.ts';
import { cleanLayers, dpkgStatus, osRelease } from './images.ts';
import { buildDatabase } from './mirror.ts';
import { type Outcome, scratchFolder } from './program.ts';

const folder = scratchFolder();
const at = (name: string) => join(folder.path, name);
/** High in openssl, Low in xz-utils, Medium without a fix in zlib */
const layers = [[osRelease, dpkgStatus({ openssl: '3.0.11-1~deb12u2', 'xz-utils': '5.3.9-1', zlib: '1.2.13' })]];
const name = 'registry.example.com:5000/shop/app:1';
const whitelists = {
  // the example of the tool's own manual: names an image with a registry's port, and one id twice
  approved: `generalwhitelist: #Approve CVE for any image
  CVE-2023-0003: zlib
images:
  registry.example.com:5000/shop/app:
    CVE-2024-0001: Java
    CVE-2024-0001: XSX
  alpine:
    CVE-2017-3261: SE
`,
  other: 'images:\n  registry.example.com:5000/shop/other:\n    CVE-2024-0001: of another image\n',
  empty: '# nothing is approved\n',
  broken: 'generalwhitelist: [\n',
} as const;

let database = '';
let engines: Readonly<Record<'shop' | 'clean' | 'bare' | 'unread', Awaited<ReturnType<typeof engineWith>>>>;
beforeAll(async () => {
  database = await buildDatabase(folder.path);
  const unread = [{ path: 'nix/var/nix/db/db.sqlite', content: 'SQLite format 3' }];
  engines = {
    shop: await engineWith(folder.path, name, layers),
    clean: await engineWith(folder.path, 'alpine:3.5', cleanLayers),
    bare: await engineWith(folder.path, 'hello:1', [[{ path: 'hello', content: 'hello' }]]),
    unread: await engineWith(folder.path, 'nix:1', [...cleanLayers, unread]),
  };
  for (const [file, text] of Object.entries(whitelists)) writeFileSync(at(`${file} list.yaml`), text);
  mkdirSync(at('result'));
});
afterAll(async () => {
  for (const engine of Object.values(engines ?? {})) await engine.close();
  folder.remove();
});

const scanner = (
  engine: keyof typeof engines,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> =>
  foreignTool('clair-scanner.mjs', args, database, {
    cwd: folder.path,
    env: { DOCKER_HOST: engines[engine].host, ...env },
  });
const report = (file: string): { image: string; unapproved: string[]; vulnerabilities: Record<string, string>[] } =>
  JSON.parse(readFileSync(at(file), 'utf8'));

describe.concurrent("the articles' own command lines", () => {
  test('an image that passes', async () => {
    const ran = await scanner('clean', ['--ip', '192.0.2.1', 'alpine:3.5']);
    expect(ran).toMatchObject({ status: 0, stdout: '' });
    expect(ran.stderr).toMatch(
      /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[INFO\] ▶ --ip: not used, Plimsoll needs no server$/m,
    );
    expect(ran.stderr).toMatch(/\[INFO\] ▶ Image \[alpine:3\.5\] contains NO unapproved vulnerabilities$/m);
  });

  test('an image that is stopped', async () => {
    const ran = await scanner('shop', ['--ip', '192.0.2.1', name]);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(
      '[CRIT] ▶ Image contains unapproved vulnerabilities: [CVE-2024-0001 CVE-2023-0003 CVE-2024-0002]',
    );
    expect(ran.stdout).toMatch(/^\| Unapproved \| High CVE-2024-0001 +\| openssl +\| 3\.0\.11-1~deb12u2 +\|/m);
    const rows = ran.stdout.split('\n').filter((line) => line.startsWith('| Unapproved'));
    expect(rows.map((row) => row.split('|')[2]!.trim().split(' ')[0])).toEqual(['High', 'Medium', 'Low']);
  });

  test('as ClairInABox calls it, with report, log and whitelist', async () => {
    const args = ['-c', 'http://scanner_x:6060', '--threshold=Medium', '--ip', '172.18.0.4', '--network', 'net_x'];
    const files = ['-r', at('result/clair-report.json'), '-l', at('result/clair-log.log')];
    const ran = await scanner('shop', [...args, ...files, '-w', at('approved list.yaml'), name]);
    expect(ran.status).toBe(0);
    expect(report('result/clair-report.json')).toMatchObject({ image: name, unapproved: [] });
    expect(report('result/clair-report.json').vulnerabilities).toHaveLength(3);
    expect(ran.stdout.match(/^\| Approved /gm)).toHaveLength(3);
    const logged = ran.stderr.replace(/^plimsoll: .*\n/gm, '');
    expect(readFileSync(at('result/clair-log.log'), 'utf8')).toBe(logged);
    expect(ran.stderr).not.toContain('scanner_x');
  });

  test('as the CircleCI orb calls it', async () => {
    const args = ['--ip', '172.17.0.3', '--clair=http://172.17.0.2:6060', '-t', 'High', '--report', at('orb.json')];
    const more = ['--log', at('orb.log'), '--reportAll=true', '--exit-when-no-features=false', name];
    expect((await scanner('shop', [...args, ...more])).status).toBe(1);
    expect(report('orb.json').unapproved).toEqual(['CVE-2024-0001']);
  });
});

describe.concurrent('whitelist and threshold', () => {
  const cases: readonly (readonly [string, readonly string[], number, readonly string[]])[] = [
    ['below the threshold is approved', ['-t', 'Critical'], 0, []],
    ['a whitelist', ['--whitelist', 'approved list.yaml', '-tlow'], 1, ['CVE-2024-0002']],
    ['a whitelist for another image', ['-w', 'other list.yaml', '-t=High'], 1, ['CVE-2024-0001']],
  ];
  test.each(cases)('%s', async (what, args, status, unapproved) => {
    const file = `${what}.json`;
    const ran = await scanner('shop', [...args, '-q', '-r', file, name]);
    expect(ran).toMatchObject({ status, stdout: '' });
    expect(report(file).unapproved).toEqual(unapproved);
  });

  test.each([
    [['-w', 'empty list.yaml'], { set: ['threshold=Unknown'] }],
    [['-w', '', '--report='], { set: ['threshold=Unknown'] }],
    [['-w=approved list.yaml', '-tmedium'], { set: ['threshold=Medium'], exceptions: [at('approved list.yaml')] }],
  ])('%j', async (args, settings) => {
    const placed = args.map((word) => word.replace(/(?<==|^)(\w+ list\.yaml)/, (file) => at(file)));
    const { fixed, reference, reports } = await clairScanner.translate(
      parseWords([...placed, name], clairScanner.options),
      {},
    );
    expect({ fixed, reference, reports }).toEqual({
      fixed: { policy: ['clair-threshold'], ...settings },
      reference: `docker:${name}`,
      reports: ['clair-table'],
    });
  });

  test('--all=false prints what is not approved alone', async () => {
    const { stdout } = await scanner('shop', ['--all=false', '-t', 'High', name], {
      PLIMSOLL_FORMAT: 'html=page.html,table',
    });
    expect(stdout).toContain('CVE-2024-0001');
    expect(stdout).not.toContain('| Approved');
    // a report of our own, beside it
    expect(existsSync(at('page.html'))).toBe(true);
  });
});

describe.concurrent('what cannot be judged never passes', () => {
  test('stale advisories', async () => {
    const ran = await scanner('clean', ['alpine:3.5'], { PLIMSOLL_AT: '2026-08-20' });
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(/\[CRIT\] ▶ the image cannot be approved, advisories-stale: .*debian-12/);
    expect(ran.stderr).not.toContain('NO unapproved');
  });

  test('an inventory with a gap', async () => {
    const ran = await scanner('unread', ['nix:1']);
    expect(ran).toMatchObject({ status: 1, stderr: expect.stringContaining('inventory-incomplete') });
  });

  test('no package: 0, or 5 where that is asked for', async () => {
    expect((await scanner('bare', ['hello:1'])).status).toBe(0);
    expect((await scanner('bare', ['--exit-when-no-features', 'hello:1'])).status).toBe(5);
  });
});

describe('what goes wrong before anything is scanned', () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ['no image', [], 'say which image'],
    ['an empty image', [''], 'say which image'],
    ['two images', [name, 'alpine:3.5'], 'only one image'],
    ['an image with a line break', ['alpine:3.5\nrm -rf'], 'line break'],
    ['an image with a space', ["alpine:3.5 '"], 'a space'],
    ['a scheme that nobody reads', ['crio://alpine:3.5'], 'crio://'],
    ['an empty threshold', ['--threshold=', name], '--threshold is ""'],
    ['a threshold that is none', ['-t', 'Hihg', name], 'did you mean "High"'],
    ['Defcon1', ['-t', 'Defcon1', name], 'say Critical'],
    ['a whitelist that is not there', ['-w', 'no list.yaml', name], 'no list.yaml'],
  ];
  test.each(cases)('%s', async (_, args, message) => {
    const given = parseWords(args, clairScanner.options);
    await expect(clairScanner.translate(given, {})).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(message),
    });
  });
});

describe.concurrent('one line and a code of the tool for everything that goes wrong', () => {
  const cases: readonly (readonly [string, readonly string[], number, string])[] = [
    ['an image that is not there', ['nowhere:1'], 1, 'nowhere:1'],
    ['an unknown option', ['--treshold', 'High', name], 2, 'there is no option --treshold'],
    ['a whitelist that is no YAML', ['-w', 'broken list.yaml', name], 1, 'broken list.yaml'],
    ['a report in no folder', ['-r', 'no/such/report.json', name], 1, 'no/such/report.json'],
    ['a log in no folder', ['-l', 'no/such/log', name], 1, 'no/such/log'],
  ];
  test.each(cases)('%s', async (_, args, status, message) => {
    const ran = await scanner('shop', args);
    expect(ran).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(message) });
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

test('--help says what is understood', async () => {
  const ran = await scanner('shop', ['--help']);
  expect(ran).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringContaining('Usage: clair-scanner [OPTIONS] IMAGE'),
  });
  for (const option of ['-w, --whitelist FILE', '-t, --threshold', 'CLAIR_URL']) expect(ran.stdout).toContain(option);
});

test.skipIf(process.getuid?.() !== 0)('report and log belong to whom their folder belongs (needs root)', async () => {
  const { chownSync } = await import('node:fs');
  mkdirSync(at('theirs'));
  chownSync(at('theirs'), 1234, 1234);
  const files = ['theirs/r.json', 'theirs/c.log'];
  await scanner('clean', ['-r', files[0]!, '-l', files[1]!, 'alpine:3.5']);
  for (const file of files) expect(statSync(at(file))).toMatchObject({ uid: 1234, gid: 1234 });
});
