import { existsSync } from 'node:fs';

/** The kinds of archive that a reference may ask for; without one its content tells. */
const archivePrefix = /^(?:docker-archive|oci-archive):/;
const anyPrefix = /^[a-z][a-z-]*:/;

/**
 * The path that a reference means, if it means one that may be an archive: `docker-archive:F`, `oci-archive:F`, `file://F` or
 * a bare path; null: it is looked up elsewhere.
 */
export function archivePath(reference: string): string | null {
  if (reference.startsWith('file://')) return splitName(reference.slice('file://'.length)).path;
  if (archivePrefix.test(reference)) return splitName(reference.replace(archivePrefix, '')).path;
  return !anyPrefix.test(reference) && isPath(reference) ? splitName(reference).path : null;
}

/**
 * Whether a word without a prefix means a path. No image name begins with a dot or a slash, and one that ends in `.tar` is a
 * file that is not there. `web:1.0` beside a folder `web` is a name.
 */
export function isPath(word: string): boolean {
  return existsSync(word) || looksLikePath(splitName(word).path);
}

function looksLikePath(path: string): boolean {
  return /^[./~]/.test(path) || /\.(?:tar|tgz|tar\.gz|tar\.zst)$/.test(path);
}

/** `app.tar:web:1.0` is the image `web:1.0` of `app.tar`. A colon that belongs to the file's name wins. */
export function splitName(target: string): { readonly path: string; readonly name: string | null } {
  let colon = existsSync(target) ? -1 : target.indexOf(':');
  for (; colon >= 0; colon = target.indexOf(':', colon + 1)) {
    if (colon > 0 && existsSync(target.slice(0, colon))) {
      return { path: target.slice(0, colon), name: target.slice(colon + 1) };
    }
  }
  return { path: target, name: null };
}
