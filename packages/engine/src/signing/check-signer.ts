import { createPublicKey } from 'node:crypto';
import { type Bundle, bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { type Signer, type TrustMaterial, toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { type Identity, isTrusted } from './identity-pattern.ts';
import { keyDigest } from './key-hash.ts';

/** Whose signatures count: those by one of the keys, or under the trusted root by one of the identities. */
export interface Trust {
  /** PEM */
  readonly keys: readonly string[];
  /** whom a Sigstore instance's certificates come from (`readTrustedRoot`) */
  readonly root?: TrustMaterial | undefined;
  readonly identities: readonly Identity[];
}

/** @param text of a `trusted_root.json`. @throws Error for what is none */
export function readTrustedRoot(text: string): TrustMaterial {
  try {
    const root = TrustedRoot.fromJSON(JSON.parse(text));
    if (root.certificateAuthorities.length === 0) throw new Error('it names no certificate authority');
    return toTrustMaterial(root);
  } catch (error) {
    // of a file that is no JSON the reason would quote what it holds
    const reason = error instanceof SyntaxError ? 'it is no JSON' : (error as Error).message;
    throw new Error(`it is no trusted root of a Sigstore instance (${reason})`, { cause: error });
  }
}

/** A Sigstore bundle; null for what is none. */
export function readBundle(text: string): Bundle | null {
  try {
    return bundleFromJSON(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Who signed: a key that was given (`sha256:…` of its SPKI), or somebody whom a certificate names. */
export type SignedBy = { readonly key: string } | Identity;

/** Something signed that was looked at: by whom, or why it does not count and whom its certificate names, if it holds. */
export type CheckedSigner =
  | { readonly trusted: true; readonly by: SignedBy }
  | { readonly trusted: false; readonly why: string; readonly identity?: Identity };

/** `the key that was given`, `ci@example.com (https://issuer.example.com)` */
export function signerWords(by: SignedBy): string {
  return 'key' in by ? 'the key that was given' : `${by.subject} (${by.issuer})`;
}

/**
 * Who signed what a bundle is about.
 *
 * @param artifact what was signed, where the bundle itself has only its digest
 */
export function checkSigner(bundle: Bundle, trust: Trust, artifact?: Buffer): CheckedSigner {
  if (bundle.verificationMaterial.content.$case === 'publicKey') {
    for (const pem of trust.keys) {
      if (signedBy(bundle, pem, artifact)) return { trusted: true, by: { key: keyName(pem) } };
    }
    const why =
      trust.keys.length === 0 ? 'it is signed with a key, and none was given' : 'no key that was given signed it';
    return { trusted: false, why };
  }
  if (trust.root === undefined)
    return { trusted: false, why: 'it is signed with a certificate, and no trusted root was given' };
  const answer = certified(bundle, trust.root, artifact);
  if ('why' in answer) return { trusted: false, why: answer.why };
  if (isTrusted(answer, trust.identities)) return { trusted: true, by: answer };
  return { trusted: false, why: `it is signed by ${signerWords(answer)}, who is not trusted`, identity: answer };
}

/** `sha256:…` of a public key (PEM). */
export function keyName(pem: string): string {
  return `sha256:${keyDigest(createPublicKey(pem)).toString('hex')}`;
}

/** The key alone decides: a plain key stands in no transparency log, and its hint is what anybody may write. */
function signedBy(bundle: Bundle, pem: string, artifact?: Buffer): boolean {
  try {
    const publicKey = createPublicKey(pem);
    const material: TrustMaterial = {
      certificateAuthorities: [],
      timestampAuthorities: [],
      tlogs: [],
      ctlogs: [],
      publicKey: () => ({ publicKey, validFor: () => true }),
    };
    const verifier = new Verifier(material, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
    // logs and timestamps of it are of nobody who is trusted here: they are left out, and not held against it
    verifier.verify({ ...toSignedEntity(bundle, artifact), tlogEntries: [], timestamps: [] });
    return true;
  } catch {
    return false;
  }
}

/** Certificate chain, transparency log and timestamp, each at least once. */
function certified(bundle: Bundle, root: TrustMaterial, artifact?: Buffer): Identity | { readonly why: string } {
  let signer: Signer;
  try {
    signer = new Verifier(root).verify(toSignedEntity(bundle, artifact));
  } catch (error) {
    return { why: `its certificate does not hold (${(error as Error).message})` };
  }
  const subject = signer.identity?.subjectAlternativeName;
  const issuer = signer.identity?.extensions?.issuer;
  return subject === undefined || issuer === undefined ? { why: 'its certificate names no one' } : { subject, issuer };
}
