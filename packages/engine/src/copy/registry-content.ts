import { manifestType } from '../image/registry/manifest-type.ts';
import { ImageError } from '../registry/error.ts';
import type { FetchedManifest, ReferringClient } from '../registry/registry-client.ts';
import type { ImageContent } from './types.ts';
import { verifiedPieces } from './verified-pieces.ts';

/** An image of a registry. Whoever made the client closes it. */
export function registryContent(
  client: ReferringClient,
  what: string,
  signal: AbortSignal | undefined,
): ImageContent & { keep(manifest: FetchedManifest): void } {
  const kept = new Map<string, FetchedManifest>();
  return {
    what,
    /** spares asking for one again that is here already */
    keep: (manifest) => kept.set(manifest.digest, manifest),
    async manifest(digest) {
      const found = kept.get(digest) ?? (await client.manifest(digest, `${what}: manifest ${digest}`, signal));
      if (found.digest !== digest)
        throw new ImageError('DIGEST_MISMATCH', `${what}: manifest ${digest}: the registry sends another one`);
      const mediaType = manifestType(found, what) ?? found.contentType;
      if (mediaType === null) throw new ImageError('CORRUPT', `${what}: manifest ${digest} has no media type`);
      return { bytes: found.bytes, mediaType };
    },
    blob(digest, size) {
      const named = `${what}: blob ${digest}`;
      return {
        digest,
        size,
        read: (from) =>
          from === 0
            ? verifiedPieces(client.blob(digest, size, named, signal), digest, named)
            : client.blob(digest, size, named, signal, from),
      };
    },
    checkUnchanged() {},
    close: async () => {},
  };
}
