/** Why an image as a whole could not be read. What could not be read of one file is a `ReadProblem` instead. */
export type ImageErrorCode =
  /** no such file or directory */
  | 'NOT_FOUND'
  /** it is there, but it is no image of any kind that is known (or not of the kind that the prefix names) */
  | 'NOT_AN_IMAGE'
  /** it ends before its own headers say that it should */
  | 'TRUNCATED'
  /** its bytes contradict its format: bad checksum, broken compression, JSON of the wrong shape */
  | 'CORRUPT'
  /** bytes were hashed and are not those that the manifest names */
  | 'DIGEST_MISMATCH'
  | 'UNKNOWN_MEDIA_TYPE'
  /** the manifest names a blob that is not there */
  | 'MISSING_BLOB'
  /** the image exists, but not for the platform that was asked for */
  | 'PLATFORM_MISSING'
  /** several images, and nothing says which */
  | 'AMBIGUOUS'
  | 'ENGINE_UNREACHABLE'
  /** nobody said that there is an engine, and none runs */
  | 'NO_ENGINE'
  | 'ENGINE_ERROR'
  /** no connection, a broken one, or one that fell silent, also after retries; or connections are forbidden */
  | 'REGISTRY_UNREACHABLE'
  /** the registry, its token server or a credential helper answers with an error or against the protocol */
  | 'REGISTRY_ERROR'
  /** the registry wants other credentials, or some */
  | 'ACCESS_DENIED'
  /** a kind of reference that cannot be read yet */
  | 'UNSUPPORTED'
  | 'ABORTED'
  /** a manifest, config or index over its limit */
  | 'TOO_LARGE'
  /** the system refused: permission, input/output error */
  | 'UNREADABLE';

/** The only error that leaves this room. The message says what failed, on what, and what to do where that is known. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly code: ImageErrorCode;

  constructor(code: ImageErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Throws `ABORTED` once the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new ImageError('ABORTED', 'reading the image was interrupted', { cause: signal.reason });
  }
}

/**
 * A system's error (input/output, permission) as one of ours. Anything else is a fault of the program, and comes back as
 * it is.
 */
export function asImageError(error: unknown, what: string): unknown {
  if (error instanceof Error && !(error instanceof ImageError) && 'syscall' in error) {
    return new ImageError('UNREADABLE', `${what}: ${error.message}`, { cause: error });
  }
  return error;
}
