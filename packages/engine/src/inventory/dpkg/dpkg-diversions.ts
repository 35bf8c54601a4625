/** More than any system has. */
const mostLines = 300_000;
const longestPath = 4096;

/**
 * Paths at which a package's file does not lie, since somebody else's does: groups of three lines, the path, where the
 * file lies instead, and the package that asked for it (`:` is the administrator).
 *
 * @returns relative paths
 * @see https://man7.org/linux/man-pages/man1/dpkg-divert.1.html
 */
export function parseDiversions(text: string): readonly string[] {
  const lines = text.split('\n', mostLines);
  return lines
    .filter((line, index) => index % 3 === 0 && line.startsWith('/') && line.length <= longestPath)
    .map((line) => line.replace(/^\/+/, ''));
}
