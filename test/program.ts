import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What the installed executable is: the launcher, which runs the bundle. */
export const launcher = join(root, 'packages', 'cli', 'bin', 'plimsoll.mjs');

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** an open file for standard output, which is then not captured; closed by this process when the program runs */
  readonly stdout?: number;
  /** what runs the program instead of the Node that runs the tests */
  readonly node?: string;
  /** another installation's launcher */
  readonly launcher?: string;
  /** called with the child once it runs, to send signals */
  readonly started?: (child: ReturnType<typeof spawn>) => void;
}

/** Caches of the program (its compiled code; advisories and layers where no flag says otherwise) live as long as the test run. */
const home = mkdtempSync(join(tmpdir(), 'plimsoll-home-'));
process.once('exit', () => rmSync(home, { recursive: true, force: true }));

/** Runs the real program as users do, with an environment of its own: nothing of the developer's settings reaches it. */
export function plimsoll(
  args: readonly string[],
  { env = {}, cwd, started, stdout: file, node, launcher: path = launcher }: RunOptions = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(node ?? process.execPath, [path, ...args], {
      cwd: cwd ?? root,
      env: { PATH: process.env.PATH ?? '', HOME: home, ...env },
      stdio: ['ignore', file ?? 'pipe', 'pipe'],
    });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    if (file !== undefined) closeSync(file);
    child.stdout?.on('data', (chunk) => stdout.push(chunk));
    child.stderr?.on('data', (chunk) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (status) =>
      resolve({ status, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
    started?.(child);
  });
}

/** A folder for one test file, and what removes it. */
export function scratchFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'plimsoll-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
