import type { Purl } from '../../purl/parse-purl.ts';
import type { Distro } from '../types.ts';
import { propertyOf, type StatedComponent } from './stated-component.ts';

/** What Trivy calls distros, and what they call themselves (`ID` of os-release). */
const ids: Readonly<Record<string, string>> = {
  redhat: 'rhel',
  amazon: 'amzn',
  oracle: 'ol',
  alma: 'almalinux',
  'cbl-mariner': 'mariner',
  'opensuse.leap': 'opensuse-leap',
  'opensuse.tumbleweed': 'opensuse-tumbleweed',
  'suse linux enterprise server': 'sles',
  'suse linux enterprise micro': 'sle-micro',
  'red hat enterprise linux': 'rhel',
  'debian gnu/linux': 'debian',
  'alpine linux': 'alpine',
};

/** These state more of the release than VERSION_ID holds: `12.5`, `2023.3.20240312 (Amazon Linux)`. */
const majorOnly: readonly string[] = ['debian', 'amzn'];

/** The distro that a component of type operating-system names; null where it names none. */
export function distroOfSystem(component: StatedComponent): Distro | null {
  const syft = (name: string) => propertyOf(component, `syft:distro:${name}`);
  const id = idOf(syft('id') ?? component.name);
  if (id === null) return null;
  const like: string[] = [];
  for (let at = 0; at < 20; at += 1) {
    const word = syft(`idLike:${at}`);
    if (word !== null) like.push(word);
  }
  const pretty = syft('prettyName') ?? component.description;
  return {
    ...release(id, syft('versionID') ?? component.version),
    ...codename(wordOf(syft('versionCodename'))),
    prettyName: pretty !== null && /^[^\u0000-\u001f\u007f]{1,200}$/.test(pretty) ? pretty : null,
    like,
  };
}

function codename(stated: string | null): { codename?: string } {
  return stated === null ? {} : { codename: stated };
}

/** Namespaces of package URLs that name a distro of one rolling release. */
const rolling: readonly string[] = ['wolfi', 'chainguard', 'minimos', 'arch'];

/** The distro that a package URL names; null: none, or not which release. */
export function distroOfPurl(purl: Purl): Distro | null {
  const { namespace, qualifiers } = purl;
  const stated = distroQualifier(purl);
  if (stated !== undefined) return distroOfQualifier(namespace, stated);
  // Red Hat's own documents name the repository: rhel-9-for-x86_64-baseos-rpms
  const repository = /^(?:rhel|ubi)-(\d{1,2})(?:\.\d+)?-for-/.exec(qualifiers.get('repository_id') ?? '');
  if (namespace === 'redhat' && repository !== null) return distroOfQualifier('redhat', `rhel-${repository[1]}`);
  return rolling.includes(namespace)
    ? { id: namespace, version: null, codename: null, prettyName: null, like: [] }
    : null;
}

/** Qualifiers that only Docker's tools write: `os_distro=bookworm&os_name=debian&os_version=12`. */
const dockersQualifiers: readonly string[] = ['os_distro', 'os_name', 'os_version'];

/** What a purl says of its distro, as the `distro` qualifier would: `debian-12`. */
export function distroQualifier({ qualifiers }: Purl): string | undefined {
  const [codename, name, version] = dockersQualifiers.map((each) => qualifiers.get(each));
  const release = version ?? codename;
  const dockers = name !== undefined && release !== undefined ? `${name}-${release}` : (name ?? codename);
  return qualifiers.get('distro') ?? dockers;
}

/** The distro that the `distro` qualifier of a purl names: `debian-12`, `opensuse-leap-15.3`, `jessie` in namespace debian. */
export function distroOfQualifier(namespace: string, qualifier: string): Distro | null {
  // Trivy leaves the name out where the namespace has it
  const [, name, version] = /^\d/.test(qualifier)
    ? [null, namespace, qualifier]
    : (/^(.+?)-(\d.*|edge|sid)$/s.exec(qualifier) ?? []);
  const id = idOf(name ?? (qualifier === namespace || namespace === '' ? qualifier : namespace));
  if (id === null) return null;
  const rest = name === undefined && qualifier !== id ? qualifier.replace(`${id}-`, '') : null;
  return { ...release(id, version ?? null), ...codename(wordOf(rest)), prettyName: null, like: [] };
}

/** What tools write where they know none. */
const noIds: readonly string[] = ['none', 'unknown'];

function idOf(name: string | null): string | null {
  const id = (name ?? '').trim().toLowerCase();
  if (noIds.includes(id)) return null;
  const known = Object.hasOwn(ids, id) ? ids[id]! : id;
  return wordOf(known);
}

function release(id: string, stated: string | null): Pick<Distro, 'id' | 'version' | 'codename'> {
  // `9.4+eus`: the release with a longer support
  const text = wordOf(stated?.trim().split(/[\s+]/, 1)[0] ?? null);
  if (text === null) return { id, version: null, codename: null };
  if (!/^\d/.test(text) && id === 'debian') return { id, version: null, codename: text.split('/')[0]! };
  const major = majorOnly.includes(id) && /^(?:[4-9]|\d\d|20(?:2[2-9]|[3-9]\d))(?=\.)/.exec(text)?.[0];
  return { id, version: major || text, codename: null };
}

function wordOf(text: string | null): string | null {
  return text !== null && /^[\w.+~:/-]{1,100}$/.test(text) ? text : null;
}

/** Whether two statements are about one release. */
export function sameRelease(a: Distro, b: Distro): boolean {
  return a.id === b.id && (a.version === b.version || a.version === null || b.version === null);
}
