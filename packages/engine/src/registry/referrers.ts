import { ImageError } from './error.ts';
import { checkDigestForm, Fields, parseJson } from './json.ts';
import type { FetchedManifest, ReferringClient } from './registry-client.ts';
import type { RegistryUploader } from './registry-uploader.ts';

const indexType = 'application/vnd.oci.image.index.v1+json';

/** A manifest as a list of what refers to an image names it. */
export interface Referrer {
  readonly mediaType: string;
  readonly digest: string;
  /** bytes, as stated; an index that was written by hand may not state them */
  readonly size?: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Whoever may push to a repository can hang as many to an image as he likes. */
const maxReferrers = 200;

/** Where a registry cannot tell what refers to a manifest, an index under this tag does. */
export function referrersTag(digest: string): string {
  return digest.replace(':', '-');
}

/**
 * What hangs to a manifest: as the registry tells, else as the index under the manifest's own tag does.
 *
 * @param artifactType of those that are meant; null: all
 * @param what names the image in messages
 * @throws ImageError `TOO_LARGE` for more than `maxReferrers`
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
 */
export async function listReferrers(
  client: ReferringClient,
  digest: string,
  artifactType: string | null,
  what: string,
  signal: AbortSignal | undefined,
): Promise<readonly Referrer[]> {
  const pages = await client.referrers(digest, artifactType, what, signal);
  const listed =
    pages === null
      ? await taggedReferrers(client, digest, what, signal)
      : pages.flatMap((page) => descriptors(page, what));
  const meant = listed.filter((each) => artifactType === null || each.artifactType === artifactType);
  if (meant.length > maxReferrers)
    throw new ImageError('TOO_LARGE', `${what}: more than ${maxReferrers} manifests hang to it`);
  return meant;
}

/** A manifest that a list names, and no other. @throws ImageError `DIGEST_MISMATCH`, `CORRUPT` for one that has another size than stated */
export async function fetchReferrer(
  client: ReferringClient,
  { digest, size }: Referrer,
  what: string,
  signal: AbortSignal | undefined,
): Promise<FetchedManifest> {
  const manifest = await client.manifest(digest, what, signal);
  if (manifest.digest !== digest)
    throw new ImageError('DIGEST_MISMATCH', `${what}: the registry sends another manifest`);
  if (size !== undefined && manifest.bytes.length !== size)
    throw new ImageError('CORRUPT', `${what}: ${manifest.bytes.length} bytes, but what lists it states ${size}`);
  return manifest;
}

/**
 * Puts a manifest with a `subject` beside that, and into the index under the subject's tag where the registry does not keep track
 * of what refers to what.
 *
 * @throws ImageError
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests-with-subject
 */
export async function pushReferrer(
  uploader: RegistryUploader,
  client: ReferringClient,
  subject: { readonly digest: string; readonly what: string },
  own: Referrer,
  bytes: Buffer,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { subjectListed } = await uploader.manifest(own.digest, own.mediaType, bytes);
  if (subjectListed) return;
  const listed = await taggedReferrers(client, subject.digest, subject.what, signal);
  if (listed.some(({ digest }) => digest === own.digest)) return;
  const index = { schemaVersion: 2, mediaType: indexType, manifests: [...listed, own] };
  await uploader.manifest(referrersTag(subject.digest), indexType, Buffer.from(JSON.stringify(index)));
}

/** What the index under the image's tag lists; nothing where there is none. */
async function taggedReferrers(
  client: ReferringClient,
  digest: string,
  what: string,
  signal: AbortSignal | undefined,
): Promise<readonly Referrer[]> {
  try {
    return descriptors((await client.manifest(referrersTag(digest), what, signal)).bytes, what);
  } catch (error) {
    if (error instanceof ImageError && error.code === 'NOT_FOUND') return [];
    throw error;
  }
}

function descriptors(index: Buffer, what: string): readonly Referrer[] {
  const manifests = new Fields(parseJson(index, what), what).list('manifests') ?? [];
  return manifests.map((entry) => {
    const fields = new Fields(entry, `${what}: manifests`);
    const size = fields.amount('size');
    const artifactType = fields.string('artifactType');
    const annotations = fields.object('annotations');
    return {
      mediaType: fields.string('mediaType') ?? '',
      digest: checkDigestForm(fields.string('digest'), what),
      ...(size === null ? {} : { size }),
      ...(artifactType === null ? {} : { artifactType }),
      ...(annotations === null ? {} : { annotations: annotations as Record<string, string> }),
    };
  });
}
