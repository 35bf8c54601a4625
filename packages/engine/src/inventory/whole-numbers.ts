/**
 * Little-endian numbers, as headers of executables and archives have them by the hundred thousand. Node's `readUInt32LE` adds
 * doubles, and makes an object of each. Who asks has looked that the bytes are there.
 */
export function uint32At(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

export function uint16At(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}
