import { lstatSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { UsageError } from './exit.ts';
import { fileReason } from './files.ts';

const settingsName = 'plimsoll.yaml';

/**
 * The settings file of the working folder or of the nearest folder above it, as a path relative to the working folder;
 * undefined: there is none. Inside a git checkout the search ends at its top. Outside one, a folder above that everybody may
 * write to (`/tmp`) is not trusted: whoever puts a file there would decide what other users' gates let through.
 *
 * @throws UsageError for a file that cannot be trusted or reached
 */
export function findSettings(folder: string): string | undefined {
  const folders = foldersUpwards(folder);
  const top = firstWith(folders, '.git');
  const searched = top === undefined ? folders : folders.slice(0, top + 1);
  const found = firstWith(searched, settingsName);
  if (found === undefined) return undefined;
  const path = join(searched[found]!, settingsName);
  if (
    found > 0 &&
    top === undefined &&
    (lstatSync(searched[found]!).mode & 0o002) !== 0 &&
    process.platform !== 'win32'
  )
    throw new UsageError(`${path} lies in a folder that everybody may write to; name it with --config if it is yours`);
  return relative(folder, path);
}

function foldersUpwards(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersUpwards(parent)];
}

/** Index of the first folder that holds this name. */
function firstWith(folders: readonly string[], name: string): number | undefined {
  for (const [index, folder] of folders.entries()) {
    const path = join(folder, name);
    try {
      lstatSync(path);
      return index;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // a folder that this user may not look into holds nothing that was meant for this user's runs
      if (code !== 'ENOENT' && code !== 'ENOTDIR' && !(code === 'EACCES' && index > 0))
        throw new UsageError(`${path} cannot be read: ${fileReason(error as NodeJS.ErrnoException)}`);
    }
  }
  return undefined;
}
