import type { FileLook, SquashedView } from '../image/squash.ts';
import { hasSo, inRunDirectory, isOwnedExecutablePath } from './binary/executable-path.ts';
import type { Owner } from './cataloger.ts';
import type { Coverage, CoverageCount, Package } from './types.ts';

const sharedLibrary = /\.so(?:\.[0-9.]*)?$/;

/** A language package of these types is a folder: what lies beside the file that proves it is its own. */
const folderTypes: readonly string[] = ['npm'];

/**
 * How much of what can be run a known package answers for: executables in the directories for them, and shared
 * libraries, of the squashed view. Links are not counted, their targets are.
 *
 * @param owners real path → distro package, as the catalogers of package databases say
 * @param packages a file that proves a language package (a Go binary) is owned by it
 */
export function coverageOf(
  view: SquashedView,
  owners: ReadonlyMap<string, Owner>,
  packages: readonly Package[],
): Coverage {
  const proofs = new Set(packages.flatMap(({ locations }) => locations.map(({ path }) => path.slice(1))));
  const folders = packages
    .filter(({ type }) => folderTypes.includes(type))
    .map(({ locations }) => locations[0]?.path.slice(1) ?? '')
    .map((path) => path.slice(0, path.lastIndexOf('/') + 1));
  const below = new Set(folders.filter((folder) => folder !== ''));
  const counts = { executables: new Count(), libraries: new Count() };
  // what most files are not is asked first, before they have a path
  const mayCount: FileLook = (name, start, end, mode, directory) =>
    hasSo(name, start, end) || ((mode & 0o111) !== 0 && inRunDirectory.test(directory()));
  for (const { entry, path } of view.files(mayCount)) {
    if (entry.type !== 'file' && entry.type !== 'hardlink') continue;
    const isLibrary = path.includes('.so') && sharedLibrary.test(path);
    if (!isLibrary && (entry.mode & 0o111) === 0) continue;
    if (!isOwnedExecutablePath(path)) continue;
    const owned = owners.has(path) || proofs.has(path) || isBelow(path, below);
    (isLibrary ? counts.libraries : counts.executables).add(entry.size, owned);
  }
  return { executables: counts.executables.result(), libraries: counts.libraries.result() };
}

/** Whether one of the directories above is among these (`usr/lib/`). */
function isBelow(path: string, folders: ReadonlySet<string>): boolean {
  if (folders.size === 0) return false;
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    if (folders.has(path.slice(0, at + 1))) return true;
  }
  return false;
}

class Count {
  #files = 0;
  #bytes = 0;
  #ownedFiles = 0;
  #ownedBytes = 0;

  add(bytes: number, owned: boolean): void {
    this.#files += 1;
    this.#bytes += bytes;
    if (!owned) return;
    this.#ownedFiles += 1;
    this.#ownedBytes += bytes;
  }

  result(): CoverageCount {
    return {
      files: this.#files,
      bytes: this.#bytes,
      ownedFiles: this.#ownedFiles,
      ownedBytes: this.#ownedBytes,
    };
  }
}
