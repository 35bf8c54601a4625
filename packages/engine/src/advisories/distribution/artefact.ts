/**
 * A catalog as an OCI artefact: one manifest whose first layer is the catalog (zstd) and whose others are the blobs of its
 * shards. The config is the empty one that the specification names.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidelines-for-artifact-usage
 */
export const artefactType = 'application/vnd.plimsoll.advisories.v1';
export const catalogType = 'application/vnd.plimsoll.catalog.v1+json+zstd';
export const shardType = 'application/vnd.plimsoll.shard.v1+sqlite+zstd';
export const manifestType = 'application/vnd.oci.image.manifest.v1+json';
export const emptyType = 'application/vnd.oci.empty.v1+json';

/** of the manifest: signatures of the catalog's own bytes, one a line */
export const signatureAnnotation = 'dev.plimsoll.catalog.signature';

export const ociPrefix = 'oci://';

/** Whether an address of a catalog is one that a connection is opened for. */
export function isRemote(address: string): boolean {
  return /^(?:https?|oci):\/\//.test(address);
}

export interface CatalogAddress {
  readonly base: string;
  /** of an earlier catalog that is asked for; of a registry it stays in `base`, as references have it */
  readonly digest: string | null;
}

/** Takes `@sha256:…` off the address of a directory or web server. */
export function catalogAddress(address: string): CatalogAddress {
  const [, base, digest] = /^(.*)@(sha256:[0-9a-f]{64})$/s.exec(address) ?? [];
  if (!base || digest === undefined || address.startsWith(ociPrefix)) return { base: address, digest: null };
  return { base, digest };
}
