import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { ResultError, readResultFile, type StoredResults } from '@plimsoll/engine';
import { UsageError } from '../exit.ts';
import { fileReason, refusePipe } from '../files.ts';

/** What one string can hold is not much more. */
const maxResultBytes = 400 * 1024 * 1024;

const chunkBytes = 1024 * 1024;

/** Reads what `scan --format json` wrote. @throws UsageError for a file that cannot be read or holds no result */
export async function storedResults(path: string): Promise<StoredResults> {
  try {
    refusePipe(path, 'result');
    const there = await stat(path);
    if (there.size > maxResultBytes)
      throw new UsageError(`${path} is no result: it is larger than ${maxResultBytes} bytes`);
    if (there.isFile()) return readResultFile(() => fileChunks(path));
    const whole = readFileSync(path);
    return readResultFile(() => [whole]);
  } catch (error) {
    if (error instanceof ResultError) throw new UsageError(`${path} ${error.message}`);
    if (error instanceof UsageError) throw error;
    throw new UsageError(`the result ${path} cannot be read: ${fileReason(error as NodeJS.ErrnoException)}`);
  }
}

/** Each is good until the next is asked for: they share their memory. */
function* fileChunks(path: string): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafeSlow(chunkBytes);
    for (;;) {
      const bytes = readSync(file, chunk);
      if (bytes === 0) return;
      yield chunk.subarray(0, bytes);
    }
  } finally {
    closeSync(file);
  }
}
