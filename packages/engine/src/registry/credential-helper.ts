import { ImageError } from './error.ts';
import { Fields, parseJson } from './json.ts';

const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const maxOutputBytes = 256 * 1024;
const defaultTimeoutMs = 30_000;

export interface HelperAnswer {
  readonly username: string;
  readonly secret: string;
}

/**
 * Asks `docker-credential-NAME get` for the credentials of a registry; null where it has none. What it prints is never part
 * of a message.
 *
 * @param server as the helper knows it, written to its input
 * @throws ImageError `REGISTRY_ERROR`, `ABORTED`
 * @see https://github.com/docker/docker-credential-helpers
 */
export async function askCredentialHelper(
  name: string,
  server: string,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal | undefined,
  timeoutMs: number = defaultTimeoutMs,
): Promise<HelperAnswer | null> {
  if (!nameForm.test(name)) {
    const shown = JSON.stringify(name.slice(0, 100));
    throw new ImageError('REGISTRY_ERROR', `${shown} is no name of a credential helper`);
  }
  const program = `docker-credential-${name}`;
  const { status, output } = await run(program, server, environment, signal, timeoutMs);
  if (status !== 0) {
    if (/credentials not found|no credentials/i.test(output)) {
      return null;
    }
    throw new ImageError('REGISTRY_ERROR', `${program} failed (exit ${status}) when it was asked for ${server}`);
  }
  const what = `the answer of ${program}`;
  const fields = new Fields(parseJson(Buffer.from(output), what), what);
  const [username, secret] = [fields.string('Username'), fields.string('Secret')];
  return username === null || secret === null || secret === '' ? null : { username, secret };
}

async function run(
  program: string,
  input: string,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal | undefined,
  timeoutMs: number,
): Promise<{ readonly status: number | null; readonly output: string }> {
  // few registries have one
  const { spawn } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], { env: { ...environment }, stdio: ['pipe', 'pipe', 'ignore'] });
    const pieces: Buffer[] = [];
    let bytes = 0;
    const stop = (error: ImageError) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      child.kill('SIGKILL');
      // a program that it started may hold the pipe open
      child.stdout.destroy();
      reject(error);
    };
    const failed = (why: string, cause?: unknown) =>
      stop(new ImageError('REGISTRY_ERROR', `${program} ${why}`, { cause }));
    const aborted = () =>
      stop(new ImageError('ABORTED', 'reading the image was interrupted', { cause: signal?.reason }));
    const timer = setTimeout(() => failed(`did not answer within ${timeoutMs / 1000} s`), timeoutMs);
    signal?.addEventListener('abort', aborted, { once: true });
    child.on('error', (error) => {
      const missing = 'code' in error && error.code === 'ENOENT';
      failed(missing ? 'is named as credential helper, and is not installed' : 'cannot be run', error);
    });
    child.stdout.on('data', (piece: Buffer) => {
      bytes += piece.length;
      pieces.push(piece);
      if (bytes > maxOutputBytes) {
        failed(`answers with more than ${maxOutputBytes} bytes`);
      }
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      resolve({ status, output: Buffer.concat(pieces).toString('utf8') });
    });
    // one that ends without reading is told by its status
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
