import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { hashFor, keyDigest } from '../signing/key-hash.ts';
import { AttestError } from './attest-error.ts';

export const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
export const payloadType = 'application/vnd.in-toto+json';

/**
 * A statement in a DSSE envelope, signed with a private key (PEM: Ed25519, or ECDSA or RSA over SHA-256), as a Sigstore bundle:
 * what `cosign verify-attestation --key` reads.
 *
 * @throws AttestError
 * @see https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
 */
export function signStatement(statement: object, privateKey: string): Buffer {
  const payload = Buffer.from(JSON.stringify(statement));
  try {
    const key = createPrivateKey(privateKey);
    const signature = sign(hashFor(key), preAuthenticated(payload), key);
    return Buffer.from(
      `${JSON.stringify({
        mediaType: bundleType,
        verificationMaterial: { publicKey: { hint: keyDigest(createPublicKey(key)).toString('base64') } },
        dsseEnvelope: {
          payload: payload.toString('base64'),
          payloadType,
          signatures: [{ sig: signature.toString('base64'), keyid: '' }],
        },
      })}\n`,
    );
  } catch (error) {
    throw new AttestError(`the key cannot sign (${(error as Error).message})`, { cause: error });
  }
}

/** What of a statement is signed. @see https://github.com/secure-systems-lab/dsse/blob/master/protocol.md */
export function preAuthenticated(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload]);
}
