import type { IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { EngineAddress } from './engine-address.ts';
import { ImageError, throwIfAborted } from './error.ts';
import { checkDigestForm, Fields, parseJson } from './json.ts';

/** Longest error or description that is read from the engine, bytes. */
const maxReplyBytes = 16 * 1024 * 1024;

/** Without a byte for so long an engine counts as hung, ms. Old ones pack up a whole image before they send the first byte. */
const idleMs = { describe: 60_000, export: 20 * 60_000 } as const;

/** How an engine is called in messages, and what makes it run. */
export interface EngineWords {
  readonly name: string;
  readonly start: string;
  readonly permission: string;
}

/** What the engine says of an image. */
export interface EngineImage {
  /** `sha256:…` */
  readonly id: string;
  readonly names: readonly string[];
  readonly os: string | null;
  readonly architecture: string | null;
  readonly variant: string | null;
  /** bytes, uncompressed */
  readonly size: number;
  /** base first */
  readonly diffIds: readonly string[];
  /** how the engine keeps layers: `overlay2` */
  readonly storageDriver: string | null;
  /** folder of the topmost layer, on the engine's host */
  readonly upperDir: string | null;
}

/** The part of the Docker engine's HTTP interface that reads images. */
export interface EngineClient {
  /** behind a socket of this machine */
  readonly local: boolean;
  /** @throws ImageError `NOT_FOUND`, `ENGINE_UNREACHABLE`, `ENGINE_ERROR` */
  inspect(name: string, signal: AbortSignal | undefined): Promise<EngineImage>;
  /** The archive of `docker save`. */
  export(id: string, signal: AbortSignal | undefined): AsyncIterable<Buffer>;
}

/**
 * @throws ImageError `UNSUPPORTED` for other kinds of connection than sockets and TCP
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image
 */
export function engineClient(address: EngineAddress, words: EngineWords): EngineClient {
  const where = endpoint(address, words);
  return {
    local: where.options.socketPath !== undefined,
    async inspect(name, signal) {
      const reply = await request(where, `/images/${escaped(name)}/json`, idleMs.describe, signal);
      const bytes = await wholeReply(reply, where, signal);
      if (reply.statusCode === 404) {
        throw new ImageError('NOT_FOUND', `${where.shown} has no image ${name}`);
      }
      checkStatus(reply, bytes, where);
      return imageFrom(bytes, where);
    },
    async *export(id, signal) {
      const reply = await request(where, `/images/${escaped(id)}/get`, idleMs.export, signal);
      if (reply.statusCode !== 200) {
        checkStatus(reply, await wholeReply(reply, where, signal), where);
      }
      yield* piecesOfReply(reply, where, signal);
    },
  };
}

interface Endpoint {
  /** `the engine at /var/run/docker.sock` */
  readonly shown: string;
  readonly words: EngineWords;
  readonly stated: boolean;
  readonly options: RequestOptions;
}

function endpoint({ host, tls, stated }: EngineAddress, words: EngineWords): Endpoint {
  if (isLocal(host)) {
    const socketPath = host.replace(/^unix:\/\//, '');
    return { shown: `${words.name} at ${socketPath}`, words, stated, options: { socketPath, host: 'localhost' } };
  }
  const match = /^(?:tcp|https?):\/\/([A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(?::([0-9]{1,5}))?\/?$/.exec(host);
  if (match === null || (host.startsWith('https:') && tls === null)) {
    throw new ImageError('UNSUPPORTED', unsupported(host));
  }
  const name = match[1]!.replace(/^\[|\]$/g, '');
  const port = Number(match[2] ?? (tls === null ? 2375 : 2376));
  const secured = tls && { ca: tls.ca ?? undefined, cert: tls.cert ?? undefined, key: tls.key ?? undefined };
  return {
    shown: `${words.name} at ${host}`,
    words,
    stated,
    options: { host: name, port, ...(secured && { protocol: 'https:', ...secured }) },
  };
}

function unsupported(host: string): string {
  return host.startsWith('ssh://')
    ? `${host}: connections by ssh are not opened; forward the engine’s socket (ssh -L) and name that`
    : `${host}: an engine is reached by unix://, or by tcp:// (with TLS where certificates are given)`;
}

/** Whether an engine is behind a socket of this machine. */
export function isLocal(host: string): boolean {
  return host.startsWith('unix://') || host.startsWith('/');
}

/** Image names hold slashes, which are part of the engine's path. */
function escaped(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

async function request(
  where: Endpoint,
  path: string,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  // loaded when an engine is asked, which most runs do not; an import would load all that it makes on demand, ten times as much
  const { get } = process.getBuiltinModule(where.options.protocol === 'https:' ? 'node:https' : 'node:http');
  try {
    return await new Promise((resolve, reject) => {
      const options: RequestOptions = { ...where.options, path, timeout, agent: false, ...(signal && { signal }) };
      const asked = get(options, resolve);
      asked.on('timeout', () => asked.destroy(timedOut(timeout)));
      asked.on('error', reject);
    });
  } catch (error) {
    // also keys that are none
    throw error instanceof Error && 'code' in error ? unreachable(error, where, signal) : error;
  }
}

function timedOut(timeout: number): Error {
  return Object.assign(new Error(`no answer for ${timeout / 1000} s`), { code: 'ETIMEDOUT' });
}

function unreachable(error: Error, where: Endpoint, signal: AbortSignal | undefined): ImageError {
  if (signal?.aborted) {
    return new ImageError('ABORTED', 'reading the image was interrupted', { cause: error });
  }
  const code = 'code' in error ? String(error.code) : '';
  const { start, permission } = where.words;
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: `no such socket; ${start}`,
    ECONNREFUSED: `the connection was refused; ${start}`,
    EACCES: `permission denied; ${permission}`,
    EPERM: `permission denied; ${permission}`,
  };
  const absent = !where.stated && (code === 'ENOENT' || code === 'ECONNREFUSED');
  return new ImageError(
    absent ? 'NO_ENGINE' : 'ENGINE_UNREACHABLE',
    `cannot reach ${where.shown}: ${reasons[code] ?? error.message.replace(/\s+/g, ' ')}`,
    { cause: error },
  );
}

async function* piecesOfReply(
  reply: IncomingMessage,
  where: Endpoint,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  try {
    for await (const piece of reply) {
      yield piece as Buffer;
    }
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof ImageError) {
      throw error;
    }
    throw new ImageError('ENGINE_ERROR', `${where.shown} broke off its reply`, { cause: error });
  }
}

async function wholeReply(reply: IncomingMessage, where: Endpoint, signal: AbortSignal | undefined): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of piecesOfReply(reply, where, signal)) {
    bytes += piece.length;
    if (bytes > maxReplyBytes) {
      throw new ImageError('ENGINE_ERROR', `${where.shown} sent more than ${maxReplyBytes} bytes`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function checkStatus(reply: IncomingMessage, bytes: Buffer, where: Endpoint): void {
  if (reply.statusCode === 200) {
    return;
  }
  throw new ImageError('ENGINE_ERROR', `${where.shown} answered ${reply.statusCode}: ${messageOf(bytes)}`);
}

/** `{"message": …}`, or whatever it is, short and on one line. */
function messageOf(bytes: Buffer): string {
  const text = bytes.toString('utf8', 0, 1000);
  const message = /"message"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? text;
  return message.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 300);
}

function imageFrom(bytes: Buffer, where: Endpoint): EngineImage {
  const what = `the reply of ${where.shown}`;
  const fields = new Fields(parseJson(bytes, what), what);
  const id = fields.string('Id');
  if (id === null) {
    throw new ImageError('ENGINE_ERROR', `${what} names no image ID`);
  }
  return {
    id,
    names: fields.strings('RepoTags') ?? [],
    os: fields.string('Os'),
    architecture: fields.string('Architecture'),
    variant: fields.string('Variant'),
    size: fields.amount('Size') ?? 0,
    diffIds: (fields.inner('RootFS').strings('Layers') ?? []).map((diffId) => checkDigestForm(diffId, what)),
    storageDriver: fields.inner('GraphDriver').string('Name'),
    upperDir: fields.inner('GraphDriver').inner('Data').string('UpperDir'),
  };
}
