import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto';
import { type Bundle, bundleFromJSON } from '@sigstore/bundle';
import { z } from 'zod';
import { type CheckedSigner, checkSigner, keyName, type Trust } from '../signing/check-signer.ts';
import { hashFor } from '../signing/key-hash.ts';

export const simpleSigningType = 'application/vnd.dev.cosign.simplesigning.v1+json';

/** What cosign writes beside a payload: annotations of its layer. */
export type SimpleAnnotations = Readonly<Record<string, string>>;

const payloadForm = z.object({
  critical: z.object({
    type: z.literal('cosign container image signature'),
    image: z.object({ 'docker-manifest-digest': z.string() }),
  }),
});

const logForm = z.object({
  SignedEntryTimestamp: z.string(),
  Payload: z.object({ body: z.string(), integratedTime: z.int(), logIndex: z.int(), logID: z.string() }),
});

/**
 * Holds a signature in cosign's older form against who is trusted. `docker-reference` does not count, as the specification has it.
 * Never throws for what the signature contains.
 *
 * @param digest of the manifest that it must be about
 * @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#simple-signing
 */
export function checkSimpleSignature(
  payload: Buffer,
  annotations: SimpleAnnotations,
  digest: string,
  trust: Trust,
): CheckedSigner {
  const signature = Buffer.from(annotations['dev.cosignproject.cosign/signature'] ?? '', 'base64');
  if (signature.length === 0) return { trusted: false, why: 'it has no signature' };
  const signer = signerOf(payload, signature, annotations, trust);
  if (!signer.trusted) return signer;
  const about = signedDigest(payload);
  if (about === digest) return signer;
  return { trusted: false, why: about === null ? 'what it signs is no image' : 'it is about another image' };
}

function signerOf(payload: Buffer, signature: Buffer, annotations: SimpleAnnotations, trust: Trust): CheckedSigner {
  const pem = trust.keys.find((key) => verifies(payload, key, signature));
  if (pem !== undefined) return { trusted: true, by: { key: keyName(pem) } };
  if (annotations['dev.sigstore.cosign/certificate'] === undefined) {
    const why =
      trust.keys.length === 0 ? 'it is signed with a key, and none was given' : 'no key that was given signed it';
    return { trusted: false, why };
  }
  let bundle: Bundle;
  try {
    bundle = asBundle(payload, signature, annotations);
  } catch {
    return { trusted: false, why: 'its certificate or its entry of the log cannot be read' };
  }
  return checkSigner(bundle, trust, payload);
}

function verifies(payload: Buffer, pem: string, signature: Buffer): boolean {
  try {
    const key = createPublicKey(pem);
    return verify(hashFor(key), payload, key, signature);
  } catch {
    return false;
  }
}

function signedDigest(payload: Buffer): string | null {
  try {
    const read = payloadForm.safeParse(JSON.parse(payload.toString('utf8')));
    return read.success ? read.data.critical.image['docker-manifest-digest'] : null;
  } catch {
    return null;
  }
}

/** The same in the form that libraries check: certificate and entry of the log, which has a promise of inclusion alone. */
function asBundle(payload: Buffer, signature: Buffer, annotations: SimpleAnnotations): Bundle {
  const certificate = new X509Certificate(annotations['dev.sigstore.cosign/certificate']!);
  const timestamp = annotations['dev.sigstore.cosign/rfc3161timestamp'];
  const log = annotations['dev.sigstore.cosign/bundle'];
  return bundleFromJSON({
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: {
      x509CertificateChain: { certificates: [{ rawBytes: certificate.raw.toString('base64') }] },
      tlogEntries: log === undefined ? [] : [logEntry(log)],
      timestampVerificationData: {
        rfc3161Timestamps: timestamp === undefined ? [] : [{ signedTimestamp: signedTimestamp(timestamp) }],
      },
    },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: sha256(payload).toString('base64') },
      signature: signature.toString('base64'),
    },
  });
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function logEntry(text: string): object {
  const { SignedEntryTimestamp, Payload } = logForm.parse(JSON.parse(text));
  const { kind, apiVersion } = z
    .object({ kind: z.string(), apiVersion: z.string() })
    .parse(JSON.parse(Buffer.from(Payload.body, 'base64').toString('utf8')));
  return {
    logIndex: String(Payload.logIndex),
    logId: { keyId: Buffer.from(Payload.logID, 'hex').toString('base64') },
    kindVersion: { kind, version: apiVersion },
    integratedTime: String(Payload.integratedTime),
    inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
    canonicalizedBody: Payload.body,
  };
}

function signedTimestamp(text: string): string {
  return z.object({ SignedRFC3161Timestamp: z.string() }).parse(JSON.parse(text)).SignedRFC3161Timestamp;
}
