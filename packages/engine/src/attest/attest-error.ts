/** Why something cannot be signed, or a bundle not be read. What a signature says is no error but an answer. */
export class AttestError extends Error {
  override readonly name = 'AttestError';
}
