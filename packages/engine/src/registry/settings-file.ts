import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { ImageError, throwIfAborted } from './error.ts';

const maxBytes = 4 * 1024 * 1024;
const pieceBytes = 64 * 1024;
const lookAgainMs = 20;
/** Whoever writes into a pipe has done so by then. */
const longestWaitMs = 10_000;

/**
 * A file with logins or certificates, which may be a pipe that a shell makes (`<(…)`). None keeps the program waiting, or
 * grows without end.
 *
 * @param waitMs how long a pipe may say nothing
 * @throws ImageError `TOO_LARGE`, `ABORTED`; `UNREADABLE` for a pipe that nobody writes into
 * @throws NodeJS.ErrnoException
 */
export async function readSettingsFile(
  path: string,
  signal: AbortSignal | undefined,
  waitMs: number = longestWaitMs,
): Promise<Buffer> {
  // without it, opening a pipe waits for its writer, and nothing ends that
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const isPipe = (await file.stat()).isFIFO();
    const pieces: Buffer[] = [];
    let length = 0;
    for (let since = Date.now(); ; ) {
      throwIfAborted(signal);
      const piece = await readPiece(file);
      if (piece === null || (piece.length === 0 && isPipe && length === 0)) {
        if (Date.now() - since > waitMs) {
          throw new ImageError('UNREADABLE', `${path}: a pipe that nobody writes into`);
        }
        await wait(lookAgainMs);
        continue;
      }
      if (piece.length === 0) {
        return Buffer.concat(pieces);
      }
      pieces.push(piece);
      length += piece.length;
      since = Date.now();
      if (length > maxBytes) {
        throw new ImageError('TOO_LARGE', `${path}: more than ${maxBytes} bytes`);
      }
    }
  } finally {
    await file.close();
  }
}

/** null: a writer is there, and has said nothing yet */
async function readPiece(file: Awaited<ReturnType<typeof open>>): Promise<Buffer | null> {
  try {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, null);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
      return null;
    }
    throw error;
  }
}
