import type { ParsedFile } from '../cataloger.ts';
import { isWord } from '../declared.ts';
import { type ListedPackage, listed, type PackageList } from '../listed-in.ts';
import { pubPackage } from './pubspec.ts';

interface Entry {
  readonly name: string;
  source: string | null;
  version: string | null;
}

/**
 * Reads the packages of a `pubspec.lock`, which pub writes in one form of YAML: names below `packages` by two spaces, their
 * fields by four. Those from the SDK have no version of their own.
 */
export function parsePubspecLock(body: Buffer): ParsedFile<PackageList> {
  const entries: Entry[] = [];
  let inPackages = false;
  for (const line of body.toString('utf8').split('\n')) {
    if (/^[^\s#]/.test(line)) inPackages = /^packages:\s*$/.test(line);
    const entry = inPackages ? /^( {2}| {4})([^\s:]{1,512}):(?: (.{0,512}))?\r?$/.exec(line) : null;
    if (entry === null) continue;
    const [, indent, key, value = ''] = entry;
    const last = entries.at(-1);
    if (indent === '  ') entries.push({ name: unquoted(key!), source: null, version: null });
    else if (last !== undefined && (key === 'source' || key === 'version')) last[key] = unquoted(value.trim());
  }
  const wanted = entries.filter(({ source }) => source !== 'sdk');
  const packages = wanted.flatMap((entry) => packageOf(entry) ?? []);
  return listed(packages, wanted.length - packages.length, 'pubspec.lock');
}

function packageOf({ name, version }: Entry): ListedPackage | null {
  return isWord(name) && isWord(version) ? pubPackage(name, version) : null;
}

function unquoted(text: string): string {
  return /^".*"$|^'.*'$/s.test(text) ? text.slice(1, -1) : text;
}
