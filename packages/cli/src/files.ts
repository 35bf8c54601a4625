import { statSync } from 'node:fs';
import { UsageError } from './exit.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is no directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its links lead in a circle',
  ENXIO: 'nothing reads it',
};

/** Why the system refused a file, in words. */
export function fileReason(error: NodeJS.ErrnoException): string {
  return (error.code && reasons[error.code]) ?? error.code ?? error.message;
}

/**
 * Refuses a named pipe: opening one waits for a writer, and nothing but SIGKILL ends that. What a shell connects (`<(…)`, which
 * is below `/dev` or `/proc`) has its writer.
 *
 * @throws UsageError
 */
export function refusePipe(path: string, what: string): void {
  if (/^\/(?:dev|proc)\//.test(path) || !isPipe(path)) return;
  throw new UsageError(`the ${what} ${path} cannot be read: it is a named pipe`);
}

function isPipe(path: string): boolean {
  try {
    return statSync(path).isFIFO();
  } catch {
    // whoever reads it says what is wrong
    return false;
  }
}

/**
 * Holds what `--mirror` and `--catalog` name against what they take. A misspelt folder would look like a mirror that has
 * no feed at all, and every scan with it would end with 5 instead of saying so.
 *
 * @throws UsageError
 */
export function checkSource(source: string, flag: string): string {
  if (/^https?:\/\//.test(source)) {
    if (!URL.canParse(source)) throw new UsageError(`${flag} is "${source}", which is no URL`);
  } else if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) {
    throw new UsageError(`${flag} is "${source}"; say an http or https URL, or a folder`);
  } else if (!statSync(source, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${flag} is "${source}", which is no folder`);
  }
  return source;
}
