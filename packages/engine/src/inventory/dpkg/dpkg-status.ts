import type { CatalogErrorCode } from '../error.ts';
import { parseControl, type Stanza } from './control-stanzas.ts';

export interface DebPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string | null;
  readonly source: { readonly name: string; readonly version: string };
}

export interface DpkgStatus {
  /** installed packages, in file order */
  readonly packages: readonly DebPackage[];
  readonly damage: { readonly code: CatalogErrorCode; readonly message: string } | null;
}

const fields: ReadonlySet<string> = new Set(['package', 'status', 'version', 'architecture', 'source']);

/** Third word of `Status` → whether files of the package are there. See dpkg(1), "Package states". */
const states: ReadonlyMap<string, boolean> = new Map([
  ['not-installed', false],
  ['config-files', false],
  ['half-installed', true],
  ['unpacked', true],
  ['half-configured', true],
  ['triggers-awaited', true],
  ['triggers-pending', true],
  ['installed', true],
]);

/**
 * Reads a dpkg database: all of `status`, or one file of `status.d`, where a package has no `Status` since it is
 * installed for being there.
 *
 * @see https://man7.org/linux/man-pages/man1/dpkg.1.html
 */
export function parseDpkgStatus(body: Buffer, kind: 'status' | 'status.d'): DpkgStatus {
  const control = parseControl(body, fields);
  const packages: DebPackage[] = [];
  let damage: string | null = null;
  for (const stanza of control.stanzas) {
    const state = kind === 'status' || stanza.has('status') ? installed(stanza) : true;
    if (state === false) continue;
    if (state !== true) damage ??= state;
    const found = debPackage(stanza);
    if (typeof found === 'string') damage ??= found;
    else packages.push(found);
  }
  if (control.badLine !== null) damage ??= `line ${control.badLine} is no field`;
  // dpkg itself refuses a database without the final line end; files of status.d are written by build tools
  if (control.cutOff && kind === 'status') damage ??= 'it ends in the middle of a line';
  return {
    packages,
    damage:
      damage === null ? null : { code: 'package-database-damaged', message: `the dpkg database is damaged: ${damage}` },
  };
}

/** Whether the stanza is of an installed package; a text says why that cannot be told. */
function installed(stanza: Stanza): boolean | string {
  const status = stanza.get('status');
  const name = stanza.get('package') ?? '';
  if (status === undefined) return `package ${printable(name)} has no status`;
  const words = status.split(' ').filter((word) => word !== '');
  const known = words.length === 3 ? states.get(words[2]!) : undefined;
  return known ?? `package ${printable(name)} has the unknown status ${printable(status)}`;
}

function debPackage(stanza: Stanza): DebPackage | string {
  const name = stanza.get('package');
  if (!isWord(name)) return 'an entry has no package name';
  const version = stanza.get('version');
  if (!isWord(version)) return `package ${printable(name)} has no version`;
  const arch = stanza.get('architecture');
  if (arch !== undefined && !isWord(arch)) return `package ${printable(name)} has no readable architecture`;
  const source = sourceOf(stanza.get('source'), name, version);
  if (source === null) return `package ${printable(name)} names no readable source package`;
  return { name, version, arch: arch ?? null, source };
}

/** `Source: name` or `Source: name (version)`; absent where both are the package's own. */
function sourceOf(field: string | undefined, name: string, version: string): DebPackage['source'] | null {
  if (field === undefined || field === '') return { name, version };
  const open = field.indexOf('(');
  if (open < 0) return isWord(field) ? { name: field, version } : null;
  const source = field.slice(0, open).trim();
  const own = field.slice(open + 1, field.endsWith(')') ? -1 : undefined).trim();
  return isWord(source) && isWord(own) ? { name: source, version: own } : null;
}

/** One word without control characters, of a length that a name or version has. */
function isWord(text: string | undefined): text is string {
  return text !== undefined && text.length > 0 && text.length <= 512 && !/[\s\u0000-\u001f\u007f\ufffd]/.test(text);
}

function printable(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
