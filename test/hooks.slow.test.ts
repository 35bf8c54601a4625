import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FixtureEntry } from '../packages/engine/src/image/testing/image-builder.ts';
import { type DockerEngine, noDockerEngine, startDockerEngine } from './docker-engine.ts';
import { makeProject } from './gitlab-runner.ts';
import { cleanLayers, vulnerableLayers } from './images.ts';
import { buildDatabase, confirmedOn } from './mirror.ts';
import { launcher, scratchFolder } from './program.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const noGit = existsSync('/usr/bin/git') ? undefined : 'needs git (scripts/install-test-parts.sh installs it)';
const why = noDockerEngine ?? noGit;
const noPreCommit = existsSync('/usr/bin/pre-commit')
  ? undefined
  : 'needs pre-commit (scripts/install-test-parts.sh installs it)';

const scratch = scratchFolder();
const at = (name: string) => join(scratch.path, name);
let engine: DockerEngine;
let database = '';

beforeAll(async () => {
  if (why) return;
  database = await buildDatabase(scratch.path);
  mkdirSync(at('bin'));
  symlinkSync(launcher, at('bin/plimsoll'));
  symlinkSync(process.execPath, at('bin/node'));
  engine = await startDockerEngine();
});
afterAll(async () => {
  await engine?.stop();
  scratch.remove();
});

/** A repository with a commit, and one that it is pushed to. */
function repository([layer]: readonly (readonly FixtureEntry[])[]) {
  const folder = makeProject(scratch.path, layer!);
  const remote = `${folder}.git`;
  const env = {
    PATH: [at('bin'), process.env.PATH].join(delimiter),
    // biome-ignore format: pairs
    ...{ HOME: at('home'), GIT_CONFIG_GLOBAL: '/dev/null', GIT_AUTHOR_NAME: 't', GIT_AUTHOR_EMAIL: 't@example.org',
      GIT_COMMITTER_NAME: 't', GIT_COMMITTER_EMAIL: 't@example.org' },
    ...{ DOCKER_HOST: engine.host, DOCKER_BUILDKIT: '0' },
    ...{ PLIMSOLL_DB_DIR: database, PLIMSOLL_AT: confirmedOn, PLIMSOLL_OFFLINE: 'true' },
  };
  const run = (command: string, ...args: string[]) => spawnSync(command, args, { cwd: folder, env, encoding: 'utf8' });
  const git = (...args: string[]) => run('git', ...args);
  execFileSync('git', ['init', '--bare', '--initial-branch', 'main', remote], { stdio: 'ignore' });
  git('init', '--initial-branch', 'main');
  git('remote', 'add', 'origin', remote);
  git('add', '.');
  git('commit', '-m', 'app');
  const pushed = () => execFileSync('git', ['--git-dir', remote, 'for-each-ref'], { encoding: 'utf8' }) !== '';
  const commits = () => git('rev-list', '--count', 'HEAD').stdout.trim();
  return { folder, git, run, pushed, commits };
}

const install = (folder: string, hook: string) =>
  copyFileSync(join(root, 'ci/hooks/pre-push'), join(folder, '.git/hooks', hook));

/** Rules that this image does not break. */
const lenient =
  'name: lenient\nrules:\n  - {id: none, scope: vulnerability, when: \'finding.severity == "Critical"\', action: deny, message: m}\n';

describe.skipIf(why)(`the git hook${why ? ` (skipped: ${why})` : ''}`, () => {
  it('before a push: what does not pass stays here, what passes goes', () => {
    const stopped = repository(vulnerableLayers);
    install(stopped.folder, 'pre-push');
    const refused = stopped.git('push', 'origin', 'main');
    expect(refused.stdout + refused.stderr).toContain('FAIL');
    expect({ status: refused.status, pushed: stopped.pushed() }).toEqual({ status: 1, pushed: false });
    // the hook is for the developer; the gate is the pipeline's
    expect(stopped.git('push', '--no-verify', 'origin', 'main').status).toBe(0);
    expect(stopped.pushed()).toBe(true);

    const sound = repository(cleanLayers);
    install(sound.folder, 'pre-push');
    const pushed = sound.git('push', 'origin', 'main');
    expect(pushed.stdout + pushed.stderr).toContain('PASS');
    expect({ status: pushed.status, pushed: sound.pushed() }).toEqual({ status: 0, pushed: true });
  });

  it('before a commit, with rules and a name of the developer’s', () => {
    const { folder, git, run, commits } = repository(vulnerableLayers);
    install(folder, 'pre-commit');
    writeFileSync(join(folder, 'more'), 'x');
    git('add', '.');
    const commit = (...env: string[]) => run('env', ...env, 'git', 'commit', '-m', 'more');
    expect(commit('IMAGE=own/name:1')).toMatchObject({ status: 1 });
    expect(commits()).toBe('1');
    writeFileSync(join(folder, 'my "rules".yaml'), lenient);
    expect(commit('PLIMSOLL_RULES=my "rules".yaml')).toMatchObject({ status: 0 });
    expect(commits()).toBe('2');
    expect(engine.docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}')).toContain('own/name:1\n');
  });

  it('an engine that is not there, a Dockerfile that does not build: nothing is pushed', () => {
    const { folder, git, run, pushed } = repository(cleanLayers);
    install(folder, 'pre-push');
    expect(run('env', 'DOCKER_HOST=unix:///nowhere.sock', 'git', 'push', 'origin', 'main').status).toBe(1);
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nADD nothing /\n');
    expect(git('push', 'origin', 'main').status).toBe(1);
    expect(pushed()).toBe(false);
  });

  it.skipIf(noPreCommit)(`by pre-commit${noPreCommit ? ` (skipped: ${noPreCommit})` : ''}`, () => {
    // a repository of hooks, as the file says
    const hooks = at('hooks');
    mkdirSync(join(hooks, 'ci/hooks'), { recursive: true });
    copyFileSync(join(root, 'ci/hooks/.pre-commit-hooks.yaml'), join(hooks, '.pre-commit-hooks.yaml'));
    copyFileSync(join(root, 'ci/hooks/pre-push'), join(hooks, 'ci/hooks/pre-push'));
    const { folder, git, run, pushed } = repository(vulnerableLayers);
    const inHooks = (...args: string[]) => run('git', '-C', hooks, ...args);
    inHooks('init', '--initial-branch', 'main');
    inHooks('add', '.');
    inHooks('commit', '-m', 'hooks');
    const rev = inHooks('rev-parse', 'HEAD').stdout.trim();
    const config = { repos: [{ repo: hooks, rev, hooks: [{ id: 'plimsoll' }] }] };
    writeFileSync(join(folder, '.pre-commit-config.yaml'), JSON.stringify(config));
    git('add', '.');
    git('commit', '-m', 'hooks');
    expect(run('pre-commit', 'install', '--hook-type', 'pre-push').status).toBe(0);
    const refused = git('push', 'origin', 'main');
    expect(refused.stdout + refused.stderr).toMatch(/plimsoll\.+Failed[\s\S]*FAIL/);
    expect({ status: refused.status, pushed: pushed() }).toEqual({ status: 1, pushed: false });
  });
});
