import type { ParsedFile } from '../../cataloger.ts';
import { CatalogError } from '../../error.ts';
import { beginsAsZip, readZipEntry, zipEntries } from '../../zip-archive.ts';
import type { BodyReader } from '../gatherer.ts';
import { isMachineReadable, namesInDebCopyright } from './deb-copyright-names.ts';
import { licensesInDebCopyright, licensesInText } from './license-texts.ts';
import { type RuntimeLibraries, runtimeLibrariesIn } from './runtime-libraries.ts';

/** Bytes; the longest licences that are in use have 100,000. */
const maxBytes = 512 * 1024;
const maxJarBytes = 64 * 1024 * 1024;
const maxJarEntries = 100_000;
/** Licence files of one archive. */
const maxJarTexts = 10;

/** What a file that holds licences says. */
export interface LicensesOfFile {
  /** identifiers of SPDX, or expressions where a choice is told, sorted; all of them apply */
  readonly licenses: readonly string[];
  /** of a machine-readable `copyright` file: what its own names mean, in lower case → identifiers */
  readonly names?: Readonly<Record<string, readonly string[]>>;
  /** what it says of single libraries of its source */
  readonly runtime?: RuntimeLibraries;
}

const names = /^(?:mit-|apache-|gpl-|lgpl-)?(?:un)?(?:licen[cs]es?|copying)(?:$|[._-])/i;

/** Whether a file of this name holds a licence: `LICENSE.md`, `COPYING.LESSER`, `LICENCE-MIT`. */
export function isLicenseName(name: string): boolean {
  return names.test(name);
}

function isDebCopyright(path: string): boolean {
  return path.startsWith('usr/share/doc/') && path.endsWith('/copyright');
}

/** Code that is about licences is none. */
const code = /\.(?:[cm]?[jt]sx?|py[co]?|rb|php|class|go|rs|json|h|map|css|svg|png)$/i;

/** Reads files whose name says that they hold a licence, Debian's `copyright` files, and licences in the archives of Java. */
export const licenseBodies: BodyReader = {
  wants(path, size) {
    if (path.endsWith('.jar')) return size <= maxJarBytes;
    if (size > maxBytes) return false;
    const name = path.slice(path.lastIndexOf('/') + 1);
    return isLicenseName(name) ? !code.test(name) : isDebCopyright(path);
  },
  read(path, body) {
    if (path.endsWith('.jar')) return found(licensesInJar(body));
    const text = body.toString('latin1');
    if (!isDebCopyright(path)) return found(licensesInText(text));
    if (!isMachineReadable(text)) return found(licensesInDebCopyright(text), runtimeLibrariesIn(text));
    const names = namesInDebCopyright(text);
    return Object.keys(names).length === 0 ? null : { facts: { licenses: [], names }, damage: null };
  },
};

function found(
  licenses: readonly string[],
  runtime: RuntimeLibraries | null = null,
): ParsedFile<LicensesOfFile> | null {
  if (licenses.length === 0) return null;
  return { facts: { licenses, ...(runtime && { runtime }) }, damage: null };
}

/** Of a damaged archive none: the packages in it are told as damaged already. */
function licensesInJar(body: Buffer): readonly string[] {
  if (!beginsAsZip(body)) return [];
  const ids = new Set<string>();
  let [entries, texts] = [0, 0];
  try {
    for (const entry of zipEntries(body)) {
      if (++entries > maxJarEntries || texts >= maxJarTexts) break;
      const name = /^(?:META-INF\/)?([^/]+)$/.exec(entry.name)?.[1] ?? '';
      if (!isLicenseName(name) || code.test(name) || entry.size > maxBytes) continue;
      texts++;
      for (const id of licensesInText(readZipEntry(body, entry).toString('latin1'))) ids.add(id);
    }
  } catch (error) {
    if (!(error instanceof CatalogError)) throw error;
  }
  return [...ids].sort();
}
