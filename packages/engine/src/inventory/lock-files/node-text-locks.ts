import type { ParsedFile } from '../cataloger.ts';
import { type ListedPackage, listed, type PackageList } from '../listed-in.ts';
import { checkCount, linesOf, lockedPackage, unquoted } from './locked-package.ts';

/** Packages of the project itself, or of a folder beside it: no registry has them. */
const isLocal = (range: string) => /^(?:workspace|link|portal|file):/.test(range);

/**
 * Reads `yarn.lock`: a line of descriptors for every package, and its version below. Yarn 1 wrote its own form; later ones
 * write YAML that, in what is read here, differs by a colon.
 *
 * @see https://classic.yarnpkg.com/lang/en/docs/yarn-lock/
 */
export function parseYarnLock(body: Buffer): ParsedFile<PackageList> {
  const entries: { readonly name: string; version: string | null }[] = [];
  let last: (typeof entries)[number] | null = null;
  for (const line of linesOf(body, 'yarn.lock', /^# yarn lockfile |^__metadata:/)) {
    if (/^[^\s#]/.test(line)) {
      const name = yarnName(line);
      last = name === null ? null : { name, version: null };
      if (last !== null) checkCount(entries.push(last), 'yarn.lock');
    } else if (last !== null && last.version === null) {
      last.version = unquoted(/^ {2}version:? (\S{1,600})$/.exec(line)?.[1] ?? '') || null;
    }
  }
  const packages = entries.flatMap(({ name, version }) => lockedPackage('npm', name, version) ?? []);
  return listed(packages, entries.length - packages.length, 'yarn.lock');
}

/** `"@s/a@^1.0.0", "@s/a@^1.1.0":` → @s/a; of an alias, `a@npm:b@^1`, the name in the registry. */
function yarnName(line: string): string | null {
  const first = /^"?(@?[^@\s",]{1,512})@([^\s",]{0,512})/.exec(line);
  if (first === null) return null;
  const [, name, range] = first;
  if (isLocal(range!)) return null;
  return /^npm:(@?[^@]{1,512})@/.exec(range!)?.[1] ?? name!;
}

interface PnpmEntry {
  readonly key: string;
  readonly fields: Map<string, string>;
}

/**
 * Reads `pnpm-lock.yaml`: the keys below `packages`, `/@s/a/1.0.0_peer` (before version 6), `/@s/a@1.0.0(peer)` (6) or
 * `@s/a@1.0.0` (9). What comes from elsewhere than a registry names itself in fields.
 *
 * @see https://github.com/pnpm/spec/tree/master/lockfile
 */
export function parsePnpmLock(body: Buffer): ParsedFile<PackageList> {
  const entries: PnpmEntry[] = [];
  let inPackages = false;
  let isOld = false;
  for (const line of linesOf(body, 'pnpm-lock.yaml', /^(?:lockfileVersion|shrinkwrapVersion):/)) {
    if (/^[^\s#]/.test(line)) {
      inPackages = /^packages:\s*$/.test(line);
      isOld ||= /^(?:lockfileVersion: '?5\b|shrinkwrapVersion:)/.test(line);
    } else if (inPackages) take(entries, line);
  }
  const wanted = entries.filter(
    ({ key, fields }) => fields.get('dev') !== 'true' && !/^(?:file|link):|@(?:file|link):/.test(key),
  );
  const packages = wanted.flatMap((entry) => pnpmPackage(entry, isOld) ?? []);
  return listed(packages, wanted.length - packages.length, 'pnpm-lock.yaml');
}

function take(entries: PnpmEntry[], line: string): void {
  const key = /^ {2}([^\s#].{0,1500}):$/.exec(line);
  if (key !== null) checkCount(entries.push({ key: unquoted(key[1]!), fields: new Map() }), 'pnpm-lock.yaml');
  const field = /^ {4}(name|version|dev): (\S{1,600})$/.exec(line);
  if (field !== null) entries.at(-1)?.fields.set(field[1]!, unquoted(field[2]!));
}

function pnpmPackage({ key, fields }: PnpmEntry, isOld: boolean): ListedPackage | null {
  const path = key.startsWith('/') ? key.slice(1) : key;
  const found = (isOld ? /^(@[^/]+\/[^/]+|[^/]+)\/([^/_(]+)/ : /^(@?[^@(]+)@([^(]+)/).exec(path);
  return lockedPackage('npm', fields.get('name') ?? found?.[1], fields.get('version') ?? found?.[2]);
}
