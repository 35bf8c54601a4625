import { isWord } from '../declared.ts';

export interface StorePath {
  readonly name: string;
  readonly version: string;
  /** part of the package that this directory holds, `bin`; null: the main one */
  readonly output: string | null;
  readonly hash: string;
}

const outputs: ReadonlySet<string> = new Set([
  'bin',
  'data',
  'debug',
  'dev',
  'devdoc',
  'dist',
  'doc',
  'info',
  'lib',
  'libgcc',
  'man',
  'modules',
  'out',
  'static',
  'tools',
]);

/**
 * What the name of a store directory says: `HASH-openssl-3.0.8-bin`. Null for what has no version (sources, profiles) and
 * for environments, which hold nothing of their own. The version begins, as in Nix, behind the first hyphen that no letter
 * follows.
 *
 * @see https://nix.dev/manual/nix/stable/language/builtins#builtins-parseDrvName
 */
export function parseStorePath(directory: string): StorePath | null {
  const found = /^([0-9a-df-np-sv-z]{32})-([^/]{1,211})$/.exec(directory);
  const [hash, rest] = [found?.[1] ?? '', found?.[2] ?? ''];
  const start = rest.search(/-[^A-Za-z]/);
  if (start <= 0 || /(?:\.drv|-env|-source)$/.test(rest)) return null;
  const name = rest.slice(0, start);
  const tail = rest.slice(start + 1);
  const last = tail.slice(tail.lastIndexOf('-') + 1);
  const output = last !== tail && outputs.has(last) ? last : null;
  const version = output === null ? tail : tail.slice(0, -output.length - 1);
  return isWord(name) && isWord(version) ? { name, version, output, hash } : null;
}
