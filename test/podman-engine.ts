import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended, mountCgroups, storageDriver, unmountBelow } from './docker-engine.ts';

/** Why no Podman can be started here, or undefined when one can; said in the names of skipped tests. */
export const noPodman =
  process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'needs root on Linux for Podman'
    : existsSync('/usr/bin/podman')
      ? undefined
      : 'needs Podman (scripts/install-test-parts.sh installs it)';

export interface Podman {
  /** for `CONTAINER_HOST` */
  readonly host: string;
  readonly storageDriver: string;
  podman(...args: string[]): string;
  stop(): Promise<void>;
}

/** Starts a private Podman service: its own socket and storage in a temporary folder. */
export async function startPodman(): Promise<Podman> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-podman-'));
  mountCgroups();
  const driver = storageDriver(folder) === 'vfs' ? 'vfs' : 'overlay';
  // biome-ignore format: one option a pair
  const own = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp'),
    '--storage-driver', driver, '--cgroup-manager', 'cgroupfs', '--events-backend', 'none'];
  const socketPath = join(folder, 'podman.sock');
  const host = `unix://${socketPath}`;
  const child = spawn('podman', [...own, 'system', 'service', '--time=0', host], { stdio: 'ignore' });
  const stop = async () => {
    await ended(child);
    unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + 60_000;
  while (!(await answers(socketPath))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error('the service of Podman did not start');
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const podman = (...args: string[]) => execFileSync('podman', [...own, ...args], { encoding: 'utf8', stdio: 'pipe' });
  return { host, storageDriver: driver, stop, podman };
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: '/_ping' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.on('error', () => resolve(false)).end();
  });
}
