import { createHash, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fulcioHandler, initializeCA, initializeCTLog, initializeTLog, rekorHandler } from '@sigstore/mock';
import { afterAll } from 'vitest';

export interface SigstoreInstance {
  readonly url: string;
  /** a `trusted_root.json` that names it */
  readonly trustedRoot: string;
  /** what was sent to it */
  readonly asked: string[];
}

export interface InstanceOptions {
  /** its certificates have no proof that they stand in a log */
  readonly withoutSct?: boolean;
  /** when its log says that entries were made; default now */
  readonly logClock?: Date;
}

/** A token of somebody, which the instance takes without looking at its signature. */
export function identityToken(claims: { readonly sub: string; readonly iss: string }): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ ...claims, aud: 'sigstore' })}.c2ln`;
}

/** Certificate authority, certificate log and transparency log of a test, of `@sigstore/mock`, behind one port of this machine. */
export async function sigstoreInstance({ withoutSct, logClock }: InstanceOptions = {}): Promise<SigstoreInstance> {
  const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ctLog = await initializeCTLog(pair());
  const ca = await initializeCA(pair(), withoutSct ? undefined : ctLog);
  const tlog = await initializeTLog('https://log.test', pair(), logClock);
  const [fulcio, rekor] = [fulcioHandler(ca), rekorHandler(tlog)];
  const asked: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces).toString();
    asked.push(`${request.method} ${request.url}`);
    const reply = request.url === fulcio.path ? await fulcio.fn(body) : await rekor.fn(asLogged(body));
    response.writeHead(reply.statusCode, { 'content-type': 'application/json' }).end(reply.response);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const start = { start: '2020-01-01T00:00:00Z' };
  const log = (publicKey: Uint8Array, id: Uint8Array) => ({
    baseUrl: 'https://log.test',
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: Buffer.from(publicKey).toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor: start,
    },
    logId: { keyId: Buffer.from(id).toString('base64') },
  });
  const root = Buffer.from(ca.rootCertificate.buffer as ArrayBuffer);
  const trustedRoot = JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: [
      {
        subject: { organization: 'sigstore.mock', commonName: 'sigstore' },
        uri: 'https://fulcio.test',
        certChain: { certificates: [{ rawBytes: new X509Certificate(root).raw.toString('base64') }] },
        validFor: start,
      },
    ],
    ctlogs: [log(ctLog.publicKey, new Uint8Array(ctLog.logID.buffer))],
    tlogs: [log(tlog.publicKey, createHash('sha256').update(tlog.publicKey).digest())],
    timestampAuthorities: [],
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, trustedRoot, asked };
}

/** What Rekor makes of a proposed entry: digests and signatures alone. The mock logs what it is given. */
function asLogged(body: string): string {
  const { apiVersion, kind, spec } = JSON.parse(body);
  if (kind !== 'dsse') return body;
  const { envelope, verifiers } = spec.proposedContent;
  const { payload, signatures } = JSON.parse(envelope);
  const hash = (bytes: Buffer | string) => ({
    algorithm: 'sha256',
    value: createHash('sha256').update(bytes).digest('hex'),
  });
  return JSON.stringify({
    apiVersion,
    kind,
    spec: {
      envelopeHash: hash(envelope),
      payloadHash: hash(Buffer.from(payload, 'base64')),
      signatures: signatures.map(({ sig }: { sig: string }) => ({ signature: sig, verifier: verifiers[0] })),
    },
  });
}

/**
 * Bytes signed as `cosign sign-blob --bundle` does without a key, and as `cosign sign` of version 2 writes that beside a payload.
 */
export async function certifiedBlob(
  bytes: Buffer,
  { url }: SigstoreInstance,
  token: string,
): Promise<{ readonly bundle: string; readonly annotations: Record<string, string> }> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const post = async <T>(path: string, body: object) => {
    const answer = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    return (await answer.json()) as T;
  };
  const content = publicKey.export({ type: 'spki', format: 'pem' });
  const { signedCertificateEmbeddedSct: certified } = await post<IssuedCertificate>('/api/v2/signingCert', {
    credentials: { oidcIdentityToken: token },
    publicKeyRequest: { publicKey: { algorithm: 'ECDSA', content }, proofOfPossession: '' },
  });
  const [pem] = certified.chain.certificates;
  const certificate = new X509Certificate(pem);
  const signature = sign('sha256', bytes, privateKey).toString('base64');
  const digest = createHash('sha256').update(bytes).digest();
  const logged = await post<Record<string, LoggedEntry>>('/api/v1/log/entries', {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: digest.toString('hex') } },
      signature: { content: signature, publicKey: { content: Buffer.from(pem).toString('base64') } },
    },
  });
  const [{ body, integratedTime, logID, logIndex, verification }] = Object.values(logged) as [LoggedEntry];
  const { inclusionProof: proof, signedEntryTimestamp } = verification;
  const entry = {
    logIndex: String(logIndex),
    logId: { keyId: Buffer.from(logID, 'hex').toString('base64') },
    kindVersion: { kind: 'hashedrekord', version: '0.0.1' },
    integratedTime: String(integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(proof.logIndex),
      rootHash: Buffer.from(proof.rootHash, 'hex').toString('base64'),
      treeSize: String(proof.treeSize),
      hashes: [],
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: body,
  };
  const bundle = JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { certificate: { rawBytes: certificate.raw.toString('base64') }, tlogEntries: [entry] },
    messageSignature: { messageDigest: { algorithm: 'SHA2_256', digest: digest.toString('base64') }, signature },
  });
  const Payload = { body, integratedTime, logIndex, logID };
  const annotations = {
    'dev.cosignproject.cosign/signature': signature,
    'dev.sigstore.cosign/certificate': pem,
    'dev.sigstore.cosign/bundle': JSON.stringify({ SignedEntryTimestamp: signedEntryTimestamp, Payload }),
  };
  return { bundle, annotations };
}

interface IssuedCertificate {
  readonly signedCertificateEmbeddedSct: { readonly chain: { readonly certificates: readonly [string] } };
}

interface LoggedEntry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: {
      readonly checkpoint: string;
      readonly logIndex: number;
      readonly rootHash: string;
      readonly treeSize: number;
    };
  };
}
