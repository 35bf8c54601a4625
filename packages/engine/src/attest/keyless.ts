import { createPrivateKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { callApi } from '../registry/call-api.ts';
import type { RegistryOptions } from '../registry/types.ts';
import { AttestError } from './attest-error.ts';
import { bundleType, payloadType, preAuthenticated } from './sign-statement.ts';

/** The Sigstore instance that certifies who signs, and the token that proves it. */
export interface KeylessSigner {
  /** an OpenID Connect token, made for the audience of the instance (`sigstore`) */
  readonly token: string;
  /** of the certificate authority, `https://fulcio.sigstore.dev` */
  readonly fulcioUrl: string;
  /** of the transparency log, `https://rekor.sigstore.dev` */
  readonly rekorUrl: string;
  /** proxies and authorities, as for registries */
  readonly connections?: RegistryOptions | undefined;
  readonly signal?: AbortSignal | undefined;
}

const certificateForm = z.object({ chain: z.object({ certificates: z.array(z.string()).min(1) }) });
const answerForm = z.union([
  z.object({ signedCertificateEmbeddedSct: certificateForm }),
  z.object({ signedCertificateDetachedSct: certificateForm }),
]);

const entryForm = z.object({
  body: z.string(),
  integratedTime: z.int(),
  logID: z.string(),
  logIndex: z.int(),
  verification: z.object({
    signedEntryTimestamp: z.string(),
    inclusionProof: z.object({
      checkpoint: z.string(),
      hashes: z.array(z.string()),
      logIndex: z.int(),
      rootHash: z.string(),
      treeSize: z.int(),
    }),
  }),
});

/**
 * Signs a statement with a key that lives for this one signature: Fulcio certifies whose it is, Rekor writes down when it was used.
 *
 * @throws AttestError, ImageError; the token is in no message
 * @see https://github.com/sigstore/fulcio/blob/main/fulcio.proto
 * @see https://github.com/sigstore/rekor/blob/main/openapi.yaml
 */
export async function signKeyless(statement: object, signer: KeylessSigner): Promise<Buffer> {
  const { privateKey: pem, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const key = createPrivateKey(pem);
  const proof = sign('sha256', Buffer.from(subjectOf(signer.token)), key).toString('base64');
  const certified = await post(signer, signer.fulcioUrl, '/api/v2/signingCert', answerForm, {
    credentials: { oidcIdentityToken: signer.token },
    publicKeyRequest: { publicKey: { algorithm: 'ECDSA', content: publicKey }, proofOfPossession: proof },
  });
  const issued =
    'signedCertificateEmbeddedSct' in certified
      ? certified.signedCertificateEmbeddedSct
      : certified.signedCertificateDetachedSct;
  const certificate = new X509Certificate(issued.chain.certificates[0]!);
  const payload = Buffer.from(JSON.stringify(statement));
  const signature = sign('sha256', preAuthenticated(payload), key).toString('base64');
  const envelope = { payload: payload.toString('base64'), payloadType, signatures: [{ sig: signature, keyid: '' }] };
  const logged = await post(signer, signer.rekorUrl, '/api/v1/log/entries', z.record(z.string(), entryForm), {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      proposedContent: {
        envelope: JSON.stringify(envelope),
        verifiers: [Buffer.from(certificate.toString()).toString('base64')],
      },
    },
  });
  const [entry] = Object.values(logged);
  if (entry === undefined) throw new AttestError(`${hostOf(signer.rekorUrl)} answers without an entry of its log`);
  return Buffer.from(
    `${JSON.stringify({
      mediaType: bundleType,
      verificationMaterial: {
        certificate: { rawBytes: certificate.raw.toString('base64') },
        tlogEntries: [logEntry(entry)],
      },
      dsseEnvelope: envelope,
    })}\n`,
  );
}

function logEntry({ body, integratedTime, logID, logIndex, verification }: z.infer<typeof entryForm>): object {
  const { inclusionProof: proof, signedEntryTimestamp } = verification;
  const fromHex = (text: string) => Buffer.from(text, 'hex').toString('base64');
  return {
    logIndex: String(logIndex),
    logId: { keyId: fromHex(logID) },
    kindVersion: { kind: 'dsse', version: '0.0.1' },
    integratedTime: String(integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(proof.logIndex),
      rootHash: fromHex(proof.rootHash),
      treeSize: String(proof.treeSize),
      hashes: proof.hashes.map(fromHex),
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: body,
  };
}

/** What Fulcio wants signed: the address of a person, else the subject of a workload. */
function subjectOf(token: string): string {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const { email, sub } = z.object({ email: z.string().optional(), sub: z.string().optional() }).parse(claims);
    const subject = email ?? sub;
    if (subject !== undefined && subject !== '') return subject;
  } catch {
    // said below, without a word of it
  }
  throw new AttestError('the identity token names nobody: give an OpenID Connect token (JWT)');
}

async function post<T>(
  { token, connections = {}, signal }: KeylessSigner,
  base: string,
  path: string,
  form: z.ZodType<T>,
  body: object,
): Promise<T> {
  const url = new URL(path, base);
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const answer = await callApi(url, { method: 'POST', headers, body: JSON.stringify(body), signal }, connections);
  let value: unknown;
  try {
    value = JSON.parse(answer.body);
  } catch {
    value = undefined;
  }
  const read = form.safeParse(value);
  if (answer.status === 200 || answer.status === 201) {
    if (read.success) return read.data;
    throw new AttestError(`${url.host} answers in a form that is not known`);
  }
  const said = z.object({ message: z.string() }).safeParse(value);
  const why = said.success ? `: ${said.data.message.replaceAll(token, '***').replace(/\s+/g, ' ').slice(0, 200)}` : '';
  throw new AttestError(`${url.host} does not certify the signature (${answer.status})${why}`);
}

function hostOf(url: string): string {
  return new URL(url).host;
}
