import type { LayerProblems } from './layer-problems.ts';
import { maxProblemsPerLayer } from './limits.ts';
import { cleanPath } from './tar/tar-text.ts';
import type { LayerEntry } from './types.ts';

/** Global PAX headers of one layer: some engines remove what one has the path of; below it older files may come to light. */
export class GlobalHeaders {
  readonly #paths = new Set<string>();

  add(path: string): void {
    const clean = cleanPath(path) ?? '';
    if (clean !== '' && this.#paths.size < maxProblemsPerLayer) {
      this.#paths.add(clean);
    }
  }

  /** Tells of the entries that may be removed. */
  tell(entries: Iterable<LayerEntry>, problems: LayerProblems): void {
    if (this.#paths.size >= maxProblemsPerLayer) {
      problems.add('limit-reached', `${maxProblemsPerLayer} or more global headers: not all were looked at`);
    }
    const told = new Set<string>();
    for (const { path } of this.#paths.size === 0 ? [] : entries) {
      for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
        const at = path.slice(0, end);
        if (this.#paths.has(at) && told.size < told.add(at).size) {
          problems.add('entry-not-understood', 'a global header has the path of a file: engines may remove it', at);
        }
      }
    }
  }
}
