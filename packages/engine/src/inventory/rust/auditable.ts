import { inflateSync } from 'node:zlib';
import type { Executable } from '../binary/executable.ts';
import { CatalogError } from '../error.ts';

/** A crate that a binary was built from. */
export interface Crate {
  readonly name: string;
  readonly version: string;
}

/** The largest programs have 2,000 crates, 100 KiB of JSON and 20 KiB of it compressed. */
const maxCompressedBytes = 4 * 1024 * 1024;
const maxJsonBytes = 8 * 1024 * 1024;
/** Such JSON inflates to ten times its size; a thousand small bombs in one layer must not cost a thousand times as much. */
const maxRatio = 64;
const alwaysInflatedBytes = 64 * 1024;
const longestName = 512;

/**
 * Reads what `cargo auditable` put into a binary: the crates that are in it, without those that only took part in the build.
 *
 * @returns null for what has no such section
 * @throws CatalogError when the section, or what tells of sections, is damaged, too large or out of reach
 * @see https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md
 */
export function readAuditable({ elf, parts }: Executable): readonly Crate[] | null {
  if (!elf.hasWholeSections()) {
    throw new CatalogError(
      'package-manifest-damaged',
      'the section headers of this executable are damaged or out of reach: what it was built from cannot be seen',
    );
  }
  const section = elf.section('.dep-v0');
  if (section === undefined) return null;
  const bytes = section.size > maxCompressedBytes ? null : parts.read(section.offset, section.size);
  if (bytes === null) {
    throw new CatalogError(
      'file-too-large',
      'a Rust binary whose list of crates is too large or too far inside to be read',
    );
  }
  const list = cratesOf(inflated(bytes));
  if (list === null) throw damaged('it is no list of crates');
  return list.filter(({ name, version }) => isWord(name) && isWord(version));
}

function inflated(bytes: Buffer): unknown {
  const maxOutputLength = Math.min(maxJsonBytes, alwaysInflatedBytes + maxRatio * bytes.length);
  try {
    return JSON.parse(inflateSync(bytes, { maxOutputLength }).toString('utf8'));
  } catch (error) {
    throw damaged(error instanceof SyntaxError ? 'it is no JSON' : 'it cannot be inflated');
  }
}

function damaged(why: string): CatalogError {
  return new CatalogError('package-manifest-damaged', `the list of crates in this Rust binary is damaged: ${why}`);
}

function cratesOf(json: unknown): readonly Crate[] | null {
  if (typeof json !== 'object' || json === null || !('packages' in json) || !Array.isArray(json.packages)) return null;
  const packages: readonly unknown[] = json.packages;
  return packages.flatMap((each) => {
    if (typeof each !== 'object' || each === null || !('name' in each) || !('version' in each)) return [];
    const { name, version } = each;
    const isBuildOnly = 'kind' in each && each.kind === 'build';
    return isBuildOnly || typeof name !== 'string' || typeof version !== 'string' ? [] : [{ name, version }];
  });
}

function isWord(text: string): boolean {
  return text !== '' && text.length <= longestName && !/[\s\p{C}]/u.test(text);
}
