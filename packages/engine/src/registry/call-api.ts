import { Connections } from './connections.ts';
import { ImageError } from './error.ts';
import { bodyOf, ConnectionFailure, type ExchangeRequest } from './exchange.ts';
import type { RegistryOptions } from './types.ts';

const maxBodyBytes = 16 * 1024 * 1024;

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * One request to the API of a server that the user named, by the proxies, authorities and hosts without TLS that registries
 * are reached by. Redirects are not followed: what is sent holds a token.
 *
 * @throws ImageError `REGISTRY_UNREACHABLE`, `REGISTRY_ERROR`, `ABORTED`; the token is in no message
 */
export async function callApi(
  url: URL,
  request: Pick<ExchangeRequest, 'method' | 'headers' | 'signal' | 'body'>,
  options: RegistryOptions,
): Promise<ApiAnswer> {
  const connections = new Connections(options);
  try {
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && connections.plainHttpAllowed(url.host)))
      throw new ImageError(
        'REGISTRY_ERROR',
        `${url.host} is without TLS; allow that by --insecure-registry ${url.host}`,
      );
    const reply = await connections.send(url, { ...request, of: url.host, foreign: false });
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of bodyOf(reply, connections.idleTimeoutMs)) {
      size += piece.length;
      if (size > maxBodyBytes)
        throw new ImageError('REGISTRY_ERROR', `${url.host} answers with more than ${maxBodyBytes} bytes`);
      pieces.push(piece);
    }
    return { status: reply.statusCode ?? 0, body: Buffer.concat(pieces).toString('utf8') };
  } catch (error) {
    if (error instanceof ConnectionFailure) throw connections.unreachable(error, url.host);
    throw error;
  } finally {
    await connections.close();
  }
}
