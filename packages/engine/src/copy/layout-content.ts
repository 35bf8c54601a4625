import { defaultReadLimits } from '../image/limits.ts';
import { manifestType } from '../image/registry/manifest-type.ts';
import { digestOf } from '../registry/digest.ts';
import { ImageError } from '../registry/error.ts';
import { piecesFrom, type StoredMembers } from './stored-members.ts';
import type { ImageContent } from './types.ts';
import { verifiedPieces } from './verified-pieces.ts';

/** An image of an OCI layout, folder or archive. */
export function layoutContent(members: StoredMembers): ImageContent {
  const { what } = members;
  return {
    what,
    async manifest(digest) {
      const bytes = members.read(blobPath(digest), defaultReadLimits.maxManifestBytes);
      const found = digestOf(bytes);
      if (found !== digest)
        throw new ImageError('DIGEST_MISMATCH', `${what}: manifest ${digest}: its bytes have ${found}`);
      const mediaType = manifestType({ bytes, digest, contentType: null }, what)!;
      return { bytes, mediaType };
    },
    blob(digest, size) {
      const named = `${what}: blob ${digest}`;
      const blob = members.blob(blobPath(digest));
      if (blob === undefined) throw new ImageError('MISSING_BLOB', `${named} is missing`);
      if (blob.size !== size)
        throw new ImageError('CORRUPT', `${named}: ${blob.size} bytes, but its manifest states ${size}`);
      return {
        digest,
        size,
        read: (from) => {
          const pieces = piecesFrom(blob, from, named);
          return from === 0 ? verifiedPieces(pieces, digest, named) : pieces;
        },
      };
    },
    checkUnchanged: () => members.checkUnchanged(),
    close: async () => members.close(),
  };
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}
