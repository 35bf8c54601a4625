import type { LayerProblems } from './layer-problems.ts';
import type { Mark } from './types.ts';

const prefix = '.wh.';
const opaqueMark = '.wh..wh..opq';
/** other names of AUFS that are no files of the image */
const aufsPrefix = '.wh..wh.';

/** What one layer says to hide of those below it, by the names of its files. */
export class Whiteouts {
  readonly hiding: Mark[] = [];
  readonly opaque: Mark[] = [];

  /**
   * Whether this is such a file. Judged on the base name alone: a folder above may be called anything.
   *
   * @param rawPath as it was written, for messages
   * @param at how many entries stand before it
   */
  take(path: string, rawPath: string, at: number, problems: LayerProblems): boolean {
    const base = path.lastIndexOf('/') + 1;
    if (!path.startsWith(prefix, base)) {
      return false;
    }
    const directory = base === 0 ? '' : path.slice(0, base - 1);
    const name = path.slice(base);
    if (name === opaqueMark) {
      this.opaque.push({ path: directory, at });
    } else if (!name.startsWith(aufsPrefix)) {
      const hidden = name.slice(prefix.length);
      if (hidden === '' || hidden === '.' || hidden === '..') {
        problems.add('unsafe-path', 'a whiteout that names no file was ignored', rawPath);
      } else {
        this.hiding.push({ path: base === 0 ? hidden : `${directory}/${hidden}`, at });
      }
    }
    return true;
  }
}
