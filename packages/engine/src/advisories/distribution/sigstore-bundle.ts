import { createHash } from 'node:crypto';

/** What a Sigstore bundle says of the bytes that it signs. */
export interface SignedBytes {
  readonly signature: Buffer;
  /** SHA-256 (hex) of what was signed; null: it does not say */
  readonly digest: string | null;
}

/** `v0.3` is what `cosign sign-blob --bundle` writes; earlier ones have this part in the same place. */
const mediaType = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v0\.[1-3]\+json|\+json;version=0\.[1-3])$/;

/**
 * The signature in a Sigstore bundle over bytes (`cosign sign-blob --key … --bundle FILE`). Which key it is of is for the caller to
 * try: certificates and entries of a log in it are not looked at, and prove nothing here.
 *
 * @returns undefined for what is no such bundle
 * @see https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
 */
export function readSigstoreBundle(text: string): SignedBytes | undefined {
  const bundle = object(parsed(text));
  // before version 3 cosign had a form of its own
  if (typeof bundle?.base64Signature === 'string') {
    return { signature: Buffer.from(bundle.base64Signature, 'base64'), digest: null };
  }
  if (typeof bundle?.mediaType !== 'string' || !mediaType.test(bundle.mediaType)) return undefined;
  const message = object(bundle.messageSignature);
  if (typeof message?.signature !== 'string') return undefined;
  const digest = object(message.messageDigest);
  if (digest === undefined) return { signature: Buffer.from(message.signature, 'base64'), digest: null };
  if (digest.algorithm !== 'SHA2_256' || typeof digest.digest !== 'string') return undefined;
  return {
    signature: Buffer.from(message.signature, 'base64'),
    digest: Buffer.from(digest.digest, 'base64').toString('hex'),
  };
}

/** Whether a bundle is about just these bytes, as far as it says. */
export function isAbout({ digest }: SignedBytes, bytes: Buffer): boolean {
  return digest === null || digest === createHash('sha256').update(bytes).digest('hex');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function object(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
