/** Directories that tools fill with packages: a lock file in one is that of a package, not of the application. */
const ofTools: ReadonlySet<string> = new Set([
  'node_modules',
  'vendor',
  'gems',
  'bundler',
  'site-packages',
  'dist-packages',
  '.git',
  '.npm',
  '_cacache',
]);

/** Two directories, one in the other, that tools fill; `.cargo` is `/usr/local/cargo` in images with a compiler. */
const nestedOfTools =
  /(?:^|\/)(?:\.?cargo\/(?:registry|git)|pkg\/mod|\.yarn\/(?:cache|unplugged)|\.pnpm-store\/v\d+)\//;

/** Where distros keep packages of languages and examples: `/usr/share/nodejs` is what Debian has for `node_modules`. */
const ofDistros = ['usr/lib/', 'usr/share/nodejs/', 'usr/share/doc/'];

/** Whether a lock file is that of an application, not of a package that is itself installed or fetched. */
export function isProjectLock(path: string): boolean {
  if (ofDistros.some((start) => path.startsWith(start)) || nestedOfTools.test(path)) return false;
  return !path
    .split('/')
    .slice(0, -1)
    .some((part) => ofTools.has(part));
}
