import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inlineScan } from '../packages/cli/src/compat/inline-scan.ts';
import { parseWords } from '../packages/cli/src/compat/parse-words.ts';
import { qualysAnalysis } from '../packages/cli/src/compat/qualys-analysis.ts';
import { sysdigCliScanner } from '../packages/cli/src/compat/sysdig-cli-scanner.ts';
import { foreignTools } from '../packages/cli/src/compat/tools.ts';
import { dockerArchive, fixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';
import type { ScanResult } from '../packages/engine/src/result/types.ts';
import { engineWith, foreignTool } from './foreign-tools.ts';
import { cleanLayers, vulnerableLayers, writeImage } from './images.ts';
import { buildDatabase } from './mirror.ts';
import { type Outcome, type RunOptions, scratchFolder } from './program.ts';

const folder = scratchFolder();
const at = (name: string) => join(folder.path, name);
const token = 'tok-3f9a-s3cr3t';
const name = 'registry.example.com/team/app:1';

let database = '';
let engines: Readonly<Record<'vulnerable' | 'clean', Awaited<ReturnType<typeof engineWith>>>>;
beforeAll(async () => {
  database = await buildDatabase(folder.path);
  engines = {
    vulnerable: await engineWith(folder.path, name, vulnerableLayers),
    clean: await engineWith(folder.path, name, cleanLayers),
  };
  for (const each of ['build dir', 'reports']) mkdirSync(at(each));
  writeImage(at('build dir'), 'vulnerable', vulnerableLayers);
  writeImage(at('build dir'), 'clean', cleanLayers);
});
afterAll(async () => {
  for (const engine of Object.values(engines ?? {})) await engine.close();
  folder.remove();
});

function run(
  bin: string,
  args: readonly string[],
  engine: keyof typeof engines,
  { env, ...options }: RunOptions = {},
): Promise<Outcome> {
  const own = { DOCKER_HOST: engines[engine].host, ...env };
  return foreignTool(bin, args, database, { cwd: folder.path, ...options, env: own });
}
const result = (file: string): ScanResult => JSON.parse(readFileSync(at(file), 'utf8'));
const secretFree = ({ stdout, stderr }: Outcome, ...more: string[]) =>
  expect([stdout, stderr, ...more].join('\n')).not.toContain(token);

describe.concurrent('sysdig-cli-scanner', () => {
  const env = { SECURE_API_TOKEN: token };
  const bin = 'sysdig-cli-scanner.mjs';
  const api = ['--apiurl', 'https://us2.app.sysdig.com'];

  test("the article's line with policy and a name, once stopped and once passed", async () => {
    const args = [...api, name, '--policy', 'sysdig-best-practices', '--output=json-file=reports/scan.json'];
    const stopped = await run(bin, args, 'vulnerable', { env });
    expect(stopped).toMatchObject({ status: 1, stdout: expect.stringContaining('CVE-2024-0001') });
    expect(stopped.stderr).toContain('--apiurl, SECURE_API_TOKEN: not used');
    expect(result('reports/scan.json').verdict).toMatchObject({ result: 'fail', exitCode: 1 });
    expect(Object.keys(result('reports/scan.json').inputs.policy)).toEqual(['sysdig-best-practices']);
    secretFree(stopped, readFileSync(at('reports/scan.json'), 'utf8'));
    expect(await run(bin, [...api, `docker://${name}`], 'clean', { env })).toMatchObject({ status: 0 });
  });

  test('the daemon-less line: an archive in a folder with a space, console log', async () => {
    const line = (image: string) => ['--console-log', ...api, `file://${at(`build dir/${image}.tar`)}`];
    expect(await run(bin, line('clean'), 'clean', { env })).toMatchObject({ status: 0 });
    expect(await run(bin, line('vulnerable'), 'clean', { env })).toMatchObject({ status: 1 });
  });

  test('the older forms of the result file', async () => {
    const args = [
      '-a',
      'https://x',
      '--json-scan-result=reports/old 1.json',
      '--output-json',
      'reports/old 2.json',
      name,
    ];
    expect(await run(bin, args, 'clean', { env })).toMatchObject({ status: 0 });
    expect(result('reports/old 1.json')).toEqual(result('reports/old 2.json'));
  });

  test('what could not be judged is its failure, what could not be scanned its error', async () => {
    const stale = await run(bin, [...api, name], 'clean', { env: { ...env, PLIMSOLL_AT: '2026-08-20' } });
    expect(stale).toMatchObject({ status: 1, stderr: expect.stringContaining('advisories-stale') });
    const absent = await run(bin, [...api, `file://${at('no.tar')}`], 'clean', { env });
    expect(absent).toMatchObject({ status: 3, stdout: '' });
    const policy = await run(bin, [...api, '--policy', 'john_policy', name], 'clean', { env });
    expect(policy).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('john_policy') });
    for (const ran of [stale, absent, policy]) secretFree(ran);
  });

  test.each<[readonly string[], Record<string, string>, unknown]>([
    [['nginx:1'], {}, { reference: 'nginx:1', fixed: {}, usual: { policy: ['sysdig-best-practices'] } }],
    // names that look like our prefixes
    [['docker:27'], {}, { reference: 'docker.io/library/docker:27' }],
    [['pull://registry:2'], {}, { reference: 'registry:registry:2' }],
    [['podman://localhost/app'], {}, { reference: 'podman:localhost/app' }],
    [
      ['--policy', 'Sysdig Best Practices', '--policy=NIST 800-190', '--policy', 'own.yaml', 'a'],
      {},
      { fixed: { policy: ['sysdig-best-practices', 'nist-800-190', 'own.yaml'] } },
    ],
    [
      ['--dbpath=/cache/db/', '--cachepath=/cache/scanner-cache/', '--no-cache', 'a'],
      {},
      {
        fixed: { cache: false },
        usual: { dbDir: '/cache/db/plimsoll-advisories', cacheDir: '/cache/scanner-cache/plimsoll-layers' },
      },
    ],
    [['-d', '/x/main.db', 'a'], {}, { usual: { dbDir: '/x/plimsoll-advisories' } }],
    [
      ['pull://registry.example.com:5000/a'],
      { REGISTRY_USER: 'u', REGISTRY_PASSWORD: 'p w' },
      {
        environment: {
          PLIMSOLL_REGISTRY_HOST: 'registry.example.com:5000',
          PLIMSOLL_REGISTRY_USERNAME: 'u',
          PLIMSOLL_REGISTRY_PASSWORD: 'p w',
        },
      },
    ],
    [
      ['team/a'],
      { REGISTRY_USER: 'u', REGISTRY_PASSWORD: 'p' },
      { environment: { PLIMSOLL_REGISTRY_HOST: 'docker.io' } },
    ],
  ])('%j %j', async (args, variables, expected) => {
    expect(await sysdigCliScanner.translate(parseWords(args, sysdigCliScanner.options), variables)).toMatchObject(
      expected as object,
    );
  });

  test.each([
    [['--iac', '.'], 'infrastructure as code'],
    [[], 'say which image'],
    [['a', 'b'], 'only one image'],
    [['crio://a'], 'crio:// cannot be read'],
    [['--output=sarif-file=x', 'a'], '--output is no json-file=FILE'],
    [['--output=json-file=', 'a'], 'an empty word'],
  ])('%j: %s', async (args, message) => {
    const given = parseWords(args, sysdigCliScanner.options);
    await expect(sysdigCliScanner.translate(given, {})).rejects.toThrow(message);
  });
});

describe.concurrent('inline_scan', () => {
  const bin = 'inline_scan.mjs';
  const line = ['analyze', '-s', 'https://secure.sysdig.com', '-k', token];

  test("the article's line, once stopped and once passed", async () => {
    const stopped = await run(bin, [...line, name], 'vulnerable');
    expect(stopped).toMatchObject({ status: 1, stdout: expect.stringContaining('severe-vulnerability') });
    expect(stopped.stderr).toContain('-s, -k: not used');
    const passed = await run(bin, [...line, '-R', at('reports'), name], 'clean');
    expect(passed.status).toBe(0);
    expect(
      readdirSync(at('reports')).filter((file) => file.endsWith('registry.example.com-team-app-1-scan-result.html')),
    ).toHaveLength(1);
    for (const ran of [stopped, passed]) secretFree(ran);
  });

  test("the article's image: port 22 is a stop condition of its own", async () => {
    const config = { User: 'app', ExposedPorts: { '22/tcp': {} } };
    writeFileSync(at('ssh.tar'), dockerArchive(fixtureImage({ layers: cleanLayers, config })));
    const ran = await run(bin, [...line, `file://${at('ssh.tar')}`], 'clean');
    expect(ran).toMatchObject({ status: 1, stdout: expect.stringContaining('22/tcp') });
  });

  test('every failure is 1, and a token in the wrong place is not shown', async () => {
    const stale = await run(bin, [...line, name], 'clean', { env: { PLIMSOLL_AT: '2026-08-20' } });
    const cases = [
      stale,
      await run(bin, [token, ...line, name], 'clean'),
      await run(bin, [...line, 'x', token], 'clean'),
    ];
    for (const ran of cases) {
      expect(ran.status).toBe(1);
      secretFree(ran);
    }
  });

  test.each([
    [[], 'say the operation'],
    [['scan', 'a'], 'say the operation'],
    [['analyze'], 'say which image'],
    [['analyze', 'a', 'b'], 'only one image'],
  ])('%j: %s', async (args, message) => {
    await expect(inlineScan.translate(parseWords(args, inlineScan.options), {})).rejects.toThrow(message);
  });

  test('-P reads of the registry', async () => {
    const given = parseWords(['analyze', '-PV', 'docker.io/alpine:3.10'], inlineScan.options);
    expect((await inlineScan.translate(given, {})).reference).toBe('registry:docker.io/alpine:3.10');
  });
});

describe.concurrent('qualys_analysis.sh', () => {
  const login = ['-u', 'user', '-p', token];
  const bin = 'qualys_analysis.sh';

  test.skipIf(process.platform === 'win32')("the article's line with an ID of 12 digits", async () => {
    const id = engines.vulnerable.id.slice(7, 19);
    // as a file that a shell reads, which is how jobs call it
    const shell = { node: '/bin/sh' };
    const passed = await run(bin, [...login, '-I', id], 'vulnerable', shell);
    expect(passed.status).toBe(0);
    expect(passed.stdout).toMatch(
      new RegExp(
        `^Image ${id} \\(.*\\)\nSeverity 5 \\(Critical\\): 0\nSeverity 4 \\(High\\): 1\n[^]*\nRisk index: 3 × 0 \\+ 1 × 1 = 1\nPASS\n$`,
      ),
    );
    const stopped = await run(bin, [...login, '-I', id, '-t', '0'], 'vulnerable', shell);
    expect(stopped).toMatchObject({ status: 1, stdout: expect.stringContaining('= 1 > 0\n') });
    for (const ran of [passed, stopped]) secretFree(ran);
  });

  test('an index within the threshold does not open a gate that could not see', async () => {
    const id = engines.clean.id.slice(7, 19);
    const ran = await run(bin, [...login, '-I', id], 'clean', { node: '/bin/sh', env: { PLIMSOLL_AT: '2026-08-20' } });
    expect(ran).toMatchObject({ status: 1, stdout: expect.stringMatching(/advisories-stale: .*\nFAIL\n$/) });
  });

  test.each([
    [['-u', 'a', '-p', 'b'], '-I needs'],
    [['-u', 'a', '-p', 'b', '-I', ''], '-I needs'],
    [['-u', 'a', '-p', 'two', token, '-I', '0123456789ab'], 'is a variable not quoted?'],
    [['-I', '0123456789ab', '-t', 'x'], 'no number'],
  ])('%j: %s', async (args, message) => {
    const refused = qualysAnalysis.translate(parseWords(args, qualysAnalysis.options), {});
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow(token);
  });
});

test.skipIf(process.platform !== 'linux')(
  'a token on the command line is not in the list of processes while it scans',
  async () => {
    let seen = '';
    let child: { readonly pid?: number | undefined; kill(): void } | undefined;
    // an engine that takes the question and never answers
    const engine = createServer(() => {
      seen = readFileSync(`/proc/${child?.pid}/cmdline`, 'utf8');
      child?.kill();
    });
    const socket = at('silent.sock');
    await new Promise<void>((resolve) => engine.listen(socket, resolve));
    const ran = await run('inline_scan.mjs', ['analyze', '-k', token, name], 'clean', {
      env: { DOCKER_HOST: `unix://${socket}` },
      started: (started) => {
        child = started;
      },
    });
    engine.closeAllConnections();
    engine.close();
    expect(ran.status).toBe(130);
    expect(seen).toContain('plimsoll inline_scan');
    expect(seen).not.toContain(token);
  },
);

test('--version', async () => {
  const ran = await run('sysdig-cli-scanner.mjs', ['--version'], 'clean');
  expect(ran).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^sysdig-cli-scanner \(plimsoll \d/),
    stderr: '',
  });
});

test('no failure of ours is a success of any tool', async () => {
  for (const load of Object.values(foreignTools)) {
    const { exits, otherExits = [] } = await load();
    for (const code of [...Object.values(exits), ...otherExits.map(([other]) => other)])
      expect(code).toBeGreaterThan(0);
  }
});
