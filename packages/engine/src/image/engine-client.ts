import type { IncomingMessage, RequestOptions } from 'node:http';
import { ImageError, throwIfAborted } from './error.ts';
import { checkDigestForm, Fields, parseJson } from './json.ts';

const defaultSocket = '/var/run/docker.sock';

/** Longest error or description that is read from the engine, bytes. */
const maxReplyBytes = 16 * 1024 * 1024;

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
 * @param host `unix:///path`, `tcp://host:port`, `http://host:port` or a socket's path, as in `DOCKER_HOST`
 * @throws ImageError `UNSUPPORTED` for other kinds of connection
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image
 */
export function engineClient(host: string | undefined): EngineClient {
  const where = endpoint(host || `unix://${defaultSocket}`);
  return {
    local: where.options.socketPath !== undefined,
    async inspect(name, signal) {
      const reply = await request(where, `/images/${escaped(name)}/json`, signal);
      const bytes = await wholeReply(reply, where, signal);
      if (reply.statusCode === 404) {
        throw new ImageError('NOT_FOUND', `the engine at ${where.shown} has no image ${name}`);
      }
      checkStatus(reply, bytes, where);
      return imageFrom(bytes, where);
    },
    async *export(id, signal) {
      const reply = await request(where, `/images/${escaped(id)}/get`, signal);
      if (reply.statusCode !== 200) {
        checkStatus(reply, await wholeReply(reply, where, signal), where);
      }
      yield* piecesOfReply(reply, where, signal);
    },
  };
}

interface Endpoint {
  readonly shown: string;
  readonly options: RequestOptions;
}

function endpoint(host: string): Endpoint {
  if (host.startsWith('unix://') || host.startsWith('/')) {
    const socketPath = host.replace(/^unix:\/\//, '');
    return { shown: socketPath, options: { socketPath, host: 'localhost' } };
  }
  const match = /^(?:tcp|http):\/\/([A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(?::([0-9]{1,5}))?\/?$/.exec(host);
  if (match === null) {
    throw new ImageError('UNSUPPORTED', `${host}: only unix:// and tcp:// connections to an engine are supported yet`);
  }
  const name = match[1]!.replace(/^\[|\]$/g, '');
  return { shown: host, options: { host: name, port: Number(match[2] ?? 2375) } };
}

/** Image names hold slashes, which are part of the engine's path. */
function escaped(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

async function request(where: Endpoint, path: string, signal: AbortSignal | undefined): Promise<IncomingMessage> {
  // loaded when an engine is asked, which most runs do not
  const { get } = await import('node:http');
  return new Promise((resolve, reject) => {
    const options: RequestOptions = { ...where.options, path, agent: false, ...(signal && { signal }) };
    get(options, resolve).on('error', (error) => reject(unreachable(error, where, signal)));
  });
}

function unreachable(error: Error, where: Endpoint, signal: AbortSignal | undefined): ImageError {
  if (signal?.aborted) {
    return new ImageError('ABORTED', 'reading the image was interrupted', { cause: error });
  }
  const code = 'code' in error ? String(error.code) : '';
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'no such socket; is the engine running?',
    ECONNREFUSED: 'the connection was refused; is the engine running?',
    EACCES: 'permission denied; may this user speak to the engine (group docker)?',
    EPERM: 'permission denied; may this user speak to the engine (group docker)?',
  };
  return new ImageError(
    'ENGINE_UNREACHABLE',
    `cannot reach the engine at ${where.shown}: ${reasons[code] ?? error.message}`,
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
    throw new ImageError('ENGINE_ERROR', `the engine at ${where.shown} broke off its reply`, { cause: error });
  }
}

async function wholeReply(reply: IncomingMessage, where: Endpoint, signal: AbortSignal | undefined): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of piecesOfReply(reply, where, signal)) {
    bytes += piece.length;
    if (bytes > maxReplyBytes) {
      throw new ImageError('ENGINE_ERROR', `the engine at ${where.shown} sent more than ${maxReplyBytes} bytes`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function checkStatus(reply: IncomingMessage, bytes: Buffer, where: Endpoint): void {
  if (reply.statusCode === 200) {
    return;
  }
  throw new ImageError(
    'ENGINE_ERROR',
    `the engine at ${where.shown} answered ${reply.statusCode}: ${messageOf(bytes)}`,
  );
}

/** `{"message": …}`, or whatever it is, short and on one line. */
function messageOf(bytes: Buffer): string {
  const text = bytes.toString('utf8', 0, 1000);
  const message = /"message"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? text;
  return message.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 300);
}

function imageFrom(bytes: Buffer, where: Endpoint): EngineImage {
  const what = `the reply of the engine at ${where.shown}`;
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
