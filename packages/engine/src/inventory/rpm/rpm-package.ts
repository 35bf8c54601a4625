import type { ProofFilter, ShippedFile } from '../cataloger.ts';
import { isPackageWord } from '../package-word.ts';
import type { TellDamage } from './header-blobs.ts';
import { numberOf, openHeader, type RpmHeader, tag, textOf } from './rpm-header.ts';
import { type PathBudget, type RpmFiles, shippedFiles } from './shipped-files.ts';

/** What rpm knows of an installed package, as far as we use it. */
export interface RpmPackage {
  readonly name: string;
  /** null: the header has none, which is not the same as 0 where people compare texts */
  readonly epoch: number | null;
  /** `VERSION-RELEASE` */
  readonly version: string;
  readonly arch: string | null;
  /** from the source package's file name */
  readonly source: { readonly name: string; readonly version: string } | null;
  readonly vendor: string | null;
  readonly license: string | null;
  readonly modularity: string | null;
  /** digest of the header as it was built */
  readonly headerDigest: string | null;
  /** files that would prove language packages, and how their digests were made */
  readonly proofs: readonly ShippedFile[];
  /** all its files are documentation, translations and the like; absent: not all, or it has none */
  readonly dataOnly?: true;
  readonly algorithm: RpmFiles['algorithm'];
}

/** rpm keeps the keys that it trusts as if they were packages. */
const keyring = 'gpg-pubkey';

/** The package that a header describes; null for a key, and for what names no package. */
export function rpmPackage(
  blob: Buffer,
  proofs: ProofFilter,
  budget: PathBudget,
  damaged: TellDamage,
): RpmPackage | null {
  const header = openHeader(blob, damaged);
  if (header === null) return null;
  const name = textOf(header, tag.name);
  if (name === keyring) return null;
  const [version, release] = [textOf(header, tag.version), textOf(header, tag.release)];
  if (!isPackageWord(name) || !isPackageWord(version) || !isPackageWord(release)) {
    damaged(isPackageWord(name) ? `package ${name.slice(0, 60)} has no version` : 'a package has no name');
    return null;
  }
  const { files, algorithm, dataOnly } = shippedFiles(header, proofs, budget, damaged);
  return {
    name,
    epoch: numberOf(header, tag.epoch),
    version: `${version}-${release}`,
    arch: wordOf(header, tag.arch),
    source: sourceOf(textOf(header, tag.sourceRpm)),
    vendor: lineOf(header, tag.vendor),
    license: lineOf(header, tag.license),
    modularity: wordOf(header, tag.modularityLabel),
    headerDigest: wordOf(header, tag.sha256Header) ?? wordOf(header, tag.sha1Header),
    proofs: files,
    algorithm,
    ...(dataOnly && { dataOnly }),
  };
}

/** `NAME-VERSION-RELEASE.src.rpm` or `.nosrc.rpm`; null for none and for what is none. */
export function sourceOf(file: string | null): RpmPackage['source'] {
  if (!isPackageWord(file)) return null;
  const stem = /^(.+)\.(?:no)?src\.rpm$/.exec(file)?.[1];
  if (stem === undefined) return null;
  const release = stem.lastIndexOf('-');
  const version = stem.lastIndexOf('-', release - 1);
  return version < 1 ? null : { name: stem.slice(0, version), version: stem.slice(version + 1) };
}

function wordOf(header: RpmHeader, number: number): string | null {
  const text = lineOf(header, number);
  return isPackageWord(text) ? text : null;
}

/** `(none)` is how rpm prints what is not there, and what some builders write. */
function lineOf(header: RpmHeader, number: number): string | null {
  const text = textOf(header, number);
  return text === null || text === '' || text === '(none)' ? null : text;
}
