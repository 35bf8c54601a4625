/** Bytes that are gathered before they are handed on. */
const chunkBytes = 256 * 1024;

/**
 * What a format renders, as UTF-8 in chunks: many small pieces become one, without a string that is put together of them.
 * Bytes stay as they are.
 *
 * @param reuse a chunk is only good until the next is asked for: they share their memory
 */
export function* byteChunks(rendered: string | Iterable<string | Uint8Array>, reuse = false): Generator<Uint8Array> {
  let chunk = Buffer.alloc(0);
  let used = 0;
  for (const piece of typeof rendered === 'string' ? [rendered] : rendered) {
    const most = typeof piece === 'string' ? piece.length * 3 : chunkBytes;
    if (used > 0 && used + most > chunk.length) {
      yield chunk.subarray(0, used);
      if (!reuse) chunk = Buffer.alloc(0);
      used = 0;
    }
    if (typeof piece !== 'string') yield piece;
    else if (most > chunkBytes) yield Buffer.from(piece);
    else {
      if (chunk.length === 0) chunk = Buffer.allocUnsafeSlow(chunkBytes);
      used += chunk.write(piece, used);
    }
  }
  if (used > 0) yield chunk.subarray(0, used);
}
