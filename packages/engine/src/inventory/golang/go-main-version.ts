import type { GoModule } from './go-modules.ts';

/**
 * The version of a binary's main module. Go states it where the module was installed by version, and since Go 1.24 where
 * a tag was checked out; else the linker may have been told (`-X main.version=1.2.3`), or the commit is known, which
 * makes a pseudo-version. Null: nothing says.
 *
 * @see https://go.dev/ref/mod#pseudo-versions
 */
export function mainVersion(main: GoModule, settings: ReadonlyMap<string, string>): string | null {
  if (main.version !== '' && main.version !== '(devel)') return main.version;
  return linkedVersion(settings.get('-ldflags') ?? '', main.name) ?? commitVersion(settings);
}

/** Names of variables that hold the version of the program, in lower case. */
const versionNames: ReadonlySet<string> = new Set([
  'version',
  'gitversion',
  'buildversion',
  'appversion',
  'semver',
  'gittag',
  'tag',
  'release',
]);

const versionText = /^v?\d+\.\d+(?:\.\d+){0,2}(?:[-+~][\w.+~-]*)?$/;
const longestVersion = 128;

/** Of several the one in package `main`, then one of the module itself, then the first. */
function linkedVersion(flags: string, module: string): string | null {
  let best: { readonly rank: number; readonly version: string } | null = null;
  for (const [path, value] of linkedStrings(flags)) {
    const dot = path.lastIndexOf('.');
    const isVersion = versionNames.has(path.slice(dot + 1).toLowerCase());
    if (!isVersion || value.length > longestVersion || !versionText.test(value)) continue;
    const of = path.slice(0, dot);
    const rank = of === 'main' ? 0 : of === module || of.startsWith(`${module}/`) ? 1 : 2;
    if (best === null || rank < best.rank) best = { rank, version: value.startsWith('v') ? value : `v${value}` };
  }
  return best?.version ?? null;
}

/** `-X path.name=value` in a command line with Go's simple quoting. */
function* linkedStrings(flags: string): Generator<readonly [path: string, value: string]> {
  let isNext = false;
  for (const [raw] of flags.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)) {
    const word = raw.replace(/["']/g, '');
    if (isNext || word.startsWith('-X=')) {
      const text = isNext ? word : word.slice(3);
      const equals = text.indexOf('=');
      if (equals > 0) yield [text.slice(0, equals), text.slice(equals + 1)];
    }
    isNext = word === '-X' || word === '--X';
  }
}

/** As `go` names a commit that has no tag before it. */
function commitVersion(settings: ReadonlyMap<string, string>): string | null {
  const revision = /^[0-9a-f]{12}/.exec(settings.get('vcs.revision') ?? '')?.[0];
  const time = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/.exec(settings.get('vcs.time') ?? '');
  if (revision === undefined || time === null) return null;
  const dirty = settings.get('vcs.modified') === 'true' ? '+dirty' : '';
  return `v0.0.0-${time.slice(1).join('')}-${revision}${dirty}`;
}
