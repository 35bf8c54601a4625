import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why no engine can be started here, or undefined when one can; said in the names of skipped tests. */
export const noDockerEngine =
  process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'needs root on Linux for a Docker engine'
    : existsSync('/usr/sbin/dockerd')
      ? undefined
      : 'needs a Docker engine (scripts/install-test-parts.sh installs Debian’s docker.io)';

export interface DockerEngine {
  /** for `DOCKER_HOST` */
  readonly host: string;
  readonly storageDriver: string;
  docker(...args: string[]): string;
  /** At once, in whatever it is doing (SIGKILL); `stop` is still to be called. */
  kill(): void;
  stop(): Promise<void>;
}

/** Starts a private engine: its own socket, data and pid file in a temporary folder, no bridge, no iptables rules. */
export async function startDockerEngine(): Promise<DockerEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-docker-'));
  const socket = join(folder, 'docker.sock');
  const host = `unix://${socket}`;
  mountCgroups();
  const driver = storageDriver(folder);
  const log = openSync(join(folder, 'log'), 'w');
  const child = spawn(
    '/usr/sbin/dockerd',
    // biome-ignore format: one option a pair
    ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'pid'), '-H', host,
      '--bridge=none', '--iptables=false', '--ip6tables=false', `--storage-driver=${driver}`],
    { stdio: ['ignore', log, log], env: { ...process.env, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } },
  );
  closeSync(log);
  const stop = async () => {
    await ended(child);
    unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answering(socket, child);
  } catch (error) {
    const said = readFileSync(join(folder, 'log'), 'utf8').split('\n').slice(-6).join('\n');
    await stop();
    throw new Error(`the Docker engine did not start: ${said}`, { cause: error });
  }
  const env = { ...process.env, DOCKER_HOST: host };
  return {
    host,
    storageDriver: driver,
    kill: () => void child.kill('SIGKILL'),
    stop,
    docker: (...args) => execFileSync('docker', args, { env, encoding: 'utf8', maxBuffer: 2 ** 28 }),
  };
}

/** Resolves as soon as the engine answers `/_ping`; rejects when it ends before that or says nothing for 60 s. */
async function answering(socketPath: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (child.exitCode === null && Date.now() < deadline) {
    const status = await new Promise<number>((resolve) => {
      const ping = request({ socketPath, path: '/_ping' }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      ping.on('error', () => resolve(0)).end();
    });
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no answer to /_ping');
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await exit;
  clearTimeout(force);
}

/** A bare machine may start without the controllers mounted, which runc needs. */
export function mountCgroups(): void {
  const mounts = readFileSync('/proc/mounts', 'utf8');
  if (!mounts.includes(' /sys/fs/cgroup ')) execFileSync('mount', ['-t', 'cgroup2', 'none', '/sys/fs/cgroup']);
}

/** overlay2 where an overlay can be mounted, else the slow vfs. */
export function storageDriver(folder: string): string {
  const probe = (name: string) => join(folder, 'probe', name);
  for (const name of ['l', 'u', 'w', 'm']) mkdirSync(probe(name), { recursive: true });
  const options = `lowerdir=${probe('l')},upperdir=${probe('u')},workdir=${probe('w')}`;
  try {
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', options, probe('m')], { stdio: 'ignore' });
    execFileSync('umount', [probe('m')]);
    return 'overlay2';
  } catch {
    return 'vfs';
  }
}

/** A killed engine leaves its mounts; only those under its own folder are taken down. */
export function unmountBelow(folder: string): void {
  const points = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  for (const point of points
    .filter((p) => p.startsWith(`${folder}/`))
    .sort()
    .reverse()) {
    execFileSync('umount', ['-l', point], { stdio: 'ignore' });
  }
}
