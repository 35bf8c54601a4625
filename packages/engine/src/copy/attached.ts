import { ImageError } from '../registry/error.ts';
import { Fields, parseJson } from '../registry/json.ts';
import { fetchReferrer, listReferrers, type Referrer, referrersTag } from '../registry/referrers.ts';
import type { ReferringClient } from '../registry/registry-client.ts';
import { registryContent } from './registry-content.ts';
import { sourceTree } from './source-tree.ts';
import type { SourceManifest } from './types.ts';

/** What hangs to a manifest of an image: a signature, an attestation, an SBOM. */
export interface Attached {
  readonly manifest: SourceManifest;
  /** by the tag that cosign gives it (`sha256-….sig`), or by its subject */
  readonly by: { readonly tag: string } | { readonly subject: string; readonly listed: Referrer };
}

/**
 * The tags that cosign hangs things to images by.
 *
 * @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#tag-based-discovery
 */
const cosignEndings = ['sig', 'att', 'sbom'] as const;

/** Of one image with all its platforms: whoever may push could hang on as many as he likes. */
const maxAttached = 1000;
/** A signature of an SBOM of an image. */
const maxDepth = 3;

/**
 * All that hangs to manifests, by cosign's tags and as what refers to them, also to what hangs to them.
 *
 * @throws ImageError `TOO_LARGE`, `CORRUPT` for a list that says other than what it lists
 */
export async function attachedTo(
  digests: readonly string[],
  client: ReferringClient,
  image: string,
  signal: AbortSignal | undefined,
): Promise<readonly Attached[]> {
  const found = new Map<string, Attached>();
  const content = registryContent(client, image, signal);

  function take(key: string, attached: Attached): void {
    found.set(key, attached);
    if (found.size > maxAttached)
      throw new ImageError('TOO_LARGE', `${image}: more than ${maxAttached} manifests hang to it`);
  }

  async function tagged(digest: string): Promise<void> {
    for (const ending of cosignEndings) {
      const tag = `${referrersTag(digest)}.${ending}`;
      const what = `${image}: ${tag}`;
      const manifest = await client.manifest(tag, what, signal).catch((error: unknown) => {
        if (error instanceof ImageError && error.code === 'NOT_FOUND') return undefined;
        throw error;
      });
      if (manifest === undefined) continue;
      content.keep(manifest);
      take(tag, { manifest: await sourceTree(content, { digest: manifest.digest, size: null }), by: { tag } });
    }
  }

  async function referring(subject: string, depth: number): Promise<void> {
    const what = `${image}: what refers to ${subject}`;
    for (const listed of await listReferrers(client, subject, null, what, signal)) {
      if (found.has(listed.digest)) continue;
      const manifest = await fetchReferrer(client, listed, `${what}: ${listed.digest}`, signal);
      const fields = new Fields(parseJson(manifest.bytes, what), what);
      if (fields.inner('subject').string('digest') !== subject)
        throw new ImageError('CORRUPT', `${what}: ${listed.digest} is listed, and refers to something else`);
      content.keep(manifest);
      const tree = await sourceTree(content, { digest: listed.digest, size: null });
      take(listed.digest, { manifest: tree, by: { subject, listed } });
      if (depth < maxDepth) await referring(listed.digest, depth + 1);
    }
  }

  for (const digest of digests) {
    await tagged(digest);
    await referring(digest, 1);
  }
  return [...found.values()];
}
