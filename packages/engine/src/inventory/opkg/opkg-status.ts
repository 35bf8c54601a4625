import { parseControl, type Stanza } from '../dpkg/control-stanzas.ts';
import { isPackageWord } from '../package-word.ts';

export interface OpkgPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string | null;
}

export interface OpkgStatus {
  /** installed packages, in file order */
  readonly packages: readonly OpkgPackage[];
  /** what is wrong, or null */
  readonly damage: string | null;
}

const fields: ReadonlySet<string> = new Set(['package', 'status', 'version', 'architecture']);

/** Third word of `Status` → whether files of the package are there. */
const states: ReadonlyMap<string, boolean> = new Map([
  ['not-installed', false],
  ['config-files', false],
  ['unpacked', true],
  ['half-installed', true],
  ['post-inst-failed', true],
  ['removal-failed', true],
  ['installed', true],
]);

/**
 * Reads opkg's list of packages: the stanzas of dpkg, with states and fields of its own.
 *
 * @see https://git.yoctoproject.org/opkg/tree/libopkg/pkg.c
 */
export function parseOpkgStatus(body: Buffer): OpkgStatus {
  const control = parseControl(body, fields);
  const packages: OpkgPackage[] = [];
  let damage: string | null = null;
  for (const stanza of control.stanzas) {
    const installed = states.get(stanza.get('status')?.split(/ +/)[2] ?? '');
    if (installed === false) continue;
    const found = packageOf(stanza);
    if (installed === undefined) damage ??= 'a package has no known status';
    if (found === null) damage ??= 'a package has no readable name or version';
    else packages.push(found);
  }
  if (control.badLine !== null) damage ??= `line ${control.badLine} is no field`;
  if (control.cutOff) damage ??= 'it ends in the middle of a line';
  return { packages, damage };
}

function packageOf(stanza: Stanza): OpkgPackage | null {
  const [name, version, arch] = ['package', 'version', 'architecture'].map((field) => stanza.get(field));
  if (!isPackageWord(name) || !isPackageWord(version)) return null;
  return { name, version, arch: isPackageWord(arch) ? arch : null };
}

const controlFields: ReadonlySet<string> = new Set(['sourcename', 'license']);

/** What the description of an installed package adds, `info/NAME.control`. */
export function parseOpkgControl(body: Buffer): { readonly source: string | null; readonly license: string | null } {
  const stanza = parseControl(body, controlFields).stanzas[0];
  const source = stanza?.get('sourcename');
  return { source: isPackageWord(source) ? source : null, license: stanza?.get('license') || null };
}
