import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:http2';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended, unmountBelow } from './docker-engine.ts';

/** Why no containerd can be started here, or undefined when one can; said in the names of skipped tests. */
export const noContainerd =
  process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'needs root on Linux for containerd'
    : existsSync('/usr/bin/containerd') && existsSync('/usr/bin/ctr')
      ? undefined
      : 'needs containerd (scripts/install-test-parts.sh installs it with Debian’s docker.io)';

export interface Containerd {
  /** for `CONTAINERD_ADDRESS` */
  readonly address: string;
  /** where its blobs lie */
  readonly blobs: string;
  ctr(...args: string[]): string;
  stop(): Promise<void>;
}

/** Starts a private containerd: its own socket and data in a temporary folder. */
export async function startContainerd(): Promise<Containerd> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-containerd-'));
  const address = join(folder, 'containerd.sock');
  writeFileSync(
    join(folder, 'config.toml'),
    `version = 2
root = "${folder}/root"
state = "${folder}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "${address}"
[ttrpc]
address = "${folder}/ttrpc.sock"
`,
  );
  const child = spawn('/usr/bin/containerd', ['--config', join(folder, 'config.toml')], { stdio: 'ignore' });
  const ctr = (...args: string[]) =>
    execFileSync('/usr/bin/ctr', ['--address', address, ...args], { encoding: 'utf8', stdio: 'pipe' });
  const stop = async () => {
    await ended(child);
    unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + 60_000;
  while (!(await accepts(address))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error('containerd did not start');
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { address, blobs: join(folder, 'root/io.containerd.content.v1.content/blobs/sha256'), ctr, stop };
}

function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** The same containerd as one sees it who cannot see its folders: it does not say where they are. */
export async function withoutFolders({ address }: Containerd): Promise<{ address: string; stop(): Promise<void> }> {
  const at = `${address}.relay`;
  const session = connect('http://localhost', { createConnection: () => net.connect(address) });
  const server = createServer();
  server.on('stream', (stream, headers) => {
    if (String(headers[':path']).endsWith('/Plugins')) {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.alloc(5));
      return;
    }
    const onward = session.request(headers);
    let trailers = {};
    onward.on('response', (answer) => {
      stream.respond(answer, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    });
    onward.on('trailers', (given) => {
      trailers = { 'grpc-status': given['grpc-status'], 'grpc-message': given['grpc-message'] ?? '' };
    });
    stream.pipe(onward).pipe(stream);
  });
  await new Promise<void>((resolve) => server.listen(at, resolve));
  return {
    address: at,
    stop: async () => {
      session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
