/** Which way the reading of a package database or manifest failed; each is also a code of the result's `incomplete`. */
export type CatalogErrorCode =
  | 'package-database-damaged'
  | 'package-manifest-damaged'
  | 'file-too-large'
  | 'application-unread';

/** A file that proves packages could not be parsed. Caught where the file is read and told as an `incomplete` entry. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
  readonly code: CatalogErrorCode;

  constructor(code: CatalogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
