import { createPublicKey } from 'node:crypto';
import { type Bundle, bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { type Signer, type TrustMaterial, toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { AttestError } from './attest-error.ts';
import { payloadType } from './sign-statement.ts';

/** A person or a workload that a certificate names. */
export interface Identity {
  /** as the certificate has it, whole: an e-mail address or a workflow's URL */
  readonly subject: string;
  readonly issuer: string;
}

/** Whose signatures count: those by one of the keys, or under the trusted root by one of the identities. */
export interface Trust {
  /** PEM */
  readonly keys: readonly string[];
  /** whom a Sigstore instance's certificates come from (`readTrustedRoot`) */
  readonly root?: TrustMaterial | undefined;
  readonly identities: readonly Identity[];
}

/** @param text of a `trusted_root.json`. @throws AttestError */
export function readTrustedRoot(text: string): TrustMaterial {
  try {
    const root = TrustedRoot.fromJSON(JSON.parse(text));
    if (root.certificateAuthorities.length === 0) throw new Error('it names no certificate authority');
    return toTrustMaterial(root);
  } catch (error) {
    throw new AttestError(`it is no trusted root of a Sigstore instance (${(error as Error).message})`, {
      cause: error,
    });
  }
}

/** A bundle that was looked at: what was signed, or why it does not count. */
export type CheckedBundle =
  | { readonly trusted: true; readonly payload: Buffer; readonly signer: string }
  | { readonly trusted: false; readonly why: string };

/** Holds one Sigstore bundle with a DSSE envelope against who is trusted. Never throws for what a bundle contains. */
export function checkBundle(bytes: Buffer, trust: Trust): CheckedBundle {
  let bundle: Bundle;
  try {
    bundle = bundleFromJSON(JSON.parse(bytes.toString('utf8')));
  } catch {
    return { trusted: false, why: 'it is no Sigstore bundle' };
  }
  const { content } = bundle;
  if (content.$case !== 'dsseEnvelope') return { trusted: false, why: 'it signs no statement' };
  if (content.dsseEnvelope.payloadType !== payloadType)
    return { trusted: false, why: 'what it signs is no in-toto statement' };
  const payload = Buffer.from(content.dsseEnvelope.payload);
  const why: string[] = [];
  if (bundle.verificationMaterial.content.$case === 'publicKey') {
    for (const pem of trust.keys) {
      if (signedBy(bundle, pem)) return { trusted: true, payload, signer: 'the key that was given' };
    }
    why.push(
      trust.keys.length === 0 ? 'it is signed with a key, and none was given' : 'no key that was given signed it',
    );
  } else if (trust.root === undefined) {
    why.push('it is signed with a certificate, and no trusted root was given');
  } else {
    const answer = certified(bundle, trust.root);
    if ('why' in answer) why.push(answer.why);
    else {
      const { subject, issuer } = answer;
      if (trust.identities.some((each) => each.subject === subject && each.issuer === issuer))
        return { trusted: true, payload, signer: `${subject} (${issuer})` };
      why.push(`it is signed by ${subject} (${issuer}), who is not trusted`);
    }
  }
  return { trusted: false, why: why.join('; ') };
}

/** The key alone decides: a plain key stands in no transparency log, and its hint is what anybody may write. */
function signedBy(bundle: Bundle, pem: string): boolean {
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
    verifier.verify({ ...toSignedEntity(bundle), tlogEntries: [], timestamps: [] });
    return true;
  } catch {
    return false;
  }
}

/** Certificate chain, transparency log and timestamp, each at least once. */
function certified(bundle: Bundle, root: TrustMaterial): Identity | { readonly why: string } {
  let signer: Signer;
  try {
    signer = new Verifier(root).verify(toSignedEntity(bundle));
  } catch (error) {
    return { why: `its certificate does not hold (${(error as Error).message})` };
  }
  const subject = signer.identity?.subjectAlternativeName;
  const issuer = signer.identity?.extensions?.issuer;
  return subject === undefined || issuer === undefined ? { why: 'its certificate names no one' } : { subject, issuer };
}
