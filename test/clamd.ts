/** A real clamd of its own, with one signature; and daemons that only pretend. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

const program = '/usr/sbin/clamd';

export const noClamd = existsSync(program)
  ? undefined
  : 'no clamd here: apt-get install clamav-daemon, or scripts/install-test-parts.sh';

/** The harmless text that every scanner knows. Put together here, so that no scanner stops at this repository. */
export const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR', '-STANDARD-ANTIVIRUS-TEST-FILE', '!$H+H*'].join('');

/** Of the daemon, bytes: files that it refuses are small enough for a test. */
export const streamMaxLength = 1024 * 1024;

export interface Clamd {
  readonly socket: string;
  stop(): Promise<void>;
}

export async function startClamd(folder: string): Promise<Clamd> {
  const database = join(folder, 'signatures');
  mkdirSync(database, { recursive: true });
  const md5 = createHash('md5').update(eicar).digest('hex');
  writeFileSync(join(database, 'test.hdb'), `${md5}:${eicar.length}:Eicar-Test-Signature\n`);
  const socket = join(folder, 'clamd.sock');
  const config = join(folder, 'clamd.conf');
  const lines = ['Foreground yes', `LocalSocket ${socket}`, `DatabaseDirectory ${database}`, 'MaxThreads 4'];
  writeFileSync(
    config,
    `${[...lines, `StreamMaxLength ${streamMaxLength}`, `TemporaryDirectory ${folder}`].join('\n')}\n`,
  );
  const child = spawn(program, ['--config-file', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const heard = (chunk: Buffer) => {
      said += chunk.toString();
      // said after the socket listens and the signatures are loaded
      if (said.includes('Self checking')) resolve();
    };
    child.stdout.on('data', heard);
    child.stderr.on('data', heard);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`clamd ended: ${said}`)));
  });
  return {
    socket,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

export interface FakeDaemon {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Says its version, and leaves what is streamed to `onStream`. */
export async function startFakeDaemon(onStream: (socket: Socket) => void): Promise<FakeDaemon> {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('data', (chunk) => {
      if (chunk.toString('latin1').startsWith('zVERSION')) socket.end('ClamAV 9.9.9/12345/Sat Aug 22 08:00:00 2026\0');
      else onStream(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    address: `127.0.0.1:${port}`,
    port,
    stop: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
