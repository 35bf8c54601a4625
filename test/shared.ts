import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = process.env.PLIMSOLL_SHARED ?? join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'shared');

/** Path of a file of the shared test material (real images, feeds, vectors), or undefined where it is not there. */
export function shared(path: string): string | undefined {
  const full = join(root, path);
  return existsSync(full) ? full : undefined;
}

/** Said in the name of every test that is skipped without the material. */
export const needsShared = 'needs the shared test material (set PLIMSOLL_SHARED to its folder)';
