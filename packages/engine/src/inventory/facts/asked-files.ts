import { hash } from 'node:crypto';
import { CatalogError } from '../error.ts';
import type { FileQuery } from '../types.ts';
import type { BodyReader } from './gatherer.ts';

/** A text that a rule sees, bytes. */
const maxContentBytes = 64 * 1024;
/** Of all texts of one layer together, bytes. */
const maxLayerContentBytes = 16 * 1024 * 1024;

/** What a body says to the rules that ask for it. */
export interface AskedBody {
  readonly sha256?: string;
  /** absent where it is no text */
  readonly content?: string;
}

/** Reads what rules ask for of bodies; undefined where they ask for none. */
export function askedBodies(queries: readonly FileQuery[]): BodyReader | undefined {
  const reading = queries.filter(({ sha256, content }) => sha256 || content);
  if (reading.length === 0) return undefined;
  const asking = (path: string) => reading.filter((query) => query.wants(`/${path}`));
  const reader = (left: { bytes: number }): BodyReader => ({
    key: JSON.stringify(reading.map(({ key, sha256, content }) => [key, sha256, content])),
    begin: () => reader({ bytes: maxLayerContentBytes }),
    wants: (path) => asking(path).length > 0,
    read(path, body) {
      const asked = asking(path);
      const sha256 = asked.some((query) => query.sha256) ? { sha256: hash('sha256', body) } : {};
      if (!asked.some((query) => query.content)) return { facts: sha256, damage: null };
      if (body.length > Math.min(maxContentBytes, left.bytes)) {
        const limit = body.length > maxContentBytes ? `${maxContentBytes} bytes` : `${maxLayerContentBytes} in a layer`;
        const { code, message } = new CatalogError(
          'file-too-large',
          `rules do not see the content of a file of ${body.length} bytes (the limit is ${limit})`,
        );
        return { facts: sha256, damage: { code, message } };
      }
      left.bytes -= body.length;
      const text = body.includes(0) ? {} : { content: body.toString('utf8') };
      return { facts: { ...sha256, ...text } satisfies AskedBody, damage: null };
    },
  });
  return reader({ bytes: maxLayerContentBytes });
}
