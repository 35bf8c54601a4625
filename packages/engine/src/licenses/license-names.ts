import { exceptionAliases, licenseAliases, licenseChoices } from './license-aliases.ts';
import { joined, type LicenseNode, licenseId } from './license-node.ts';
import { spdxExceptionIds, spdxLicenseIds } from './spdx-license-list.ts';

const noise = new Set([
  'the',
  'a',
  'an',
  'license',
  'licence',
  'licenses',
  'licensed',
  'software',
  'version',
  'v',
  'ver',
  'gnu',
  'under',
]);

/** What different spellings of a name have in common: `Apache License, Version 2.0` and `apache-2` are `apache 2`. */
function keyOf(name: string): string {
  const words = name
    .toLowerCase()
    .replace(/([a-z])v(?=\d)/g, '$1 ')
    .match(/[a-z]+|\d+(?:\.\d+)*|\+/g);
  return (words ?? [])
    .filter((word) => !noise.has(word))
    .map((word) => word.replace(/(?:\.0)+$/, ''))
    .join(' ')
    .replace(/\b(?:library or lesser|lesser or library|lesser|library) (?:general public|gpl)\b/, 'lgpl')
    .replace(/\baffero (?:general public|gpl)\b/, 'agpl')
    .replace(/\bgeneral public\b/, 'gpl')
    .replace(/\bfree documentation\b/, 'gfdl')
    .replace(/\bor later\b/, '+');
}

/** The licence of an identifier of SPDX, whatever its case. */
export function listedLicense(text: string): LicenseNode | null {
  const id = idsByLowerCase().get(text.toLowerCase());
  return id === undefined ? null : currentLicense(licenseId(id));
}

/** The licence that a whole name stands for; null where it is none that is known. */
export function namedLicense(name: string): LicenseNode | null {
  const known = listedLicense(name) ?? fromKey(keyOf(name));
  if (known !== null) return known;
  // of which file or by whom: `public-domain-md5`, `SDBM-PUBLIC-DOMAIN`
  if (
    /(?:^|[^a-z])public[-_ ]?domain(?:$|[^a-z])/i.test(name) &&
    !/[^\w.~ -]|\b(?:not|non|and|or|with)\b/i.test(name)
  ) {
    return licenseId('LicenseRef-Public-Domain');
  }
  const [, whole, short] = /^([^()]+)\(([^()]+)\) ?$/.exec(name) ?? [];
  if (whole === undefined || short === undefined) return null;
  const meant = fromKey(keyOf(whole));
  // `(non-commercial)` is no other name for what stands before it
  const again = /^[A-Z]{2,6}$/.test(short) || JSON.stringify(fromKey(keyOf(short))) === JSON.stringify(meant);
  return again ? meant : null;
}

const gnuPattern =
  /^(gpl|lgpl|agpl|gfdl|fdl)( niv)?(?: (\d+(?:\.\d+)?))?(?: (only|\+))?(?: (?:gpl|lgpl|agpl)|( no invariants?(?: sections?)?| niv))?$/;
/** Whoever names no version lets the user choose any. */
const firstVersions: Readonly<Record<string, string>> = { GPL: '1.0', LGPL: '2.0', AGPL: '3.0', GFDL: '1.1' };

function fromKey(key: string): LicenseNode | null {
  if (key === '') return null;
  const gnu = gnuPattern.exec(key);
  if (gnu !== null) return gnuLicense(gnu);
  const choice = Object.hasOwn(licenseChoices, key) ? licenseChoices[key]! : null;
  if (choice !== null)
    return joined(
      'or',
      choice.map((id) => licenseId(id)),
    );
  const orLater = key.endsWith(' +');
  const id = idsByKey().get(orLater ? key.slice(0, -2) : key);
  return id === undefined ? null : currentLicense(licenseId(id, null, orLater));
}

function gnuLicense([, name, before, number, suffix, behind]: RegExpExecArray): LicenseNode | null {
  const family = name === 'fdl' ? 'GFDL' : name!.toUpperCase();
  const invariants = before ?? behind;
  const version = number ?? firstVersions[family]!;
  const later = number === undefined || suffix === '+' ? 'or-later' : 'only';
  const id = [family, version.includes('.') ? version : `${version}.0`, invariants && 'no-invariants', later]
    .filter(Boolean)
    .join('-');
  return spdxLicenseIds.has(id) ? licenseId(id) : null;
}

let byLowerCase: ReadonlyMap<string, string> | undefined;

function idsByLowerCase(): ReadonlyMap<string, string> {
  byLowerCase ??= new Map([...spdxLicenseIds].map((id) => [id.toLowerCase(), id]));
  return byLowerCase;
}

let byKey: ReadonlyMap<string, string> | undefined;

function idsByKey(): ReadonlyMap<string, string> {
  if (byKey !== undefined) return byKey;
  const found = new Map<string, string>();
  for (const id of spdxLicenseIds) if (!found.has(keyOf(id))) found.set(keyOf(id), id);
  for (const [id, names] of Object.entries(licenseAliases)) {
    for (const name of names.split('|')) found.set(keyOf(name), id);
  }
  byKey = found;
  return found;
}

/**
 * With an exception in people's words: `Autoconf exception`. What SPDX has no identifier for stays in words.
 *
 * @param text of the whole, as written
 */
export function withException(license: LicenseNode, words: string, text: string): LicenseNode {
  const asWords: LicenseNode = { kind: 'text', text, base: license };
  if (license.kind !== 'id') return asWords;
  const exact = exceptionsByName().get(words.toLowerCase());
  const key = keyOf(words).replace(/ (?:linking )?exception.*$| note$/, '');
  const known = Object.hasOwn(exceptionAliases, key) ? exceptionAliases[key]! : null;
  const exception = exact ?? known?.[/-3\.0/.test(license.id) ? 1 : 0];
  return exception === undefined ? asWords : { ...license, exception };
}

let byName: ReadonlyMap<string, string> | undefined;

function exceptionsByName(): ReadonlyMap<string, string> {
  byName ??= new Map([...spdxExceptionIds].map((id) => [id.toLowerCase(), id]));
  return byName;
}

const oldExceptions: Readonly<Record<string, string>> = {
  'GPL-2.0-with-autoconf-exception': 'Autoconf-exception-2.0',
  'GPL-2.0-with-bison-exception': 'Bison-exception-2.2',
  'GPL-2.0-with-classpath-exception': 'Classpath-exception-2.0',
  'GPL-2.0-with-font-exception': 'Font-exception-2.0',
  'GPL-2.0-with-GCC-exception': 'GCC-exception-2.0',
  'GPL-3.0-with-autoconf-exception': 'Autoconf-exception-3.0',
  'GPL-3.0-with-GCC-exception': 'GCC-exception-3.1',
};

/** Identifiers that SPDX gave up in the words of today: `GPL-2.0+` is `GPL-2.0-or-later`. */
export function currentLicense(node: LicenseNode): LicenseNode {
  if (node.kind === 'text') return node;
  if (node.kind !== 'id') return { ...node, parts: node.parts.map(currentLicense) };
  const { id, orLater } = node;
  const old = oldExceptions[id];
  if (old !== undefined) return licenseId(`${id.slice(0, 7)}-only`, old);
  if (/^(?:[AL]?GPL|GFDL)-[\d.]+$/.test(id)) return licenseId(`${id}-${orLater ? 'or-later' : 'only'}`, node.exception);
  return node;
}
