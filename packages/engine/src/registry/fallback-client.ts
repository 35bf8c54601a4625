import { ImageError, type ImageErrorCode } from './error.ts';
import type { ReferringClient } from './registry-client.ts';

/** What another place may do better. Wrong bytes are not among it: who sends them is not to be passed over. */
const passedOver: ReadonlySet<ImageErrorCode> = new Set([
  'NOT_FOUND',
  'MISSING_BLOB',
  'ACCESS_DENIED',
  'REGISTRY_ERROR',
  'REGISTRY_UNREACHABLE',
  'TRUNCATED',
]);

/** Several places that have the same images, asked in their order; the error of the last counts. */
export function fallbackClient(clients: readonly ReferringClient[]): ReferringClient {
  const [only] = clients;
  if (only !== undefined && clients.length === 1) {
    return only;
  }

  async function first<R>(ask: (client: ReferringClient) => Promise<R>): Promise<R> {
    for (const client of clients.slice(0, -1)) {
      try {
        return await ask(client);
      } catch (error) {
        throwUnlessPassedOver(error);
      }
    }
    return ask(clients.at(-1)!);
  }

  return {
    manifest: (...args) => first((client) => client.manifest(...args)),
    referrers: (...args) => first((client) => client.referrers(...args)),
    smallBlob: (...args) => first((client) => client.smallBlob(...args)),

    async *blob(digest, size, what, signal, from = 0) {
      let position = from;
      for (const client of clients) {
        try {
          for await (const piece of client.blob(digest, size, what, signal, position)) {
            position += piece.length;
            yield piece;
          }
          return;
        } catch (error) {
          if (client === clients.at(-1)) {
            throw error;
          }
          throwUnlessPassedOver(error);
        }
      }
    },
  };
}

function throwUnlessPassedOver(error: unknown): void {
  if (!(error instanceof ImageError && passedOver.has(error.code))) {
    throw error;
  }
}
