import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';

/** One request, and how long may be waited for a byte of its answer. */
export interface ExchangeRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  readonly headers: Readonly<Record<string, string>>;
  /** in pieces it is read once, as fast as it can be sent; a piece is not to be written to afterwards */
  readonly body?: string | Buffer | AsyncIterable<Buffer>;
  readonly agent: Agent;
  readonly signal: AbortSignal | undefined;
  readonly idleTimeoutMs: number;
}

/** The connection failed: nobody answers, or it broke. Caught inside this room. */
export class ConnectionFailure extends Error {
  override readonly name = 'ConnectionFailure';
  /** of the system or of TLS: `ECONNREFUSED`, `CERT_HAS_EXPIRED`; '' where there is none */
  readonly code: string;

  constructor(message: string, code: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** Of an answer within `idleTimeoutMs`: one that sends a byte now and then would be waited for as long as it likes. */
const leastBytes = 64 * 1024;

/** Answers that announce another one; each could be followed by one more. */
const maxInterim = 20;
/** Code of who speaks HTTP as it is not meant: the next attempt would end the same way. */
const againstProtocol = 'PROTOCOL';

/** Sends a request and waits for the head of the answer. Follows nothing. @throws ConnectionFailure */
export async function exchange(url: URL, request: ExchangeRequest): Promise<IncomingMessage> {
  const { method = 'GET', headers, body, agent, signal, idleTimeoutMs } = request;
  // an import would load all that this module makes on demand, ten times as much
  const http = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
  return new Promise((resolve, reject) => {
    const options: RequestOptions = { method, headers, agent, ...(signal && { signal }) };
    let waiting = true;
    const over = () => {
      waiting = false;
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
    };
    // rejected here and not by an event: there is none while a proxy is waited for
    const failed = (error: unknown) => {
      over();
      reject(asFailure(error));
    };
    const aborted = () => failed(new ConnectionFailure('interrupted', 'ABORT_ERR'));
    // from the first try to connect to the last byte of the head: one that sends a header each second does not reset it
    const timer = setTimeout(() => {
      failed(silence(idleTimeoutMs));
      sent?.destroy();
    }, idleTimeoutMs);
    signal?.addEventListener('abort', aborted, { once: true });
    let sent: ReturnType<typeof http.request> | undefined;
    try {
      sent = http.request(url, options);
      sent.on('response', (reply) => {
        over();
        resolve(reply);
      });
      sent.on('error', failed);
      const broken = (what: string) => {
        failed(new ConnectionFailure(what, againstProtocol));
        sent?.destroy();
      };
      let interim = 0;
      sent.on('information', () => {
        interim += 1;
        if (interim > maxInterim) broken(`more than ${maxInterim} answers that are none yet (1xx)`);
      });
      sent.on('upgrade', (_, socket) => {
        socket.destroy();
        broken('it goes over to another protocol');
      });
      if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) {
        sent.end(body);
        return;
      }
      const to = sent;
      const sentSome = () => {
        // one that was cleared would run again
        if (waiting) timer.refresh();
      };
      sendPieces(body, to, sentSome).catch((error: unknown) => {
        over();
        reject(error);
        to.destroy();
      });
    } catch (error) {
      // certificates that cannot be used
      failed(error);
    }
  });
}

/**
 * Sends a body as fast as the other side takes it. Whoever answers before its end, or closes the connection, wants no more of it.
 *
 * @param sentSome called for each piece that was taken
 */
async function sendPieces(body: AsyncIterable<Buffer>, to: ClientRequest, sentSome: () => void): Promise<void> {
  let answered = false;
  to.once('response', () => {
    answered = true;
  });
  for await (const piece of body) {
    if (answered || to.destroyed) return;
    if (!to.write(piece)) await drained(to);
    sentSome();
  }
  to.end();
}

function drained(to: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of drainEvents) to.off(event, done);
      resolve();
    };
    for (const event of drainEvents) to.on(event, done);
  });
}

const drainEvents = ['drain', 'close', 'response'] as const;

/** The body of an answer. An answer that is not read to its end is closed. @throws ConnectionFailure */
export async function* bodyOf(reply: IncomingMessage, idleTimeoutMs: number): AsyncGenerator<Buffer> {
  // only waiting counts: who takes the pieces may be slow
  let left = idleTimeoutMs;
  let since = 0;
  try {
    const pieces: AsyncIterator<Buffer> = reply[Symbol.asyncIterator]();
    for (;;) {
      const started = performance.now();
      const timer = setTimeout(() => reply.destroy(slowness(since, idleTimeoutMs)), left);
      const next = await pieces.next().finally(() => clearTimeout(timer));
      if (next.done) {
        return;
      }
      since += next.value.length;
      left = since >= leastBytes ? idleTimeoutMs : left - (performance.now() - started);
      since = since >= leastBytes ? 0 : since;
      yield next.value;
    }
  } catch (error) {
    throw asFailure(error);
  } finally {
    reply.destroy();
  }
}

/** A whole answer of limited size; undefined: it is longer. @throws ConnectionFailure */
export async function wholeBody(
  reply: IncomingMessage,
  maxBytes: number,
  idleTimeoutMs: number,
): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of bodyOf(reply, idleTimeoutMs)) {
    bytes += piece.length;
    if (bytes > maxBytes) {
      return undefined;
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function silence(idleTimeoutMs: number): ConnectionFailure {
  return new ConnectionFailure(`no answer within ${idleTimeoutMs / 1000} s`, 'SILENT');
}

function slowness(bytes: number, idleTimeoutMs: number): ConnectionFailure {
  if (bytes === 0) return silence(idleTimeoutMs);
  return new ConnectionFailure(`only ${bytes} bytes came within ${idleTimeoutMs / 1000} s`, 'SILENT');
}

function asFailure(error: unknown): ConnectionFailure {
  if (error instanceof ConnectionFailure) {
    return error;
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new ConnectionFailure(reasonOf(error, code), code, error);
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was broken off',
  EPIPE: 'the connection was broken off',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no network',
};

/** OpenSSL's errors have addresses of memory, and what it says of them in the middle. */
const tlsReason = /:SSL routines:[^:]*:([^:]+)(?::|$)/;

function reasonOf(error: unknown, code: string): string {
  const tls = tlsReason.exec(error instanceof Error ? error.message : '')?.[1];
  if (tls !== undefined) return `TLS fails: ${tls}`;
  return reasons[code] ?? (error instanceof Error ? error.message.split('\n', 1)[0]!.slice(0, 200) : String(error));
}
