/** Folders whose files are read, shown or printed, and never run or linked. */
const folders = [
  ...['doc', 'doc-base', 'man', 'info', 'locale', 'i18n', 'help', 'zoneinfo', 'icons', 'pixmaps', 'fonts'],
  ...['common-licenses', 'licenses', 'lintian', 'bug', 'metainfo'],
];
const inFolders = new RegExp(`^\\.?/?usr/(?:lib/locale|share/(?:${folders.join('|')}))(?:/|$)`);

/** Whether a path of a package is, or lies in, a folder of documentation, translations and other data. */
export function isDataPath(path: string): boolean {
  return inFolders.test(path);
}
