import { createHash, type KeyObject } from 'node:crypto';

/** What a key signs: the bytes themselves (Ed25519, Ed448), or their SHA-256 (ECDSA, RSA), as cosign has it. */
export function hashFor({ asymmetricKeyType }: KeyObject): 'sha256' | null {
  return asymmetricKeyType === 'ed25519' || asymmetricKeyType === 'ed448' ? null : 'sha256';
}

/** SHA-256 of the SPKI of a public key: what names it. */
export function keyDigest(key: KeyObject): Buffer {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}
