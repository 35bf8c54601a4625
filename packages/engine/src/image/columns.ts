type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

interface ColumnType<T extends Column> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): T;
}

/**
 * Room for so many numbers, whatever they are: memory that nobody has written costs none, and filling it with zeros would be
 * writing.
 */
export function column<T extends Column>(type: ColumnType<T>, length: number): T {
  return new type(Buffer.allocUnsafeSlow(length * type.BYTES_PER_ELEMENT).buffer);
}

/** The same numbers with room for more; `old` is not to be looked into again. */
export function grown<T extends Column>(old: T, length: number): T {
  const by = column(old.constructor as unknown as ColumnType<T>, length);
  by.set(old);
  letGo(old);
  return by;
}

/** The first `length` numbers without room for more; `old` is not to be looked into again. */
export function trimmed<T extends Column>(old: T, length: number): T {
  if (length === old.length) return old;
  const exact = column(old.constructor as unknown as ColumnType<T>, length);
  exact.set(old.subarray(0, length) as T);
  letGo(old);
  return exact;
}

/** Bytes from which on memory is worth being given back at once. */
const largeBytes = 4 * 1024 * 1024;

/**
 * Nobody looks into it again. The collector of garbage comes for it, unless it is large: until the first buffer of a process is
 * detached, V8 compiles code that need not ask, at every access, whether its own is; then it compiles all of it once more.
 */
export function letGo(old: Column): void {
  if (isLarge(old)) giveBack(old);
}

function isLarge({ buffer }: Column): boolean {
  return isMuch(buffer.byteLength);
}

/** Whether so many bytes are worth being given back at once. */
export function isMuch(bytes: number): boolean {
  return bytes >= largeBytes;
}

/**
 * Gives memory of its own back at once, into which nobody may look again: the collector of garbage would come for it when there
 * are 60 MB of the kind.
 */
export function giveBack({ buffer }: Column): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}
