import type { SquashedView } from '../image/squash.ts';
import type { Owner } from './cataloger.ts';

/**
 * Which distro package ships the file at a real path, as the file lists of a database say. Where several claim one, it is
 * the one that came last: it has diverted the other's file, or written over it.
 */
export class OwnedPaths {
  readonly #view: SquashedView;
  readonly #owners = new Map<string, Owner>();

  constructor(view: SquashedView) {
    this.#view = view;
  }

  /** @param path as the package names it, relative; its directories may be links */
  add(path: string, owner: Owner): void {
    const real = this.#view.realPath(path);
    if (real === undefined) return;
    const known = this.#owners.get(real);
    if (known?.name === owner.name) {
      // by list and by sums, or by two architectures of it
      const { digest, algorithm } = known.digest === null ? owner : known;
      this.#owners.set(real, { ...known, digest, algorithm, since: Math.max(known.since, owner.since) });
    } else if (known === undefined || known.since < owner.since) this.#owners.set(real, owner);
  }

  get owners(): ReadonlyMap<string, Owner> {
    return this.#owners;
  }
}
