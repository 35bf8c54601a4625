import type { FetchedManifest } from '../../registry/registry-client.ts';
import { ImageError } from '../error.ts';
import { Fields, parseJson } from '../json.ts';

const known = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]);

/**
 * The media type of what a registry sent as a manifest. What it says of itself counts, then the answer's head, then its
 * shape. One that could be read as an index and as a manifest is refused: engines may take it for the other.
 *
 * @throws ImageError `UNSUPPORTED` (schema 1), `CORRUPT`
 */
export function manifestType({ bytes, contentType, digest }: FetchedManifest, image: string): string | null {
  const what = `${image}: manifest ${digest}`;
  const fields = new Fields(parseJson(bytes, what), what);
  const stated = fields.string('mediaType');
  if (
    fields.amount('schemaVersion') === 1 ||
    /docker\.distribution\.manifest\.v1\+(?:json|prettyjws)$/.test(stated ?? contentType ?? '')
  ) {
    const message = 'a manifest of Docker schema 1, which states no layers that can be checked; push the image again';
    throw new ImageError('UNSUPPORTED', `${image}: ${message}`);
  }
  const isIndex = fields.list('manifests') !== null;
  if (isIndex && (fields.list('layers') !== null || fields.object('config') !== null)) {
    throw new ImageError('CORRUPT', `${what}: both an index and a manifest`);
  }
  if (stated !== null && contentType !== null && known.has(contentType) && stated !== contentType) {
    throw new ImageError('CORRUPT', `${what}: says that it is ${shown(stated)}, the registry ${shown(contentType)}`);
  }
  const type = stated ?? (known.has(contentType ?? '') ? contentType : null);
  if (type === null) {
    return isIndex ? 'application/vnd.oci.image.index.v1+json' : 'application/vnd.oci.image.manifest.v1+json';
  }
  if (known.has(type) && isIndex !== /index|list/.test(type)) {
    throw new ImageError('CORRUPT', `${what}: not of the shape of ${shown(type)}`);
  }
  return type;
}

function shown(mediaType: string): string {
  return JSON.stringify(mediaType.slice(0, 200));
}
