import { type CheckedSigner, checkSigner, readBundle, type Trust } from '../signing/check-signer.ts';
import { payloadType } from './sign-statement.ts';

/** A bundle that was looked at, with what it signs: that is a claim where it is not trusted. */
export type CheckedBundle = CheckedSigner & { readonly payload: Buffer | null };

/** Holds one Sigstore bundle with a DSSE envelope against who is trusted. Never throws for what a bundle contains. */
export function checkBundle(bytes: Buffer, trust: Trust): CheckedBundle {
  const bundle = readBundle(bytes.toString('utf8'));
  if (bundle === null) return { trusted: false, why: 'it is no Sigstore bundle', payload: null };
  const { content } = bundle;
  if (content.$case !== 'dsseEnvelope') return { trusted: false, why: 'it signs no statement', payload: null };
  if (content.dsseEnvelope.payloadType !== payloadType)
    return { trusted: false, why: 'what it signs is no in-toto statement', payload: null };
  return { ...checkSigner(bundle, trust), payload: Buffer.from(content.dsseEnvelope.payload) };
}
