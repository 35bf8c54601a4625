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

/** The same numbers with room for more. */
export function grown<T extends Column>(old: T, length: number): T {
  const by = column(old.constructor as unknown as ColumnType<T>, length);
  by.set(old);
  return by;
}
