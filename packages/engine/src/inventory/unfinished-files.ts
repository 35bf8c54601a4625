import { randomBytes } from 'node:crypto';
import { readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** After this time nobody writes to a file any more, whoever it was, milliseconds. */
const abandonedMs = 60 * 60 * 1000;

/** What is written beside its place names its writer, so that what a killed one left can be told: `.SPACE-PID-RANDOM`. */
const writer = /\.(\d+)-(\d+)-[0-9a-f]{12}$/;

/** For the end of a file's name while it is written, before the suffix by which such files are told. */
export function writerMark(): string {
  return `.${processSpace()}-${process.pid}-${randomBytes(6).toString('hex')}`;
}

/**
 * Removes files of a folder whose writers ended without renaming them: a process of this machine that is no more, and anybody's
 * (a container has processes of its own) after an hour. What may not be listed or removed stays.
 *
 * @param suffix that follows the mark; other files are left alone
 * @param prefix of the names that are looked at
 */
export function removeAbandoned(folder: string, suffix: string, prefix = ''): void {
  for (const name of listed(folder)) {
    if (!name.endsWith(suffix) || !name.startsWith(prefix)) continue;
    const [, space, pid] = writer.exec(name.slice(0, -suffix.length)) ?? [];
    if (pid === undefined) continue;
    try {
      const path = join(folder, name);
      const isGone = Number(space) === processSpace() && !runs(Number(pid));
      if (isGone || Date.now() - statSync(path).mtimeMs > abandonedMs) rmSync(path, { force: true });
    } catch {
      // somebody else's, or somebody else was faster
    }
  }
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Which numbers of processes mean the same: those of one PID namespace; 0 where there are none. */
function processSpace(): number {
  try {
    return Number(/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? 0);
  } catch {
    return 0;
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // somebody else's
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
