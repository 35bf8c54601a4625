import { describeImage } from '../image/read-image.ts';
import type { Environment } from '../image/types.ts';
import { digestOf } from '../registry/digest.ts';
import { parseRegistryReference, type RegistryReference } from '../registry/registry-reference.ts';
import type { RegistryOptions } from '../registry/types.ts';
import type { ScanResult } from '../result/types.ts';
import { AttestError } from './attest-error.ts';
import { type KeylessSigner, signKeyless } from './keyless.ts';
import { pushBundle } from './referrers.ts';
import { signStatement } from './sign-statement.ts';
import { vulnerabilityStatement } from './statement.ts';

export interface AttestRequest {
  readonly result: ScanResult;
  /** the bytes that it was read from */
  readonly resultBytes: Buffer;
  /** a private key (PEM), or whoever a Sigstore instance certifies */
  readonly signer: string | KeylessSigner;
  /** where the image is, without `registry:`; default: where the result has it from */
  readonly image?: string | undefined;
  /** hang the bundle to the image there */
  readonly push: boolean;
  readonly registry?: RegistryOptions | undefined;
  readonly environment?: Environment | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Attestation {
  readonly bundle: Buffer;
  /** `HOST/NAME@sha256:…` that it is about */
  readonly subject: string;
  /** digest of the manifest that carries it; null: not pushed */
  readonly pushed: string | null;
}

/**
 * Signs a result as an attestation of its image. The image in the registry is held against the result first: what was scanned is
 * what is vouched for.
 *
 * @throws AttestError, ImageError
 */
export async function attest(request: AttestRequest): Promise<Attestation> {
  const { result, push, registry = {}, signal } = request;
  const { image } = result;
  const given = request.image ?? (image.reference.startsWith('registry:') ? image.reference.slice(9) : undefined);
  if (given === undefined)
    throw new AttestError(`the result is of ${image.reference}: say where the image is in a registry (--image)`);
  const reference = parseRegistryReference(given.replace(/^registry:/, ''));
  const digest = await scanned(request, reference, given);
  const subject = { reference, digest };
  const name = `${reference.host}/${reference.repository}`;
  const statement = vulnerabilityStatement(result, { name, digest }, digestOf(request.resultBytes));
  const { signer } = request;
  const bundle = typeof signer === 'string' ? signStatement(statement, signer) : await signKeyless(statement, signer);
  const pushed = push ? await pushBundle(subject, bundle, registry, signal) : null;
  return { bundle, subject: `${name}@${digest}`, pushed };
}

/** Digest of the manifest there, once it is known to be the image of the result. */
async function scanned(request: AttestRequest, reference: RegistryReference, given: string): Promise<string> {
  const { id, digest, platform } = request.result.image;
  if (id === null) throw new AttestError(`the result is of ${request.result.image.reference}, which is no image`);
  // a tag may have moved since; where somebody pushed what was scanned elsewhere, only its config is the same
  const isItself = request.image === undefined && digest !== null;
  const pinned = isItself ? `${reference.host}/${reference.repository}@${digest}` : given.replace(/^registry:/, '');
  const { registry, environment, signal } = request;
  const there = await describeImage(`registry:${pinned}`, {
    platform: platform ?? undefined,
    registry,
    environment,
    signal,
  });
  if (there.id !== id || there.digest === null)
    throw new AttestError(`${given} is another image (${there.id}) than the result is of (${id})`);
  return there.digest;
}
