import { directorySource } from './directory-source.ts';
import type { FeedSource } from './feed-source.ts';
import { type HttpOptions, httpMirrorSource, upstreamSource } from './http-source.ts';

/** Mirrors in order, the first that has a file wins and nothing else is asked; without mirrors the upstream hosts. */
export function feedSource(mirrors: readonly string[], options: HttpOptions): FeedSource {
  if (mirrors.length === 0) return upstreamSource(options);
  const chain = mirrors.map((mirror) =>
    /^https?:\/\//.test(mirror) ? httpMirrorSource(mirror, options) : directorySource(mirror),
  );
  return {
    fetch: async (url, known, maxBytes) => {
      for (const source of chain) {
        const result = await source.fetch(url, known, maxBytes);
        if (result.state !== 'absent') return result;
      }
      return { state: 'absent' };
    },
    list: (url) => {
      const names = new Set<string>();
      let listed = false;
      for (const source of chain) {
        for (const name of source.list(url) ?? []) {
          names.add(name);
          listed = true;
        }
      }
      return listed ? [...names].sort() : undefined;
    },
  };
}
