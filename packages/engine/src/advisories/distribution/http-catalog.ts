import { readFileSync } from 'node:fs';
import { AdvisoryError } from '../advisory-error.ts';
import type { Validator } from '../sources/feed-source.ts';
import { type HttpOptions, upstreamSource } from '../sources/http-source.ts';
import type { CatalogAddress } from './artefact.ts';
import type { CatalogMemory } from './catalog-memory.ts';
import { type CatalogSource, maxCatalogBytes, maxShardBytes } from './catalog-source.ts';

const maxSignatureBytes = 64 * 1024;

/** A database directory behind a web server. A catalog that has not changed is not sent again. */
export function httpCatalog(address: CatalogAddress, options: HttpOptions, memory: CatalogMemory): CatalogSource {
  const base = address.base.replace(/\/(?:catalog\.json)?$/, '');
  const http = upstreamSource(options);
  const get = async (path: string, maxBytes: number): Promise<string | undefined> => {
    const result = await http.fetch(`${base}/${path}`, null, Math.min(maxBytes, maxShardBytes));
    return result.state === 'file' ? result.file.path : undefined;
  };

  async function catalog(): Promise<Buffer> {
    const path = address.digest === null ? 'catalog.json' : `catalogs/${hexOf(address.digest)}.json`;
    const known: Validator | null = memory.recall() === undefined ? null : memory.validator;
    const result = await http.fetch(`${base}/${path}`, known, maxCatalogBytes);
    if (result.state === 'unchanged') return memory.recall()!;
    if (result.state === 'absent') {
      throw new AdvisoryError('fetch-failed', `${base}/${path}: is not there; check the address of the catalog`);
    }
    const bytes = readFileSync(result.file.path);
    memory.keep(JSON.stringify(result.file.validator), bytes);
    return bytes;
  }

  return {
    catalog,
    signature: async (digest) => {
      const path = await get(`catalogs/${hexOf(digest)}.sig`, maxSignatureBytes);
      return path === undefined ? undefined : readFileSync(path, 'utf8');
    },
    blob: ({ digest, size }) => get(`blobs/${hexOf(digest)}.zst`, size),
    shard: ({ digest, size }) => get(`shards/${hexOf(digest)}.sqlite`, size),
    close: async () => {},
  };
}

function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}
