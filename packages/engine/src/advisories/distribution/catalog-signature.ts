import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Identity } from '../../signing/identity-pattern.ts';
import { hashFor } from '../../signing/key-hash.ts';
import { AdvisoryError, reasonOf } from '../advisory-error.ts';
import { isAbout, readSigstoreBundle } from './sigstore-bundle.ts';

/** Of a file with signatures, UTF-16 code units; some keys in rotation, some with entries of a log. */
const maxSignatureChars = 64 * 1024;

/**
 * Signs a catalog's bytes with a private key (PEM): Ed25519, or ECDSA and RSA over SHA-256 (what `cosign verify-blob` checks
 * for a key). One line of base64.
 *
 * @throws AdvisoryError `store-failed` for a key that cannot sign
 */
export function signCatalog(bytes: Buffer, privateKey: string): string {
  try {
    const key = createPrivateKey(privateKey);
    return `${sign(hashFor(key), bytes, key).toString('base64')}\n`;
  } catch (error) {
    throw new AdvisoryError(
      'store-failed',
      `the key cannot sign (${reasonOf(error)}); give a private key as PEM`,
      error,
    );
  }
}

/** @param privateKey PEM; undefined: nothing is signed */
export function signerOf(privateKey: string | undefined): ((bytes: Buffer) => string) | undefined {
  return privateKey === undefined ? undefined : (bytes) => signCatalog(bytes, privateKey);
}

/**
 * Holds signatures against the public keys (PEM) that are trusted: one of one of them is enough.
 *
 * @throws AdvisoryError `catalog-untrusted`
 */
export function checkSignature(
  bytes: Buffer,
  signatures: string | undefined,
  publicKeys: readonly string[],
  name: string,
): void {
  const untrusted = (why: string): AdvisoryError =>
    new AdvisoryError('catalog-untrusted', `${name}: its catalog is ${why}; nothing of it is used`);
  if (signatures === undefined) throw untrusted('not signed, and a key is configured');
  const given = signaturesIn(signatures.slice(0, maxSignatureChars), bytes);
  for (const text of publicKeys) {
    const key = createPublicKey(text);
    if (given.some((signature) => verifies(bytes, key, signature))) return;
  }
  throw untrusted('not signed with a key that is configured');
}

/** Who may have signed a catalog without a key of their own: identities in certificates of a Sigstore instance. */
export interface CatalogSigners {
  /** text of its `trusted_root.json` */
  readonly trustedRoot: string;
  readonly identities: readonly Identity[];
}

/**
 * The same, where identities are trusted too: a key or one of them is enough.
 *
 * @throws AdvisoryError `catalog-untrusted`
 */
export async function checkCatalogSigner(
  bytes: Buffer,
  signatures: string | undefined,
  { keys, signers }: { readonly keys: readonly string[]; readonly signers?: CatalogSigners | undefined },
  name: string,
): Promise<void> {
  if (signers === undefined) return checkSignature(bytes, signatures, keys, name);
  const why = signatures === undefined ? 'it has no signature' : await whyNotCertified(bytes, signatures, signers);
  if (why === null) return;
  if (keys.length > 0) return checkSignature(bytes, signatures, keys, name);
  const message = `${name}: its catalog is not signed by an identity that is configured (${why}); nothing of it is used`;
  throw new AdvisoryError('catalog-untrusted', message);
}

/** null: one of the bundles is signed by somebody who counts. What checks certificates is loaded when there is one. */
async function whyNotCertified(bytes: Buffer, text: string, signers: CatalogSigners): Promise<string | null> {
  const given = text.slice(0, maxSignatureChars);
  const candidates = [given, ...given.split('\n').filter((line) => line.startsWith('{'))];
  const { checkSigner, readBundle, readTrustedRoot } = await import('../../signing/check-signer.ts');
  let why = 'it is no Sigstore bundle';
  try {
    const trust = { keys: [], root: readTrustedRoot(signers.trustedRoot), identities: signers.identities };
    for (const candidate of candidates) {
      const bundle = readBundle(candidate);
      if (bundle === null || bundle.content.$case !== 'messageSignature') continue;
      const checked = checkSigner(bundle, trust, bytes);
      if (checked.trusted) return null;
      why = checked.why;
    }
  } catch (error) {
    why = reasonOf(error);
  }
  return why;
}

/** Lines of base64 and Sigstore bundles, one a line; or one bundle over several lines. */
function signaturesIn(text: string, bytes: Buffer): Buffer[] {
  const whole = readSigstoreBundle(text);
  const lines = whole === undefined ? text.split('\n').filter(Boolean) : [];
  const bundles = [whole, ...lines.map((line) => (line.startsWith('{') ? readSigstoreBundle(line) : undefined))];
  return [
    ...bundles.flatMap((bundle) => (bundle !== undefined && isAbout(bundle, bytes) ? [bundle.signature] : [])),
    ...lines.filter((line) => !line.startsWith('{')).map((line) => Buffer.from(line, 'base64')),
  ];
}

function verifies(bytes: Buffer, key: KeyObject, signature: Buffer): boolean {
  try {
    return verify(hashFor(key), bytes, key, signature);
  } catch {
    return false;
  }
}
