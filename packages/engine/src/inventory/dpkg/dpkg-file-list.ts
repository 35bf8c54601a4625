import type { ProofFilter, ShippedFile } from '../cataloger.ts';

/**
 * The files of a package's file list that would prove a language package. Such lists have up to
 * 100,000 lines of which nearly none matters, so the bytes are searched for the few names and only hits are decoded.
 *
 * @param body `info/PACKAGE.list` (a path per line) or `PACKAGE.md5sums` (digest, two spaces, path)
 */
export function shippedProofs(body: Buffer, proofs: ProofFilter): readonly ShippedFile[] {
  const found = new Map<number, ShippedFile>();
  for (const needle of proofs.needles) {
    for (let at = body.indexOf(needle); at >= 0; ) {
      const start = at === 0 ? 0 : body.lastIndexOf(0x0a, at) + 1;
      const newline = body.indexOf(0x0a, at);
      const end = newline < 0 ? body.length : newline;
      if (end - start <= longestLine && !found.has(start)) {
        const file = shippedFile(body.toString('utf8', start, end));
        if (proofs.proves(file.path)) found.set(start, file);
      }
      at = body.indexOf(needle, end);
    }
  }
  return [...found].sort(([a], [b]) => a - b).map(([, file]) => file);
}

/** PATH_MAX of Linux, and a digest. */
const longestLine = 4096 + 34;

function shippedFile(line: string): ShippedFile {
  const digest = /^([0-9a-f]{32}) [ *]/.exec(line)?.[1] ?? null;
  const path = (digest === null ? line : line.slice(digest.length + 2)).trimEnd();
  return { path: path.replace(/^\.?\/+/, ''), digest };
}
