import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FixtureEntry, tarArchive } from '../packages/engine/src/image/testing/image-builder.ts';
import { launcher } from './program.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** The folder of the pipelines to include. */
export const pipelineFiles = join(root, 'ci/pipelines');
const runner = join(root, 'node_modules/gitlab-ci-local/dist/index.js');

/** Why no pipeline can be run here, or undefined when one can; said in the names of skipped tests. */
export const noRunner = ['/usr/bin/rsync', '/usr/bin/git'].every((path) => existsSync(path))
  ? undefined
  : 'needs rsync and git (scripts/install-test-parts.sh installs them)';

export interface PipelineRun {
  readonly status: number | null;
  /** what the runner and the jobs said */
  readonly output: string;
  /** of the project, where the runner puts artifacts */
  readonly folder: string;
}

/** A git repository with a Dockerfile of one layer, as people have it. */
export function makeProject(parent: string, layer: readonly FixtureEntry[]): string {
  const folder = mkdtempSync(join(parent, 'project '));
  writeFileSync(join(folder, 'root.tar'), tarArchive(layer));
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nADD root.tar /\nUSER app\n');
  return folder;
}

/**
 * Runs a pipeline of this repository in a project with the GitLab runner's stand-in, in shells of this machine.
 *
 * @param change of the file's text, for what cannot be said by a variable
 */
export async function runPipeline(
  folder: string,
  file: string,
  variables: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  change: (text: string) => string = (text) => text,
): Promise<PipelineRun> {
  writeFileSync(join(folder, '.gitlab-ci.yml'), change(readFileSync(join(pipelineFiles, file), 'utf8')));
  const bin = join(folder, '.git', 'plimsoll-bin');
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
  git('init', '--initial-branch', 'main');
  git('add', '.');
  git('-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '-m', 'app');
  git('remote', 'add', 'origin', 'https://gitlab.example.org/group/app.git');
  git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
  mkdirSync(bin);
  symlinkSync(launcher, join(bin, 'plimsoll'));
  symlinkSync(process.execPath, join(bin, 'node'));
  const given = Object.entries(variables).flatMap(([name, value]) => ['--variable', `${name}=${value}`]);
  const args = [runner, '--force-shell-executor', '--shell-isolation', '--no-color', ...given];
  return await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { HOME: join(folder, '.git'), ...env, PATH: [bin, process.env.PATH].join(delimiter) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output, folder }));
  });
}
