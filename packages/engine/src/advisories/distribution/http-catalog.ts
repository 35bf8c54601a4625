import { readFileSync } from 'node:fs';
import { AdvisoryError } from '../advisory-error.ts';
import { type HttpOptions, upstreamSource } from '../sources/http-source.ts';
import { type CatalogSource, maxCatalogBytes, maxShardBytes } from './catalog-source.ts';

/** A database directory behind a web server. */
export function httpCatalog(address: string, options: HttpOptions): CatalogSource {
  const base = address.replace(/\/(?:catalog\.json)?$/, '');
  const http = upstreamSource(options);
  const get = async (path: string, maxBytes: number): Promise<string | undefined> => {
    const result = await http.fetch(`${base}/${path}`, null, Math.min(maxBytes, maxShardBytes));
    return result.state === 'file' ? result.file.path : undefined;
  };
  return {
    catalog: async () => {
      const path = await get('catalog.json', maxCatalogBytes);
      if (path === undefined) {
        throw new AdvisoryError('fetch-failed', `${base}/catalog.json: is not there; check --catalog`);
      }
      return readFileSync(path);
    },
    blob: ({ digest, size }) => get(`blobs/${hexOf(digest)}.zst`, size),
    shard: ({ digest, size }) => get(`shards/${hexOf(digest)}.sqlite`, size),
  };
}

function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}
