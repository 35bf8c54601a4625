export type VersErrorCode =
  /** not a VERS at all, or longer than a range may be */
  | 'VERS_SYNTAX'
  /** a VERS, but not written as the specification wants it */
  | 'VERS_NOT_CANONICAL'
  /** constraints that follow each other so cannot describe a range */
  | 'VERS_CONTRADICTORY'
  /** no version scheme is known for this type */
  | 'VERS_TYPE_UNKNOWN'
  /** a version, in the range or asked about, that its scheme does not take */
  | 'VERS_VERSION_INVALID'
  /** not a range in the native notation of its type, or the notation of this type is not known */
  | 'NATIVE_RANGE_INVALID'
  /** a native range that VERS cannot express */
  | 'NATIVE_RANGE_UNSUPPORTED';

/** What the VERS functions throw. */
export class VersError extends Error {
  override readonly name = 'VersError';
  readonly code: VersErrorCode;
  /** what was being read */
  readonly text: string;

  constructor(code: VersErrorCode, message: string, text: string) {
    super(message);
    this.code = code;
    this.text = text;
  }
}
