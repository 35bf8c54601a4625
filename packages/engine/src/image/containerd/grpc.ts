import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { ImageError, throwIfAborted } from '../error.ts';

/** Longest message that is read, bytes: containerd sends blobs in pieces of a mebibyte at most, and lists of plugins. */
const maxMessageBytes = 16 * 1024 * 1024;

/** Without a byte for so long the service counts as hung, ms. */
const idleMs = 60_000;

/** gRPC's status for what is not there. */
export const notFound = 5;

/** What a service answered instead. */
export class GrpcFailure extends Error {
  override readonly name = 'GrpcFailure';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Calls methods of a gRPC service behind a socket of this machine. */
export interface GrpcClient {
  /** The messages of the answer. @throws GrpcFailure; ImageError `ABORTED`; errors of the system */
  call(method: string, request: Buffer, signal: AbortSignal | undefined): AsyncIterable<Buffer>;
  close(): void;
}

/**
 * @param metadata headers of every call
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
export async function grpcClient(socket: string, metadata: Readonly<Record<string, string>>): Promise<GrpcClient> {
  // loaded when a service is asked, which most runs do not
  const [http2, net] = [await import('node:http2'), await import('node:net')];
  const session: ClientHttp2Session = await new Promise((resolve, reject) => {
    const opening = http2.connect('http://localhost', { createConnection: () => net.connect(socket) });
    opening.once('connect', () => resolve(opening)).once('error', reject);
  });
  // calls hear of it by themselves
  session.on('error', () => {});
  return {
    call: (method, request, signal) => messages(session, method, request, metadata, signal),
    close: () => session.destroy(),
  };
}

async function* messages(
  session: ClientHttp2Session,
  method: string,
  request: Buffer,
  metadata: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  throwIfAborted(signal);
  const headers = { ':method': 'POST', ':path': `/${method}`, 'content-type': 'application/grpc', te: 'trailers' };
  const stream = session.request({ ...headers, ...metadata }, signal && { signal });
  const ended = statusOf(stream);
  stream.setTimeout(idleMs, () => stream.destroy(new Error(`no answer for ${idleMs / 1000} s`)));
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(request.length, 1);
  stream.end(Buffer.concat([prefix, request]));
  try {
    yield* framed(stream);
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  } finally {
    stream.close();
  }
  const { status, message } = await ended;
  if (status !== 0) {
    throw new GrpcFailure(status, message);
  }
}

/** The status stands behind the messages, or in place of them. */
function statusOf(stream: ClientHttp2Stream): Promise<{ readonly status: number; readonly message: string }> {
  return new Promise((resolve) => {
    let status: number | null = null;
    let message = 'it broke off its answer';
    const take = (headers: Readonly<Record<string, unknown>>) => {
      if (typeof headers['grpc-status'] !== 'string') return;
      status = Number(headers['grpc-status']);
      message = printable(String(headers['grpc-message'] ?? `status ${status}`));
    };
    stream.on('response', take).on('trailers', take);
    stream.once('close', () => resolve({ status: status ?? -1, message }));
  });
}

function printable(text: string): string {
  return text.replace(/[^ -~]+/g, ' ').slice(0, 300);
}

/** Messages, each behind its length. */
async function* framed(stream: ClientHttp2Stream): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  let wanted = 5;
  let inMessage = false;
  for await (const piece of stream) {
    held.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    while (bytes >= wanted) {
      const all = held.length === 1 ? held[0]! : Buffer.concat(held);
      const part = all.subarray(0, wanted);
      held = [all.subarray(wanted)];
      bytes -= wanted;
      if (inMessage) {
        yield part;
        inMessage = false;
        wanted = 5;
        continue;
      }
      wanted = part.readUInt32BE(1);
      if (part[0] !== 0 || wanted > maxMessageBytes) {
        throw new ImageError('ENGINE_ERROR', `a message of ${wanted} bytes (the limit is ${maxMessageBytes})`);
      }
      inMessage = true;
    }
  }
  if (bytes > 0 || inMessage) {
    throw new ImageError('ENGINE_ERROR', 'half a message');
  }
}
