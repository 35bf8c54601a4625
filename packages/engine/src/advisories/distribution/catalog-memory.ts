import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Validator } from '../sources/feed-source.ts';
import { fetchedPath, tempPath } from '../store/store-paths.ts';

interface Remembered {
  readonly mark: string;
  /** SHA-256 of the bytes, so that half of a pair is noticed */
  readonly digest: string;
}

/**
 * The catalog that an address had last, so that one that has not changed need not be sent again. Losing it costs a download.
 * Call with the write lock held.
 */
export interface CatalogMemory {
  /** what would have to be the same: an entity tag, a date, a digest */
  readonly validator: Validator | null;
  /** @param mark undefined: whatever was last */
  recall(mark?: string): Buffer | undefined;
  keep(mark: string, bytes: Buffer): void;
}

export function catalogMemory(dbDir: string, address: string): CatalogMemory {
  const base = join(fetchedPath(dbDir), hash(address).slice(0, 32));
  const known = read(base);
  return {
    validator: known === undefined ? null : parsed(known.mark),
    recall: (mark) => (known !== undefined && (mark === undefined || mark === known.mark) ? known.bytes : undefined),
    keep: (mark, bytes) => {
      try {
        mkdirSync(fetchedPath(dbDir), { recursive: true });
        const temp = join(tempPath(dbDir), `fetched-${process.pid}`);
        writeFileSync(temp, bytes);
        renameSync(temp, `${base}.catalog`);
        writeFileSync(temp, JSON.stringify({ mark, digest: hash(bytes) } satisfies Remembered));
        renameSync(temp, `${base}.json`);
      } catch {
        // it is fetched again
      }
    },
  };
}

function read(base: string): { readonly mark: string; readonly bytes: Buffer } | undefined {
  try {
    const { mark, digest } = JSON.parse(readFileSync(`${base}.json`, 'utf8')) as Remembered;
    const bytes = readFileSync(`${base}.catalog`);
    return typeof mark === 'string' && hash(bytes) === digest ? { mark, bytes } : undefined;
  } catch {
    return undefined;
  }
}

/** A mark that an HTTP server gave. */
function parsed(mark: string): Validator | null {
  try {
    const { etag = null, lastModified = null } = JSON.parse(mark) as Partial<Validator>;
    return { etag, lastModified };
  } catch {
    return null;
  }
}

function hash(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
