import { hashBytes, sameBytes } from '../path-hash.ts';

const slash = 0x2f;
const dot = 0x2e;

/** Longer directories are not compared with the next one's: those of a header's field are shorter. */
const maxDirectory = 128;

/**
 * Reads paths in fields where they are as most are: in ASCII, clean once a `./` before them and a `/` behind them are left
 * out, and no whiteout. What it found is valid until the next one is read.
 */
export class PlainPathReader {
  start = 0;
  /** where the last component begins */
  name = 0;
  end = 0;
  /** of the last component */
  hash = 0;
  /** whether the directory, `start` to `name`, is that of the path that was read before: entries of one follow each other */
  sameDirectory = false;
  readonly #directory = new Uint8Array(maxDirectory);
  /** bytes of `#directory`; -1: none is known */
  #length = -1;

  /**
   * False for any other path, the root included: those are read as text.
   *
   * @param last where the field ends: the path may end before, at a NUL
   */
  read(bytes: Uint8Array, first: number, last: number): boolean {
    const start = bytes[first] === dot && bytes[first + 1] === slash ? first + 2 : first;
    const known = this.#afterKnown(bytes, start, last);
    let name = known;
    let at = name;
    for (; at < last; at += 1) {
      const byte = bytes[at]!;
      if (byte === 0) {
        break;
      }
      if (byte >= 0x80) {
        return false;
      }
      if (byte === slash) {
        if (isUnclean(bytes, name, at)) {
          return false;
        }
        if (at + 1 === last || bytes[at + 1] === 0) {
          break;
        }
        name = at + 1;
      }
    }
    if (isUnclean(bytes, name, at) || isMark(bytes, name, at)) {
      return false;
    }
    this.start = start;
    this.name = name;
    this.end = at;
    this.hash = hashBytes(bytes, name, at);
    this.sameDirectory = name === known && name - start === this.#length;
    if (!this.sameDirectory) {
      this.#remember(bytes, start, name);
    }
    return true;
  }

  /** Where the directory that is known ends, if the path is in it or below it; else `start`. */
  #afterKnown(bytes: Uint8Array, start: number, last: number): number {
    const end = start + this.#length;
    // a path that ends there is that of the directory itself
    return this.#length > 0 && end < last && bytes[end] !== 0 && this.#startsWithKnown(bytes, start) ? end : start;
  }

  #startsWithKnown(bytes: Uint8Array, start: number): boolean {
    return sameBytes(this.#directory, 0, this.#length, bytes, start, start + this.#length);
  }

  #remember(bytes: Uint8Array, start: number, end: number): void {
    this.#length = end - start <= maxDirectory ? end - start : -1;
    for (let at = 0; at < this.#length; at += 1) {
      this.#directory[at] = bytes[start + at]!;
    }
  }
}

/** Whether a component is empty, `.` or `..`. */
function isUnclean(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  return length === 0 || (length < 3 && bytes[start] === dot && (length === 1 || bytes[start + 1] === dot));
}

/** `.wh.` */
function isMark(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start >= 4 &&
    bytes[start] === dot &&
    bytes[start + 1] === 0x77 &&
    bytes[start + 2] === 0x68 &&
    bytes[start + 3] === dot
  );
}
