import { close, closeSync, open, openSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';

/** After this time others have their turn, such as signals, milliseconds. */
const turn = 50;

/**
 * Writes a file that is not there yet. Its system calls are short, and cost less than handing each to another thread.
 *
 * @throws NodeJS.ErrnoException
 */
export async function writeNewFile(path: string, body: Iterable<Uint8Array>): Promise<void> {
  const file = openSync(path, 'wx');
  try {
    let since = Date.now();
    for (const chunk of body) {
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
      if (Date.now() - since < turn) continue;
      await new Promise((resolve) => setImmediate(resolve));
      since = Date.now();
    }
  } finally {
    closeSync(file);
  }
}

const [opened, written, closed] = [promisify(open), promisify(write), promisify(close)];

/**
 * Writes what may wait for its reader, such as a pipe, or what cannot be replaced as a whole.
 *
 * @throws NodeJS.ErrnoException
 */
export async function writeInPlace(path: string, body: Iterable<Uint8Array>): Promise<void> {
  const file = await opened(path, 'w');
  try {
    for (const chunk of body) {
      for (let at = 0; at < chunk.length; ) at += (await written(file, chunk, at)).bytesWritten;
    }
  } finally {
    await closed(file);
  }
}
