import type { ReferringClient } from '../registry/registry-client.ts';

/** The contract of the copy room: an image as the documents and blobs that make it, from wherever it is. */

/** A blob that can be read again and again. */
export interface SourceBlob {
  readonly digest: string;
  /** bytes */
  readonly size: number;
  /** From this byte on. What is read from the first byte is held against the digest before its last piece is handed over. */
  read(from: number): AsyncIterable<Buffer>;
}

/** A manifest or index, with all that it names. */
export interface SourceManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  /** of an index */
  readonly children: readonly SourceManifest[];
  /** of a manifest: config and layers */
  readonly blobs: readonly SourceBlob[];
  /** digest of the config of an image that can be run; null for an index, and for what is none (provenance in an index) */
  readonly imageId: string | null;
  /** of such an image, as the index that names it states: `linux/arm64` */
  readonly platform: string | null;
}

/** Where documents and blobs of an image come from. */
export interface ImageContent {
  /** names it in messages */
  readonly what: string;
  /** @throws ImageError also for a document that has another digest */
  manifest(digest: string): Promise<{ readonly bytes: Buffer; readonly mediaType: string }>;
  /** @throws ImageError `MISSING_BLOB`, or for one of another size than stated */
  blob(digest: string, size: number): SourceBlob;
  /** @throws ImageError when what it is read from is no longer what it was */
  checkUnchanged(): void;
  close(): Promise<void>;
}

/** An image that is about to be copied. */
export interface ImageSource {
  /** names it to whoever judges it: exactly what is copied */
  readonly reference: string;
  /** of several platforms, all of which are copied */
  readonly isIndex: boolean;
  /** where it is in a registry: signatures and attestations hang to it there; null for files */
  readonly place: { readonly host: string; readonly repository: string } | null;
  /** What is asked of the registry that it is in; null for files. */
  readonly client: ReferringClient | null;
  /** Reads what there is to copy, down to the blobs. @throws ImageError */
  open(): Promise<{ readonly content: ImageContent; readonly top: SourceManifest }>;
  close(): Promise<void>;
}
