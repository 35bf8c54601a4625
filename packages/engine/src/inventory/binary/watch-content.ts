import type { FileParts } from '../../image/types.ts';
import type { ContentWatch } from '../cataloger.ts';

const watchedAtOnce = 128 * 1024;
const watched = Buffer.allocUnsafeSlow(watchedAtOnce);

/** Pushes the content of a file until the watch is done. @returns false where not all is at hand */
export function watchContent(parts: FileParts, watch: ContentWatch): boolean {
  for (let at = 0; at < parts.size && !watch.done; at += watchedAtOnce) {
    const length = Math.min(watchedAtOnce, parts.size - at);
    const chunk = parts.readInto ? watched.subarray(0, length) : parts.read(at, length);
    if (chunk === null || parts.readInto?.(chunk, at) === false) return false;
    watch.push(chunk);
  }
  return true;
}
