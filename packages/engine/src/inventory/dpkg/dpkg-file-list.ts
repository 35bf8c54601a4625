import type { ProofFilter, ShippedFile } from '../cataloger.ts';
import { linesWith } from '../lines-with.ts';

/**
 * The files of a package's file list that would prove a language package, or that are a find where nobody owns them.
 * Only lines that hold one of the few names are decoded.
 *
 * @param body `info/PACKAGE.list` (a path per line) or `PACKAGE.md5sums` (digest, two spaces, path)
 */
export function shippedProofs(body: Buffer, proofs: ProofFilter): readonly ShippedFile[] {
  return linesWith(body, proofs.needles)
    .filter(({ start, end }) => end - start <= longestLine)
    .map(({ start, end }) => shippedFile(body.toString('utf8', start, end)))
    .filter(({ path }) => proofs.proves(path));
}

/** PATH_MAX of Linux, and a digest. */
const longestLine = 4096 + 34;

function shippedFile(line: string): ShippedFile {
  const digest = /^([0-9a-f]{32}) [ *]/.exec(line)?.[1] ?? null;
  const path = (digest === null ? line : line.slice(digest.length + 2)).trimEnd();
  return { path: path.replace(/^\.?\/+/, ''), digest };
}
