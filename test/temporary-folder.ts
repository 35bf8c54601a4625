import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One folder for all that a test run makes, removed when it ends: also what a worker that was stopped could not remove itself. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
