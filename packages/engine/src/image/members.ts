import { posix } from 'node:path';
import { ImageError } from './error.ts';

/**
 * Where manifests and configs are read from: the members of an archive, by their names, or the files of a layout
 * directory. Layers are only looked up here.
 */
export interface Members {
  /** Names the archive or directory in messages. */
  readonly what: string;
  /** The member of this name, through symbolic links; undefined where there is none. */
  find(name: string): { readonly name: string; readonly size: number } | undefined;
  /** A whole small member. @throws ImageError `MISSING_BLOB`, `TOO_LARGE` */
  read(name: string, maxBytes: number): Buffer;
}

const maxMemberLinks = 10;

/** Follows the links that archives of skopeo and old engines have (`ID/layer.tar` → `../DIFFID.tar`). */
export function followMemberLinks(name: string, linkOf: (name: string) => string | undefined): string {
  let at = name;
  for (let hops = 0; hops <= maxMemberLinks; hops += 1) {
    const target = linkOf(at);
    if (target === undefined) {
      return at;
    }
    at = target;
  }
  throw new ImageError('CORRUPT', `${name}: a link in the archive that loops`);
}

/** Name that a symbolic link at `name` leads to inside the archive; undefined: it leaves it. */
export function memberLinkTarget(name: string, target: string): string | undefined {
  const path = posix.normalize(target.startsWith('/') ? target.slice(1) : posix.join(posix.dirname(name), target));
  return path === '..' || path.startsWith('../') ? undefined : path;
}
