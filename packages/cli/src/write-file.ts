import { close, closeSync, constants, open, openSync, statSync, write, writeSync } from 'node:fs';
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

/** Whoever reads a pipe is there by then, milliseconds: opening one for nobody never ends, whatever signal comes. */
const readerWait = 10_000;
const lookAgain = 20;

/**
 * Writes what may wait for its reader, such as a pipe, or what cannot be replaced as a whole.
 *
 * @param wait milliseconds for which a named pipe is given time to find a reader
 * @throws NodeJS.ErrnoException `ENXIO` when nobody came to read
 */
export async function writeInPlace(path: string, body: Iterable<Uint8Array>, wait = readerWait): Promise<void> {
  const reader = statSync(path).isFIFO() ? await reading(path, wait) : undefined;
  const file = await opened(path, 'w');
  if (reader !== undefined) closeSync(reader);
  try {
    for (const chunk of body) {
      for (let at = 0; at < chunk.length; ) at += (await written(file, chunk, at)).bytesWritten;
    }
  } finally {
    await closed(file);
  }
}

/** A descriptor that is open as long as somebody has the pipe open at its other end. */
async function reading(pipe: string, wait: number): Promise<number> {
  for (const until = Date.now() + wait; ; await pause(lookAgain)) {
    try {
      return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO' || Date.now() >= until) throw error;
    }
  }
}

/** Node's own promise of this is a module more, which nearly no run needs. */
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
