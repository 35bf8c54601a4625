import { isUtf8 } from 'node:buffer';

/**
 * The JSON of one record, or why it is none. Bytes in another encoding are refused: decoded with marks of replacement, a name would
 * match nothing, and nobody would hear of it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8259#section-8.1
 */
export function jsonRecord(body: Buffer): { readonly value: unknown } | { readonly reason: string } {
  if (!isUtf8(body)) return { reason: 'is not UTF-8' };
  try {
    return { value: JSON.parse(body.toString('utf8')) };
  } catch {
    return { reason: 'is no JSON' };
  }
}

/**
 * Whether a record says that it is of a schema that is newer than those that are read here, in which fields may mean something
 * else. Minor versions only add fields.
 *
 * @param major the newest that is known
 * @returns why it is refused; undefined: it is not
 */
export function newerSchema(version: unknown, major: number): string | undefined {
  const stated = typeof version === 'string' ? /^v?(\d{1,4})(?:\.|$)/.exec(version)?.[1] : undefined;
  return stated !== undefined && Number(stated) > major
    ? `is of schema ${String(version).slice(0, 20)}, newer than ${major}.x`
    : undefined;
}
