import { z } from 'zod';
import type { SignatureFact } from '../inventory/types.ts';
import { digestOf } from '../registry/digest.ts';
import { ImageError } from '../registry/error.ts';
import { checkDigestForm, Fields, parseJson } from '../registry/json.ts';
import { type OpenRegistry, openRegistry } from '../registry/open-registry.ts';
import { referrersTag } from '../registry/referrers.ts';
import { parseRegistryReference } from '../registry/registry-reference.ts';
import type { RegistryOptions } from '../registry/types.ts';
import type { CheckedSigner, Trust } from '../signing/check-signer.ts';
import { checkBundle } from './check-bundle.ts';
import { fetchBundles } from './referrers.ts';
import { checkSimpleSignature, simpleSigningType } from './simple-signing.ts';

const maxManifestBytes = 4 << 20;
const maxPayloadBytes = 64 * 1024;
/** Under one tag. */
const maxSignatures = 200;

/** The predicate of a statement by which cosign 3 signs an image. */
const signType = 'https://sigstore.dev/cosign/sign/v1';

export interface SignaturesRequest {
  /** where the image is, `HOST/NAME@sha256:…`; what stands for its digest does not count */
  readonly image: string;
  /** of its manifest, and of the image index that it was chosen from: who signs an index signs its images */
  readonly digests: readonly string[];
  readonly trust: Trust;
  readonly registry?: RegistryOptions | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The signatures under an image: cosign's by tag, and bundles that refer to it and sign it. Attestations are none.
 *
 * @returns sorted by digest and source
 * @throws ImageError when the registry cannot be asked, or sends other bytes than it names
 */
export async function imageSignatures(request: SignaturesRequest): Promise<readonly SignatureFact[]> {
  const { image, digests, registry = {}, signal } = request;
  const reference = parseRegistryReference(image);
  const { client, close } = openRegistry(reference, registry, maxManifestBytes);
  const found: SignatureFact[] = [];
  try {
    for (const digest of new Set(digests)) {
      found.push(...(await byTag(client, image, digest, request)));
      for (const bundle of await fetchBundles({ reference, digest }, registry, signal)) {
        const checked = checkBundle(bundle.bytes, request.trust);
        const about = signedImages(checked.payload);
        if (about === null) continue;
        const other = checked.trusted && !about.includes(digest);
        const signer: CheckedSigner = other ? { trusted: false, why: 'it is about another image' } : checked;
        found.push(fact(bundle.digest, digest, signer));
      }
    }
  } finally {
    await close();
  }
  const key = ({ digest, source }: SignatureFact) => `${digest} ${source}`;
  return found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

async function byTag(
  client: OpenRegistry['client'],
  image: string,
  digest: string,
  { trust, signal }: SignaturesRequest,
): Promise<readonly SignatureFact[]> {
  const tag = `${referrersTag(digest)}.sig`;
  const what = `${image}: the signatures ${tag}`;
  const manifest = await client.manifest(tag, what, signal).catch((error: unknown) => {
    if (error instanceof ImageError && error.code === 'NOT_FOUND') return null;
    throw error;
  });
  if (manifest === null) return [];
  const layers = new Fields(parseJson(manifest.bytes, what), what).list('layers') ?? [];
  if (layers.length > maxSignatures) throw new ImageError('TOO_LARGE', `${what}: more than ${maxSignatures}`);
  const found: SignatureFact[] = [];
  for (const layer of layers) {
    const fields = new Fields(layer, `${what}: layers`);
    if (fields.string('mediaType') !== simpleSigningType) continue;
    const blob = checkDigestForm(fields.string('digest'), what);
    if ((fields.amount('size') ?? 0) > maxPayloadBytes)
      throw new ImageError('TOO_LARGE', `${what}: a payload of more than ${maxPayloadBytes} bytes`);
    const payload = await client.smallBlob(blob, `${what}: ${blob}`, signal);
    if (digestOf(payload) !== blob)
      throw new ImageError('DIGEST_MISMATCH', `${what}: ${blob} has other bytes than its manifest names`);
    const annotations = Object.entries(fields.object('annotations') ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    found.push(fact(tag, digest, checkSimpleSignature(payload, Object.fromEntries(annotations), digest, trust)));
  }
  return found;
}

const statementForm = z.object({
  predicateType: z.literal(signType),
  subject: z.array(z.object({ digest: z.record(z.string(), z.string()) })),
});

/** Digests of the images that a statement signs; null: it is a statement about something else. */
function signedImages(payload: Buffer | null): readonly string[] | null {
  try {
    const read = statementForm.safeParse(JSON.parse(payload?.toString('utf8') ?? ''));
    return read.success ? read.data.subject.map(({ digest }) => `sha256:${digest.sha256}`) : null;
  } catch {
    return null;
  }
}

function fact(source: string, digest: string, checked: CheckedSigner): SignatureFact {
  const by = checked.trusted ? checked.by : checked.identity;
  return {
    source,
    digest,
    verified: checked.trusted,
    key: by !== undefined && 'key' in by ? by.key : null,
    identity: by !== undefined && 'subject' in by ? by.subject : null,
    issuer: by !== undefined && 'issuer' in by ? by.issuer : null,
    problem: checked.trusted ? null : checked.why,
  };
}
