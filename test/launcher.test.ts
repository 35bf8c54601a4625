import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { launcher, type Outcome, plimsoll, type RunOptions, scratchFolder } from './program.ts';

const folder = scratchFolder();
afterAll(folder.remove);

/** Says who runs, under which Node and with which arguments, and ends with 7; `wait` waits for a signal. */
const program = (name: string): string => `const [first] = process.argv.slice(2);
if (first === 'wait') {
  const timer = setInterval(() => {}, 1000);
  process.on('SIGTERM', () => { console.log('told'); clearInterval(timer); });
  process.on('SIGINT', () => { console.log('told'); clearInterval(timer); });
}
console.log(JSON.stringify(['${name}', Number(process.versions.node.split('.')[0]) >= 24, ...process.argv.slice(2)]));
if (first === 'die') process.kill(process.pid, 'SIGKILL');
process.exitCode = first === 'wait' ? 130 : 7;
`;

let installs = 0;

/** An installation with these files beside the launcher, in a folder whose name needs care. @returns the launcher's path */
function install(files: Readonly<Record<string, string>>): string {
  const root = join(folder.path, `an install ${++installs} ü%20`);
  for (const [path, text] of Object.entries({ 'package.json': '{"type":"module"}', ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  mkdirSync(join(root, 'bin'), { recursive: true });
  copyFileSync(launcher, join(root, 'bin', 'plimsoll.mjs'));
  return join(root, 'bin', 'plimsoll.mjs');
}

const bundle = { 'dist/main.mjs': program('bundle') };
const sources = { 'src/main.ts': `const name: string = 'x';\n${program('sources')}void name;\n` };
const args = ['a b', '--x=ü', '', '"*"'];

/** Runs a launcher as the installed executable. */
function run(path: string, given: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return plimsoll(given, { ...options, launcher: path });
}

describe('the launcher', () => {
  test('runs the bundle, arguments and exit code untouched', async () => {
    expect(await run(install({ ...bundle, ...sources }), args)).toEqual({
      status: 7,
      stdout: `${JSON.stringify(['bundle', true, ...args])}\n`,
      stderr: '',
    });
  });

  test('without a bundle, or when asked to, runs the sources', async () => {
    const stdout = `${JSON.stringify(['sources', true, ...args])}\n`;
    expect(await run(install(sources), args)).toMatchObject({ status: 7, stdout });
    const env = { PLIMSOLL_RUN_SOURCES: '1' };
    expect(await run(install({ ...bundle, ...sources }), args, { env })).toMatchObject({ status: 7, stdout });
  });

  test('without either says in one line what to do: 3', async () => {
    const ran = await run(install({}), ['--version']);
    expect(ran).toMatchObject({ status: 3, stdout: '' });
    expect(ran.stderr).toMatch(/^plimsoll: neither the bundle nor the sources are here; run `npm run build`[^\n]*\n$/);
  });

  test('works through the link that npm makes', async () => {
    const link = join(folder.path, 'plimsoll');
    symlinkSync(install(bundle), link);
    expect(await run(link, [])).toMatchObject({ status: 7, stdout: '["bundle",true]\n' });
  });

  test('does without a home and a cache folder', async () => {
    for (const env of [{ HOME: '' }, { HOME: '/dev/null' }, { HOME: '/proc' }, { XDG_CACHE_HOME: '/dev/null' }])
      expect(await run(install(bundle), [], { env })).toMatchObject({ status: 7, stderr: '' });
  });

  test('keeps compiled code of each bundle apart, and removes that of a month ago when a new one comes', async () => {
    const cache = join(folder.path, 'cache');
    const compiled = join(cache, 'plimsoll', 'compile');
    for (const name of ['old', 'young']) mkdirSync(join(compiled, name), { recursive: true });
    const daysAgo = (days: number) => Date.now() / 1000 - days * 24 * 60 * 60;
    const grow = (name: string, days: number) => utimesSync(join(compiled, name), daysAgo(days), daysAgo(days));
    grow('old', 31);
    grow('young', 29);
    const [one, other] = [{ 'dist/made-of': `${'1'.repeat(64)}\n` }, { 'dist/made-of': `${'2'.repeat(64)}\n` }];
    const first = install({ ...bundle, ...one });
    const env = { XDG_CACHE_HOME: cache };
    expect(await run(first, [], { env })).toMatchObject({ status: 7, stderr: '' });
    expect(readdirSync(compiled).sort()).toEqual(['1'.repeat(16), 'young']);
    expect(readdirSync(join(compiled, '1'.repeat(16)))).not.toEqual([]);
    grow('young', 31);
    await run(first, [], { env });
    expect(readdirSync(compiled)).toContain('young');
    await run(install({ ...bundle, ...other }), [], { env });
    expect(readdirSync(compiled).sort()).toEqual(['1'.repeat(16), '2'.repeat(16)]);
  });

  test('does without the digest of its bundle', async () => {
    const cache = join(folder.path, 'cache without');
    const env = { XDG_CACHE_HOME: cache };
    for (const madeOf of [{ 'dist/made-of': '../../elsewhere' }, { 'dist/made-of/x': '' }])
      expect(await run(install({ ...bundle, ...madeOf }), [], { env })).toMatchObject({ status: 7, stderr: '' });
    expect(readdirSync(cache, { recursive: true, encoding: 'utf8' }).slice(0, 3)).toEqual([
      'plimsoll',
      'plimsoll/compile',
      'plimsoll/compile/sources',
    ]);
  });

  test('bundle and sources are one program', async () => {
    const [built, read] = await Promise.all([
      plimsoll(['--help']),
      plimsoll(['--help'], { env: { PLIMSOLL_RUN_SOURCES: '1' } }),
    ]);
    expect(built.stdout).toContain('Exit codes');
    expect(read).toEqual(built);
  });
});

const old = oldNode();

describe.skipIf(!old)(
  `under an older Node the launcher${old ? '' : ' (needs a Node between 18 and 23 on PATH)'}`,
  () => {
    const runtime = join('node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
    const options: RunOptions = old ? { node: old } : {};

    /** An installation with a pinned runtime above it, as npm hoists it. */
    function installWithRuntime(place: (path: string) => void): string {
      const path = install(bundle);
      const pinned = join(dirname(dirname(path)), runtime);
      rmSync(dirname(pinned), { recursive: true, force: true });
      mkdirSync(dirname(pinned), { recursive: true });
      place(pinned);
      return path;
    }
    const pinned = (path: string): void => symlinkSync(process.execPath, path);

    test('hands over to the pinned runtime: arguments, output and exit code stay', async () => {
      expect(await run(installWithRuntime(pinned), args, options)).toEqual({
        status: 7,
        stdout: `${JSON.stringify(['bundle', true, ...args])}\n`,
        stderr: '',
      });
    });

    test.each(['SIGINT', 'SIGTERM'] as const)('passes %s on and ends with 130', async (signal) => {
      const ran = await run(installWithRuntime(pinned), ['wait'], {
        ...options,
        started: (child) => child.stdout?.once('data', () => child.kill(signal)),
      });
      expect(ran).toEqual({ status: 130, stdout: '["bundle",true,"wait"]\ntold\n', stderr: '' });
    });

    test('a program that is killed has not scanned: 3', async () => {
      const ran = await run(installWithRuntime(pinned), ['die'], options);
      expect(ran).toMatchObject({ status: 3, stderr: 'plimsoll: ended by SIGKILL (out of memory?)\n' });
    });

    test('without that runtime says in one line what to do: 3', async () => {
      const ran = await run(install(bundle), ['--version'], options);
      expect(ran).toMatchObject({ status: 3, stdout: '' });
      expect(ran.stderr).toMatch(
        /^plimsoll: needs Node 24 or later, this is \d+\.\d+\.\d+; install one, or run `npm ci`[^\n]*\n$/,
      );
    });

    test('a runtime that is old itself or does not start: one line, 3', async () => {
      const older = await run(
        installWithRuntime((path) => symlinkSync(old ?? '', path)),
        [],
        options,
      );
      expect(older).toMatchObject({ status: 3, stderr: expect.stringMatching(/^plimsoll: needs Node 24 [^\n]*\n$/) });
      const broken = await run(
        installWithRuntime((path) => {
          writeFileSync(path, '');
          chmodSync(path, 0o644);
        }),
        [],
        options,
      );
      expect(broken).toMatchObject({ status: 3, stderr: expect.stringMatching(/^plimsoll: [^\n]*EACCES[^\n]*\n$/) });
    });

    test('the real one prints its version', async () => {
      expect(await plimsoll(['--version'], options)).toEqual(await plimsoll(['--version']));
    });
  },
);

describe('prepare', () => {
  const script = join(dirname(launcher), '..', '..', '..', 'scripts', 'prepare.mjs');

  function prepare(root: string) {
    mkdirSync(join(root, 'scripts'), { recursive: true });
    copyFileSync(script, join(root, 'scripts', 'prepare.mjs'));
    writeFileSync(join(root, 'scripts', 'bundle.mjs'), 'console.log("bundled");\n');
    return spawnSync(process.execPath, [join(root, 'scripts', 'prepare.mjs')], { encoding: 'utf8' });
  }

  test('without development packages does nothing and succeeds', () => {
    const root = join(folder.path, 'production');
    expect(prepare(root)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(readdirSync(root)).toEqual(['scripts']);
  });

  test('with them builds the bundle, wherever the repository lies', () => {
    const root = join(folder.path, 'a clone ü');
    mkdirSync(join(root, 'node_modules', 'esbuild'), { recursive: true });
    expect(prepare(root)).toMatchObject({ status: 0, stdout: 'bundled\n', stderr: '' });
  });
});

/** A Node on PATH that is too old for the program and new enough for the launcher. */
function oldNode(): string | undefined {
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((place) => join(place, 'node'))
    .filter((path) => existsSync(path));
  return [
    ...new Set([...found, '/usr/bin/node'].filter((path) => existsSync(path)).map((path) => realpathSync(path))),
  ].find((path) => {
    const major = Number(/^v(\d+)\./.exec(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1]);
    return major >= 18 && major < 24;
  });
}
