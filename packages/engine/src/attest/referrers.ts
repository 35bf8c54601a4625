import { digestOf } from '../registry/digest.ts';
import { ImageError } from '../registry/error.ts';
import { checkDigestForm, Fields, parseJson } from '../registry/json.ts';
import { type OpenRegistry, openRegistry } from '../registry/open-registry.ts';
import { fetchReferrer, listReferrers, pushReferrer, type Referrer } from '../registry/referrers.ts';
import type { RegistryReference } from '../registry/registry-reference.ts';
import { registryUploader } from '../registry/registry-uploader.ts';
import type { RegistryOptions } from '../registry/types.ts';
import { bundleType } from './sign-statement.ts';
import { vulnerabilityType } from './statement.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const emptyType = 'application/vnd.oci.empty.v1+json';
const maxManifestBytes = 4 << 20;
/** of one bundle; a statement of 20,000 vulnerabilities has 6 MB */
const maxBundleBytes = 32 << 20;

/** The image that bundles are hung to. */
export interface Subject {
  /** where it is; tag and digest do not count */
  readonly reference: RegistryReference;
  readonly digest: string;
}

const whatOf = ({ reference, digest }: Subject) => `${reference.host}/${reference.repository}@${digest}`;

/**
 * Hangs a bundle to an image, as cosign does. Where the registry does not keep track of what refers to what, the index under the
 * image's own tag is written, too.
 *
 * @returns digest of the manifest that carries it
 * @throws ImageError
 * @see https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests-with-subject
 */
export async function pushBundle(
  subject: Subject,
  bundle: Buffer,
  options: RegistryOptions,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { client, close } = openRegistry(subject.reference, options, maxManifestBytes);
  const uploader = registryUploader(subject.reference, options, signal);
  try {
    const what = whatOf(subject);
    const image = await client.manifest(subject.digest, what, signal);
    const empty = Buffer.from('{}');
    const annotations = {
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': vulnerabilityType,
    };
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: manifestType,
        artifactType: bundleType,
        config: { mediaType: emptyType, digest: digestOf(empty), size: empty.length },
        layers: [{ mediaType: bundleType, digest: digestOf(bundle), size: bundle.length }],
        subject: {
          mediaType: image.contentType ?? manifestType,
          digest: subject.digest,
          size: image.bytes.length,
        },
        annotations,
      }),
    );
    const digest = digestOf(manifest);
    await uploader.blob(digestOf(empty), () => empty, 'the config');
    await uploader.blob(digestOf(bundle), () => bundle, 'the bundle');
    const own = { mediaType: manifestType, digest, size: manifest.length, artifactType: bundleType, annotations };
    await pushReferrer(uploader, client, { digest: subject.digest, what }, own, manifest, signal);
    return digest;
  } finally {
    await uploader.close();
    await close();
  }
}

/** The bundles that hang to an image, each with the digest of its manifest. @throws ImageError */
export async function fetchBundles(
  subject: Subject,
  options: RegistryOptions,
  signal: AbortSignal | undefined,
): Promise<readonly { readonly digest: string; readonly bytes: Buffer }[]> {
  const { client, close } = openRegistry(subject.reference, options, maxManifestBytes);
  try {
    const what = whatOf(subject);
    const bundles = await listReferrers(client, subject.digest, bundleType, what, signal);
    const found: { readonly digest: string; readonly bytes: Buffer }[] = [];
    for (const each of bundles) {
      const bytes = await bundleOf(client, subject, each, signal);
      if (bytes !== null) found.push({ digest: each.digest, bytes });
    }
    return found;
  } finally {
    await close();
  }
}

type Client = OpenRegistry['client'];

async function bundleOf(
  client: Client,
  subject: Subject,
  referrer: Referrer,
  signal: AbortSignal | undefined,
): Promise<Buffer | null> {
  const what = `${whatOf(subject)}: the bundle ${referrer.digest}`;
  const manifest = await fetchReferrer(client, referrer, what, signal);
  const fields = new Fields(parseJson(manifest.bytes, what), what);
  const layers = (fields.list('layers') ?? []).map((entry) => new Fields(entry, `${what}: layers`));
  const layer = layers.find((entry) => entry.string('mediaType') === bundleType);
  if (layer === undefined) return null;
  const blob = checkDigestForm(layer.string('digest'), what);
  const size = layer.amount('size') ?? 0;
  if (size > maxBundleBytes) throw new ImageError('TOO_LARGE', `${what}: more than ${maxBundleBytes} bytes`);
  const pieces: Buffer[] = [];
  for await (const piece of client.blob(blob, size, what, signal)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  if (digestOf(bytes) !== blob)
    throw new ImageError('DIGEST_MISMATCH', `${what}: it has other bytes than its manifest names`);
  return bytes;
}
