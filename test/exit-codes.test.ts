import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dockerArchive, fixtureImage, sha256 } from '../packages/engine/src/image/testing/image-builder.ts';
import type { ScanResult } from '../packages/engine/src/result/types.ts';
import { cleanLayers, dpkgStatus, osRelease, vulnerableLayers, writeImage } from './images.ts';
import { buildDatabase, confirmedOn } from './mirror.ts';
import { type Outcome, plimsoll, type RunOptions, scratchFolder } from './program.ts';

const folder = scratchFolder();
/** of a package manager whose database is recognised and not read */
const unread = [{ path: 'nix/var/nix/db/db.sqlite', content: 'SQLite format 3' }];
let database = '';
let images: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  database = await buildDatabase(folder.path);
  images = {
    clean: writeImage(folder.path, 'clean', cleanLayers),
    vulnerable: writeImage(folder.path, 'vulnerable', vulnerableLayers),
    unread: writeImage(folder.path, 'unread', [...cleanLayers, unread]),
    'vulnerable and unread': writeImage(folder.path, 'both', [...vulnerableLayers, unread]),
    absent: join(folder.path, 'absent.tar'),
    lying: join(folder.path, 'lying.tar'),
  };
  const diff_ids = fixtureImage({ layers: cleanLayers }).layers.map(sha256);
  const lying = fixtureImage({ layers: vulnerableLayers, top: { rootfs: { type: 'layers', diff_ids } } });
  writeFileSync(images.lying!, dockerArchive(lying));
  writeFileSync(join(folder.path, 'typo.yaml'), 'name: x\nrulez: []\n');
});
afterAll(folder.remove);

const stale = '2026-08-07';
const scan = (image: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Outcome> =>
  plimsoll(
    ['scan', images[image]!, '--db-dir', database, '--no-update', '--no-cache', '--at', confirmedOn, ...args],
    options,
  );

interface Case {
  readonly image: string;
  readonly args?: readonly string[];
  readonly status: number;
  /** exit codes that `verdict.reasons` names */
  readonly reasons: readonly number[];
  readonly result: 'pass' | 'warn' | 'fail';
  /** what one of the reasons says */
  readonly says?: string;
}

const both = 'vulnerable and unread';
const verdicts: readonly Case[] = [
  { image: 'clean', status: 0, reasons: [], result: 'pass' },
  { image: 'vulnerable', status: 1, reasons: [1], result: 'fail', says: 'fixable-high' },
  { image: 'unread', status: 4, reasons: [4], result: 'fail', says: 'nix' },
  { image: 'clean', args: ['--at', stale], status: 5, reasons: [5], result: 'fail', says: 'debian-12' },
  { image: 'clean', args: ['--db-dir', 'none'], status: 5, reasons: [5], result: 'fail', says: 'plimsoll db' },
  // the order when several apply
  { image: both, status: 1, reasons: [1, 4], result: 'fail' },
  { image: 'vulnerable', args: ['--at', stale], status: 1, reasons: [1, 5], result: 'fail' },
  { image: 'unread', args: ['--at', stale], status: 5, reasons: [4, 5], result: 'fail' },
  { image: both, args: ['--at', stale], status: 1, reasons: [1, 4, 5], result: 'fail' },
  // --no-gate turns 1 into 0 and nothing else
  { image: 'clean', args: ['--no-gate'], status: 0, reasons: [], result: 'pass' },
  { image: 'vulnerable', args: ['--no-gate'], status: 0, reasons: [1], result: 'fail', says: 'not gated' },
  { image: 'unread', args: ['--no-gate'], status: 4, reasons: [4], result: 'fail' },
  { image: both, args: ['--no-gate'], status: 4, reasons: [1, 4], result: 'fail' },
  { image: 'clean', args: ['--no-gate', '--at', stale], status: 5, reasons: [5], result: 'fail' },
  { image: 'vulnerable', args: ['--no-gate', '--at', stale], status: 5, reasons: [1, 5], result: 'fail' },
  // --fail-on is one more rule, and filters of what is shown judge nothing
  { image: 'vulnerable', args: ['--fail-on', 'high'], status: 1, reasons: [1], result: 'fail', says: 'fail-on' },
  { image: 'clean', args: ['--fail-on', 'Unknown'], status: 0, reasons: [], result: 'pass' },
  { image: 'vulnerable', args: ['--severity', 'Critical'], status: 1, reasons: [1], result: 'fail' },
  { image: 'vulnerable', args: ['--kind', 'malware', '--only-fixed'], status: 1, reasons: [1], result: 'fail' },
];

describe.concurrent('scan ends with what the verdict says', () => {
  test.each(verdicts)('$image $args: $status', async ({ image, args = [], status, reasons, result, says }) => {
    const report = join(folder.path, `${image} ${args.join(' ').replaceAll('/', '')}.json`);
    const ran = await scan(image, ['--format', 'table', '--format', `json=${report}`, ...args], { cwd: folder.path });
    const { verdict }: ScanResult = JSON.parse(readFileSync(report, 'utf8'));
    expect(ran).toMatchObject({ status, stderr: '', stdout: expect.stringContaining(`(exit ${status})`) });
    expect(verdict).toMatchObject({ exitCode: status, result });
    expect([...new Set(verdict.reasons.map((reason) => reason.exitCode))].sort()).toEqual(reasons);
    for (const text of [ran.stdout.replace(/\s+/g, ' '), ...verdict.reasons.map(({ message }) => message).slice(0, 1)])
      if (says) expect(text).toContain(says);
  });
});

describe.concurrent('2 and 3 come before everything that the verdict could say, and write no result', () => {
  const cases: readonly (readonly [string, string, readonly string[], number, string])[] = [
    ['a wrong flag', 'vulnerable', ['--fail-on', 'Hihg'], 2, '--fail-on is "Hihg"; did you mean "High"?'],
    ['a wrong policy', 'vulnerable', ['--policy', 'typo.yaml'], 2, 'typo.yaml:2:1'],
    ['a wrong flag and no image', 'absent', ['--fail-on', 'Hihg'], 2, '--fail-on'],
    ['a wrong policy and no image', 'absent', ['--policy', 'typo.yaml'], 2, 'typo.yaml:2:1'],
    ['a wrong flag and stale advisories', 'clean', ['--at', stale, '--severity', 'x'], 2, '--severity'],
    ['no image', 'absent', [], 3, 'absent.tar: no such file'],
    ['no image and no advisories', 'absent', ['--db-dir', 'none'], 3, 'absent.tar'],
    ['no image without the gate', 'absent', ['--no-gate'], 3, 'absent.tar'],
    [
      'layers that are the base’s by their claim alone',
      'lying',
      ['--base', './clean.tar'],
      3,
      'lying.tar: layer 1 of 1',
    ],
    ['a wrong policy without the gate', 'vulnerable', ['--no-gate', '--policy', 'typo.yaml'], 2, 'typo.yaml'],
  ];
  test.each(cases)('%s', async (name, image, args, status, message) => {
    const report = join(folder.path, `${name}.json`);
    const ran = await scan(image, ['--format', 'table', '--format', `json=${report}`, ...args], { cwd: folder.path });
    expect(ran).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(message) });
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(existsSync(report)).toBe(false);
  });
});

describe('a run that is stopped', () => {
  let server: Server;
  let asked = () => {};
  let url = '';
  beforeAll(async () => {
    // a mirror that takes requests and never answers
    server = createServer(() => asked());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Sends the signal once the program waits for the mirror. */
  function waiting(args: readonly string[], ...signals: readonly NodeJS.Signals[]): Promise<Outcome> {
    return plimsoll(args, {
      started: (child) => {
        asked = () => {
          asked = () => {};
          for (const signal of signals) child.kill(signal);
        };
      },
    });
  }

  const report = join(folder.path, 'stopped.json');
  const args = (dbDir: string): string[] =>
    // biome-ignore format: one option a pair
    ['scan', images.vulnerable!, '--db-dir', dbDir, '--no-cache', '--mirror', url, '--format', `json=${report}`, '--format', 'table'];

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s: 130, no report', async (signal) => {
    expect(await waiting(args(join(folder.path, 'empty')), signal)).toEqual({
      status: 130,
      stdout: '',
      stderr: 'plimsoll: interrupted\n',
    });
    expect(existsSync(report)).toBe(false);
  });

  test('an impatient user and a runner that sends both: 130 all the same', async () => {
    for (const signals of [
      ['SIGINT', 'SIGTERM', 'SIGHUP'],
      ['SIGTERM', 'SIGINT'],
    ] as const) {
      const ran = await waiting(args(join(folder.path, 'empty')), ...signals);
      expect(ran).toEqual({ status: 130, stdout: '', stderr: 'plimsoll: interrupted\n' });
    }
  });

  test('a second signal while the process winds up: 130 all the same', async () => {
    const ran = await plimsoll(args(join(folder.path, 'empty')), {
      started: (child) => {
        asked = () => {
          asked = () => {};
          child.kill('SIGTERM');
        };
        // every millisecond from its last words on, so that one falls into whatever Node does until the end
        child.stderr!.once('data', () => {
          child.kill('SIGINT');
          const again = setInterval(() => child.kill('SIGINT'), 1);
          child.once('exit', () => clearInterval(again));
        });
      },
    });
    expect(ran).toEqual({ status: 130, stdout: '', stderr: 'plimsoll: interrupted\n' });
  });

  test('the advisories that were there are there afterwards', async () => {
    expect((await waiting(args(database), 'SIGINT')).status).toBe(130);
    expect((await scan('clean')).status).toBe(0);
  });

  test('--timeout: 3, no report', async () => {
    expect(await waiting([...args(join(folder.path, 'empty')), '--timeout', '0.6'])).toEqual({
      status: 3,
      stdout: '',
      stderr: 'plimsoll: not done within 0.6 s (--timeout)\n',
    });
    expect(existsSync(report)).toBe(false);
  });

  test('--timeout that is over before any timer could fire: 3 as well, no report', async () => {
    expect(await scan('clean', ['--timeout', '0.001', '--format', `json=${report}`])).toMatchObject({
      status: 3,
      stdout: '',
    });
    expect(existsSync(report)).toBe(false);
  });

  test('db build and an engine that never answers can be stopped too', async () => {
    const build = await waiting(['db', 'build', '--mirror', url, '--db-dir', join(folder.path, 'built')], 'SIGTERM');
    expect(build).toMatchObject({ status: 130, stderr: 'plimsoll: interrupted\n' });
    const socket = join(folder.path, 'engine.sock');
    const engine = createServer(() => asked());
    await new Promise<void>((resolve) => engine.listen(socket, resolve));
    const stopped = await plimsoll(['sbom', 'docker:app'], {
      env: { DOCKER_HOST: `unix://${socket}` },
      started: (child) => {
        asked = () => child.kill('SIGINT');
      },
    });
    engine.closeAllConnections();
    engine.close();
    expect(stopped).toEqual({ status: 130, stdout: '', stderr: 'plimsoll: interrupted\n' });
  });
});

describe('a report that cannot be written', () => {
  const [html, json] = [join(folder.path, 'r.html'), join(folder.path, 'r.json')];
  const formatsWith = (broken: string) =>
    [`json=${broken}`, `html=${html}`, `json=${json}`, 'table'].flatMap((format) => ['--format', format]);

  test('ends with 3 before the scan starts', async () => {
    const nowhere = join(folder.path, 'no', 'such', 'r.json');
    for (const image of ['clean', 'vulnerable', join(folder.path, 'no-such-image.tar')])
      expect(await scan(image, formatsWith(nowhere))).toEqual({
        status: 3,
        stdout: '',
        stderr: `plimsoll: the report ${nowhere} cannot be written: no such file or directory\n`,
      });
    for (const file of [html, json]) expect(existsSync(file)).toBe(false);
  });

  test('whatever is in the way is found before the scan starts', async () => {
    const at = (...path: string[]) => join(folder.path, 'ways', ...path);
    mkdirSync(at('folder'), { recursive: true });
    const links = { dangling: 'no/such', loop: 'loop', same: 'folder', later: 'folder/new' };
    for (const [link, target] of Object.entries(links)) symlinkSync(target, at(link));
    const tried = async (...files: string[]) => {
      const formats = files.map((file, i) => `--format=${['json', 'html'][i]}=${file}`);
      return await scan('absent', formats);
    };
    for (const [file, reason] of [
      [`${at('new')}/`, 'it is a directory'],
      [at('dangling'), 'no such file or directory'],
      [at('loop'), 'its links lead in a circle'],
      [at('n'.repeat(300)), 'its name is too long'],
      [at('n'.repeat(250)), 'its name is too long'],
    ] as const) {
      const stderr = `plimsoll: the report ${file} cannot be written: ${reason}\n`;
      expect(await tried(file)).toEqual({ status: 3, stdout: '', stderr });
    }
    for (const [one, other] of [
      [at('same', 'a'), at('folder', 'a')],
      [at('later'), at('folder', 'new')],
    ] as const) {
      const stderr = `plimsoll: --format: ${one} and ${other} are the same file\n`;
      expect(await tried(one, other)).toEqual({ status: 2, stdout: '', stderr });
    }
    expect((await tried(at('later'))).stderr).toContain('absent.tar');
    expect(readdirSync(at('folder'))).toEqual([]);
  });

  test('no report takes the place of what is read', async () => {
    const at = (name: string) => join(folder.path, name);
    const rules = at('own-rules.yaml');
    writeFileSync(rules, 'name: own\nrules: []\n');
    symlinkSync(images.clean!, at('the-image'));
    for (const [file, args] of [
      [images.clean!, []],
      [at('the-image'), []],
      [rules, ['--policy', rules]],
    ] as const) {
      const before = readFileSync(file);
      const stderr = `plimsoll: --format: ${file} is read by this run; a report would replace it\n`;
      expect(await scan('clean', [...args, `--format=json=${file}`])).toEqual({ status: 2, stdout: '', stderr });
      expect(readFileSync(file).equals(before)).toBe(true);
    }
  });

  test.skipIf(!existsSync('/dev/full'))(
    'ends with 3 where only writing shows it, and the others are written',
    async () => {
      for (const image of ['clean', 'vulnerable']) {
        const ran = await scan(image, formatsWith('/dev/full'));
        expect(ran).toMatchObject({
          status: 3,
          stdout: expect.stringContaining('exit'),
          stderr: 'plimsoll: the report /dev/full cannot be written: no space left\n',
        });
        for (const file of [html, json]) {
          expect(existsSync(file)).toBe(true);
          rmSync(file);
        }
      }
    },
  );

  test.skipIf(!existsSync('/dev/full'))('standard output that takes nothing: 3 and one line', async () => {
    const full = (args: readonly string[]) => scan('vulnerable', args, { stdout: openSync('/dev/full', 'w') });
    for (const args of [[], ['--format', 'json']])
      expect(await full(args)).toMatchObject({
        status: 3,
        stderr: 'plimsoll: standard output cannot be written: no space left\n',
      });
  });

  test('a folder in its place: 3, and it stays', async () => {
    const place = join(folder.path, 'place');
    mkdirSync(place);
    const ran = await scan('clean', ['--format', `json=${place}`]);
    expect(ran).toMatchObject({ status: 3, stderr: expect.stringContaining('it is a directory') });
    expect(existsSync(place)).toBe(true);
  });
});

describe.concurrent('the other commands', () => {
  // once: the cases run side by side, and a file that is written again is empty for a moment
  beforeAll(() => {
    writeFileSync(join(folder.path, 'right.txt'), '1\t<\t2\n');
    writeFileSync(join(folder.path, 'wrong.txt'), '1\t>\t2\n');
  });

  test.each([
    ['sbom of a whole inventory', ['sbom', 'clean'], 0, '', '"bash"'],
    ['sbom needs no advisories and no policy', ['sbom', 'vulnerable', '--timeout', '60'], 0, '', '"openssl"'],
    ['sbom of an incomplete inventory', ['sbom', 'unread'], 4, 'nix', '"package-database-unread"'],
    ['sbom of nothing', ['sbom', 'absent'], 3, 'absent.tar: no such file', ''],
    ['a prefix alone', ['scan', 'docker:'], 2, 'the image is "docker:", which names nothing behind its prefix', ''],
    ['a scheme alone', ['scan', 'file://'], 2, 'the image is "file://", which names nothing', ''],
    ['a base of a prefix alone', ['sbom', 'clean', '--base', 'sbom:'], 2, '--base is "sbom:", which names nothing', ''],
    ['sbom has no gate', ['sbom', 'clean', '--no-gate'], 2, "unknown option '--no-gate'", ''],
    ['fresh advisories', ['db', 'status', '--at', '2026-08-06'], 0, '', ' 0 stale or unusable'],
    ['stale advisories', ['db', 'status', '--at', stale], 1, '', 'stale'],
    ['no advisories', ['db', 'status', '--db-dir', 'none'], 0, '', 'plimsoll db build'],
    ['a mirror that is none', ['db', 'build', '--mirror', 'none'], 2, '--mirror is "none", which is no folder', ''],
    ['a shard that nothing makes', ['db', 'build', '--mirror', 'mirror', '--only', 'nix'], 3, 'not built: nix', ''],
    ['versions', ['versions', 'compare', 'deb', '1~rc1', '1'], 0, '', '<'],
    ['vectors that agree', ['versions', 'check', 'deb', 'right.txt'], 0, '', '1 checked, 0 disagree'],
    ['vectors that do not', ['versions', 'check', 'deb', 'wrong.txt'], 1, '', 'wrong.txt:1'],
    ['vectors of nothing', ['versions', 'check', 'deb', 'none.txt'], 2, 'none.txt cannot be read', ''],
    ['a scheme that is none', ['versions', 'compare', 'dep', '1', '2'], 2, 'did you mean "deb"?', ''],
  ] as const)('%s', async (_, [command, ...args], status, stderr, stdout) => {
    const given = command === 'sbom' ? [images[args[0]]!, '--no-cache', ...args.slice(1)] : args;
    const ran = await plimsoll([command, ...given], { cwd: folder.path, env: { PLIMSOLL_DB_DIR: database } });
    expect(ran).toMatchObject({
      status,
      stderr: expect.stringContaining(stderr),
      stdout: expect.stringContaining(stdout),
    });
    if (stderr === '') expect(ran.stderr).toBe('');
  });
});

test('a reader that leaves early changes neither the exit code nor what is said', async () => {
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`pkg${i}`, '1']));

  const image = writeImage(folder.path, 'many', [[osRelease, dpkgStatus({ ...many, openssl: '3.0.11-1' })]]);
  // A pipe whose reading end closes after the first chunk, as `| head -1` does.
  const early = (child: Parameters<NonNullable<RunOptions['started']>>[0]) =>
    child.stdout?.once('data', () => child.stdout?.destroy());
  const sbom = await plimsoll(['sbom', image, '--no-cache'], { started: early });
  expect(sbom).toMatchObject({ status: 0, stderr: '' });
  const args = ['--db-dir', database, '--no-update', '--no-cache', '--at', confirmedOn, '--format', 'json'];
  expect(await plimsoll(['scan', image, ...args], { started: early })).toMatchObject({ status: 1, stderr: '' });
});
