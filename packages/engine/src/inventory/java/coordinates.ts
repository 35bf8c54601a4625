/** What Maven calls an artifact. `group` is null where nothing in the archive tells it. */
export interface Coordinates {
  readonly group: string | null;
  readonly artifact: string;
  readonly version: string;
}

const longestWord = 256;

/** A group, artifact or version that was filled in: no white space, and no `${…}` that the build left as it was. */
export function isFilledIn(value: string | null | undefined): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= longestWord &&
    !value.includes('${') &&
    !/[\s\u0000-\u001f\u007f\ufffd]/.test(value)
  );
}
