import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { packNames, type ScanResult } from '@plimsoll/engine';
import { UsageError } from '../exit.ts';

const maxBytes = 64 * 1024 * 1024;

/**
 * The policies that judged a result, as `--policy` would name them: packs by their names, files where they lay and are what they
 * were.
 *
 * @throws UsageError for one that is neither
 */
export function recordedPolicies({ inputs }: ScanResult): readonly string[] {
  // that of --fail-on is made of its severity
  const names = Object.keys(inputs.policy).filter((name) => name !== 'fail-on');
  const other = names.find((name) => !packNames.includes(name));
  if (other !== undefined)
    throw new UsageError(`the result was judged by the policy "${other}", which is no pack: say --policy FILE`);
  return names;
}

/**
 * Files that a result names with the digest of their text, where they still are what they were. What is another file now is not
 * looked into.
 *
 * @throws UsageError for one that is gone or was changed
 */
export async function recordedFiles(
  recorded: Readonly<Record<string, string>>,
  what: string,
  flag: string,
): Promise<readonly string[]> {
  for (const [path, digest] of Object.entries(recorded)) {
    if ((await digestOf(path)) === digest) continue;
    throw new UsageError(`${what} ${path} of the result is gone or was changed since: say ${flag} FILE`);
  }
  return Object.keys(recorded);
}

async function digestOf(path: string): Promise<string | null> {
  if (!isFile(path)) return null;
  const text = (await readFile(path)).toString('utf8');
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** A result may name anything: a pipe would be waited for. */
export function isFile(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size <= maxBytes;
}
