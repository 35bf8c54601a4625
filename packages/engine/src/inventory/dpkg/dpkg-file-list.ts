import type { ProofFilter } from '../cataloger.ts';

/**
 * The paths of a package's file list that would prove a language package, relative to the root. Such lists have up to
 * 100,000 lines of which nearly none matters, so the bytes are searched for the few names and only hits are decoded.
 *
 * @param body `info/PACKAGE.list` (a path per line) or `PACKAGE.md5sums` (digest, two spaces, path)
 */
export function provingPaths(body: Buffer, proofs: ProofFilter): readonly string[] {
  const found = new Map<number, string>();
  for (const needle of proofs.needles) {
    for (let at = body.indexOf(needle); at >= 0; ) {
      const start = at === 0 ? 0 : body.lastIndexOf(0x0a, at) + 1;
      const newline = body.indexOf(0x0a, at);
      const end = newline < 0 ? body.length : newline;
      if (end - start <= longestLine && !found.has(start)) {
        const path = relativePath(body.toString('utf8', start, end));
        if (proofs.proves(path)) found.set(start, path);
      }
      at = body.indexOf(needle, end);
    }
  }
  return [...found].sort(([a], [b]) => a - b).map(([, path]) => path);
}

/** PATH_MAX of Linux, and a digest. */
const longestLine = 4096 + 130;

function relativePath(line: string): string {
  const path = line.replace(/^[0-9a-f]{32,128} [ *]/, '').trimEnd();
  return path.replace(/^\.?\/+/, '');
}
