import type { FileParts } from '../image/types.ts';
import type { Executable } from './binary/executable.ts';
import type { ContentWatch, FileDigests, FileReader, ParsedFile } from './cataloger.ts';
import { proofFilter } from './catalogers.ts';
import { CatalogError } from './error.ts';
import { digestsLater, digestsOf, digestsOfParts } from './file-digests.ts';

/**
 * Parses one file; what cannot be parsed becomes damage that the inventory tells.
 *
 * @param later the same file, where its digests need not be made before they are asked for
 */
export function readFile(
  reader: FileReader<unknown>,
  path: string,
  body: Buffer,
  later?: FileParts,
): ParsedFile<unknown> {
  try {
    const parsed = reader.parse(path, body, proofFilter);
    if (parsed.facts === null || !wantsDigests(reader, path)) return parsed;
    return withDigests(parsed, later === undefined ? digestsOf(body) : digestsLater(path, later));
  } catch (error) {
    return asDamage(error);
  }
}

/** The same of a file that lies where it can be read at any position. */
export function readFileParts(
  reader: FileReader<unknown>,
  path: string,
  parts: FileParts,
  kept: boolean,
): ParsedFile<unknown> {
  try {
    const parsed = reader.parseParts!(path, parts);
    if (parsed.facts === null || !wantsDigests(reader, path)) return parsed;
    const { later } = parts;
    return withDigests(parsed, kept || later === undefined ? digestsOfParts(path, parts) : digestsLater(path, later));
  } catch (error) {
    return asDamage(error);
  }
}

function wantsDigests({ digests }: FileReader<unknown>, path: string): boolean {
  return typeof digests === 'function' ? digests(path) : digests === true;
}

function withDigests(parsed: ParsedFile<unknown>, digests: FileDigests | null): ParsedFile<unknown> {
  return digests === null ? parsed : { ...parsed, digests };
}

/** What stands for a file that is larger than its reader accepts. */
export function tooLarge({ name, maxBytes }: FileReader<unknown>, size: number): ParsedFile<unknown> {
  const message = `a file of ${size} bytes was not read: ${name} reads at most ${maxBytes} bytes`;
  return { facts: null, damage: { code: 'file-too-large', message } };
}

/** As the reader says, or damage. */
export function inspectFile(
  reader: FileReader<unknown>,
  path: string,
  executable: Executable,
  watch: ContentWatch | undefined,
): ParsedFile<unknown> | null {
  try {
    return reader.inspect!(path, executable, watch);
  } catch (error) {
    return asDamage(error);
  }
}

function asDamage(error: unknown): ParsedFile<never> {
  if (!(error instanceof CatalogError)) throw error;
  return { facts: null, damage: { code: error.code, message: error.message } };
}
