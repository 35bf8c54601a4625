import { isPackageWord } from '../package-word.ts';
import type { TellDamage } from './header-blobs.ts';
import { type RpmPackage, sourceOf } from './rpm-package.ts';

const none = '(none)';

/**
 * Reads what images without rpm list instead of its database (Mariner, Azure Linux "distroless"): a line for each
 * package, fields between tabs: name, `VERSION-RELEASE`, times of installation and build, vendor, epoch, size,
 * architecture, epoch as a number, source package's file.
 *
 * @see https://github.com/microsoft/marinara
 */
export function parseManifest2(text: string, damaged: TellDamage): readonly RpmPackage[] {
  return lines(text, damaged).flatMap((line) => {
    const [name, version, , , vendor, epoch, , arch, , source] = line.split('\t', 10);
    if (source === undefined) {
      damaged('a line has too few fields');
      return [];
    }
    if (name === 'gpg-pubkey') return [];
    const stated = epoch === none ? null : /^\d{1,10}$/.test(epoch!) ? Number(epoch) : undefined;
    if (!isPackageWord(name) || !isPackageWord(version) || !version.includes('-') || stated === undefined) {
      damaged('a line has no readable name, version or epoch');
      return [];
    }
    const known = (field: string | undefined) => (field === none || field === '' ? null : field!);
    return [packageOf(name, version, known(arch), { epoch: stated, vendor: known(vendor), source: sourceOf(source) })];
  });
}

/** The shorter list of older images: `NAME-VERSION-RELEASE.ARCH` a line, without epoch and source. */
export function parseManifest1(text: string, damaged: TellDamage): readonly RpmPackage[] {
  return lines(text, damaged).flatMap((line) => {
    const dot = line.lastIndexOf('.');
    const release = line.lastIndexOf('-', dot);
    const version = line.lastIndexOf('-', release - 1);
    if (line.startsWith('gpg-pubkey-')) return [];
    if (version < 1 || dot < release || !isPackageWord(line) || dot === line.length - 1) {
      damaged('a line names no package');
      return [];
    }
    return [packageOf(line.slice(0, version), line.slice(version + 1, dot), line.slice(dot + 1), {})];
  });
}

function packageOf(name: string, version: string, arch: string | null, more: Partial<RpmPackage>): RpmPackage {
  const rest = {
    epoch: null,
    source: null,
    vendor: null,
    license: null,
    modularity: null,
    headerDigest: null,
    proofs: [],
    algorithm: null,
  };
  return { name, version, arch: isPackageWord(arch) ? arch : null, ...rest, ...more };
}

function lines(text: string, damaged: TellDamage): readonly string[] {
  if (text !== '' && !text.endsWith('\n')) damaged('it ends in the middle of a line');
  return text.split('\n').filter((line) => line !== '');
}
