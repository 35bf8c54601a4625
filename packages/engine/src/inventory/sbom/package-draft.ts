import { type Purl, parsePurl } from '../../purl/parse-purl.ts';
import { isWord } from '../declared.ts';
import { sourceOf } from '../rpm/rpm-package.ts';
import type { DialectFacts } from './dialect.ts';
import type { StatedComponent } from './stated-component.ts';

/** A package as a component states it, before it is known which distro the document is about. */
export interface PackageDraft {
  readonly ref: string | null;
  readonly purl: Purl;
  /** as the inventory writes it */
  readonly name: string;
  /** as the inventory writes it: an rpm's with its epoch */
  readonly version: string;
  readonly arch: string | null;
  /** undefined: the document does not say; null: it is its own */
  readonly source: { readonly name: string; readonly version: string } | null | undefined;
  readonly licenses: readonly string[];
  readonly paths: readonly string[];
  readonly modularity: string | null;
  readonly vendor: string | null;
  /** as the component states it */
  readonly builds: readonly string[] | null;
  /** a tool says something of how it is installed */
  readonly isInstalled: boolean;
}

/** Why a component is no package that can be judged. */
export type Unread = 'no-purl' | 'bad-purl' | 'no-version' | 'bad-fields';

/** Types that a distro's package manager installs: one entry each, whatever files they have. */
export const distroTypes: ReadonlySet<string> = new Set(['deb', 'apk', 'rpm', 'alpm', 'opkg', 'ebuild']);

/** Of these the purl's namespace is part of the name, and how they are joined. */
const joined: Readonly<Record<string, string>> = {
  maven: ':',
  npm: '/',
  composer: '/',
  golang: '/',
  ebuild: '/',
  swift: '/',
};

/** Package URLs that name images: what is in them stands beside. */
const imageTypes: readonly string[] = ['oci', 'docker', 'container'];

/** Types that older Syft and ScanCode write: the distro's name in place of its package manager's (`pkg:alpine/musl@1.2.2-r7`). */
const formerTypes: Readonly<Record<string, string>> = { alpine: 'apk', debian: 'deb' };

/** What tools write where they know no version. */
const noVersions: readonly string[] = ['', 'UNKNOWN', 'unknown', 'NOASSERTION', 'latest', '(devel)'];

/**
 * The package that a component states; null for one that is none (a file, an image), a word for one that is and cannot
 * be judged.
 *
 * @param factsOf what the tool says beyond the format's fields, of a package of this type
 */
export function draftOf(
  component: StatedComponent,
  factsOf: (type: string) => DialectFacts,
): PackageDraft | Unread | null {
  if (component.purl === null) return component.kind === 'package' ? 'no-purl' : null;
  const stated = parsePurl(component.purl);
  if (stated === null) return 'bad-purl';
  const purl = withKnownType(stated);
  if (imageTypes.includes(purl.type)) return null;
  // cdxgen lists files in this way
  if (purl.type === 'generic' && component.kind === 'other') return null;
  // a key that packages are checked with, which rpm keeps among them
  if (purl.type === 'rpm' && purl.name === 'gpg-pubkey') return null;
  const facts = factsOf(purl.type);
  const version = versionOf(purl, component, facts);
  if (version === null) return 'no-version';
  const name = nameOf(purl, component);
  if (!isWord(name) || !isWord(version)) return 'bad-fields';
  return {
    ref: component.ref,
    purl,
    name,
    version,
    arch: distroTypes.has(purl.type) ? wordOf(purl.qualifiers.get('arch')) : null,
    source: sourceIn(purl, name, version, facts),
    licenses: [...new Set(component.licenses)].filter((text) => text.length <= longestLicense),
    paths: pathsOf(purl, component, facts),
    modularity: wordOf(facts.modularity ?? purl.qualifiers.get('rpmmod') ?? purl.qualifiers.get('modularitylabel')),
    // Syft's publisher and Trivy's supplier of an rpm are what its header names as vendor
    vendor: component.maker,
    builds: distroTypes.has(purl.type) ? component.builds : null,
    isInstalled: component.properties.keys().some((name) => name.startsWith('aquasecurity:trivy:')),
  };
}

function withKnownType(purl: Purl): Purl {
  const type = Object.hasOwn(formerTypes, purl.type) ? formerTypes[purl.type] : undefined;
  return type === undefined ? purl : { ...purl, type, namespace: purl.namespace || purl.type };
}

function wordOf(text: string | undefined): string | null {
  return isWord(text) ? text : null;
}

function versionOf(purl: Purl, component: StatedComponent, { epoch }: DialectFacts): string | null {
  const stated = [purl.version, component.version].find((text) => text !== null && !noVersions.includes(text));
  if (stated === undefined || stated === null) return null;
  if (purl.type === 'golang' && purl.name === 'stdlib') return stated.replace(/^(?:go|v)(?=\d)/, '');
  const number = purl.qualifiers.get('epoch') ?? epoch;
  const takesEpoch = number !== undefined && distroTypes.has(purl.type) && !/^\d+:/.test(stated);
  return takesEpoch && /^\d{1,10}$/.test(number) ? `${number}:${stated}` : stated;
}

/** A purl folds names that the registry takes in several spellings; the component's own name is the one that was found. */
function nameOf(purl: Purl, { name, group }: StatedComponent): string {
  const mark = Object.hasOwn(joined, purl.type) ? joined[purl.type] : undefined;
  // a Maven package without its group is another one, or none
  if (purl.type === 'maven' && purl.namespace === '' && group !== null && !purl.name.includes(':'))
    return `${group}:${purl.name}`;
  if (mark !== undefined && purl.namespace !== '') return `${purl.namespace}${mark}${purl.name}`;
  return name !== null && folded(name) === folded(purl.name) ? name : purl.name;
}

function folded(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

function sourceIn(purl: Purl, name: string, version: string, facts: DialectFacts): PackageDraft['source'] {
  if (!distroTypes.has(purl.type)) return null;
  const stated = facts.source ?? upstreamOf(purl) ?? facts.source;
  if (stated === undefined || stated === null) return stated;
  const source = { name: stated.name, version: stated.version ?? version };
  return isWord(source.name) && isWord(source.version) ? source : { name, version };
}

/** The qualifier `upstream` (of apk also `origin`): a source package's name, `name@version`, or the file name of a source rpm. */
function upstreamOf({ type, qualifiers }: Purl): DialectFacts['source'] {
  const text = qualifiers.get('upstream') ?? (type === 'apk' ? qualifiers.get('origin') : undefined);
  if (text === undefined) return undefined;
  if (type === 'rpm') return sourceOf(text) ?? undefined;
  const at = text.lastIndexOf('@');
  return at > 0 ? { name: text.slice(0, at), version: text.slice(at + 1) } : { name: text, version: null };
}

const longestLicense = 200;
const mostPaths = 100;
const longestPath = 4096;

/** Absolute paths that prove the package; of a distro's package its database alone. */
function pathsOf(purl: Purl, component: StatedComponent, facts: DialectFacts): readonly string[] {
  const stated = [...(facts.paths ?? []), ...component.paths, purl.qualifiers.get('file_path') ?? ''];
  const absolute = stated
    .filter((path) => path !== '' && path.length <= longestPath && !/[\u0000-\u001f\u007f]/.test(path))
    .slice(0, mostPaths)
    .map((path) => `/${path.replace(/^\/+/, '')}`);
  const distinct = [...new Set(absolute)];
  if (!distroTypes.has(purl.type)) return distinct;
  const database = distinct.find((path) =>
    /^\/(?:var|usr)?\/?lib\/.*(?:dpkg\/status|apk\/db|rpm|pacman|opkg)/.test(path),
  );
  return database === undefined ? distinct.slice(0, 1) : [database];
}

/** A source package, as Red Hat's documents list it beside those that were built from it. */
export function isSourcePackage({ purl, arch }: Pick<PackageDraft, 'purl' | 'arch'>): boolean {
  return (purl.type === 'rpm' && (arch === 'src' || arch === 'nosrc')) || (purl.type === 'deb' && arch === 'source');
}

/** How messages call a component. */
export function labelOf({ name, version, purl, ref }: StatedComponent): string {
  const text = name === null ? (purl ?? ref ?? '(no name)') : version === null ? name : `${name} ${version}`;
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
