/** Identifies one state of a feed file at one source: entity tag and date, or size and time of a file. */
export interface Validator {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** A feed file at hand, to be read from disk. */
export interface FeedFile {
  readonly url: string;
  readonly path: string;
  /** gzipped by the mirror: the upstream name has no `.gz` */
  readonly gzipped: boolean;
  readonly validator: Validator;
}

export type FetchResult =
  | { readonly state: 'file'; readonly file: FeedFile }
  /** the same as the validator that was given */
  | { readonly state: 'unchanged'; readonly validator: Validator }
  /** the source does not have it */
  | { readonly state: 'absent' };

/** Where feed files come from: the upstream hosts, or mirrors of them. */
export interface FeedSource {
  /**
   * @param url the upstream URL
   * @param known asks only for what changed since
   * @throws AdvisoryError `fetch-failed`, `feed-too-large`, `aborted`
   */
  fetch(url: string, known: Validator | null, maxBytes: number): Promise<FetchResult>;
  /** names directly below an upstream URL, sorted; undefined: this source cannot list */
  list(url: string): readonly string[] | undefined;
}

/** `<mirror>/<host>/<path>` of an upstream URL. */
export function mirrorPath(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
