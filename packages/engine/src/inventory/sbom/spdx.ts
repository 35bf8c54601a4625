import { isRecord } from '../declared.ts';
import { jsonIn } from './own-properties.ts';
import type { SbomCollector } from './sbom-collector.ts';
import type { ComponentKind, StatedComponent } from './stated-component.ts';

/** Of a package: external references, annotations. */
const mostEntries = 10_000;

/** What the format says where nothing is stated. */
const unstated: readonly unknown[] = ['NONE', 'NOASSERTION', ''];

/**
 * Takes in one entry of `packages`.
 *
 * @see https://spdx.github.io/spdx-spec/v2.3/package-information/
 */
export function takePackage(value: unknown, collector: SbomCollector): void {
  if (!isRecord(value)) collector.noComponent();
  else collector.component(statedIn(value));
}

/** `creationInfo`: `Tool: syft-1.18.0` */
export function takeCreation(value: unknown, collector: SbomCollector): void {
  const creators = isRecord(value) && Array.isArray(value.creators) ? value.creators.slice(0, mostEntries) : [];
  for (const creator of creators) {
    if (typeof creator === 'string' && creator.startsWith('Tool:')) collector.tool(withoutVersion(creator.slice(5)));
  }
}

function withoutVersion(tool: string): string {
  const name = tool.trim();
  const version = name.search(/-v?\d/);
  return version < 1 ? name : name.slice(0, version);
}

/** Annotations of the document: what our own say of how they were made. */
export function takeAnnotations(value: unknown, collector: SbomCollector): void {
  collector.document(propertiesIn({ annotations: [value] }));
}

/** What the document is about is no package of it; a file that a package ships proves another one. */
export function takeRelationship(value: unknown, collector: SbomCollector): void {
  if (!isRecord(value)) return;
  const { spdxElementId: from, relationshipType: type, relatedSpdxElement: to, comment } = value;
  if (typeof from !== 'string' || typeof to !== 'string') return;
  if (type === 'DESCRIBES') collector.describes(to);
  if (type === 'DESCRIBED_BY') collector.describes(from);
  if (type === 'GENERATED_FROM') collector.builtFrom(from, to);
  if (type === 'OTHER' && typeof comment === 'string' && comment.startsWith('ownership-by-file-overlap')) {
    collector.owns(from, to);
  }
}

function statedIn(pkg: Readonly<Record<string, unknown>>): StatedComponent {
  const properties = propertiesIn(pkg);
  return {
    kind: kindOf(pkg, properties),
    ref: text(pkg.SPDXID),
    group: null,
    name: text(pkg.name),
    version: text(pkg.versionInfo),
    purl: purlIn(pkg.externalRefs),
    maker:
      text(pkg.supplier)
        ?.replace(/^(?:Organization|Person): /, '')
        .replace(/ \([^()]*\)$/, '') ?? null,
    description: text(pkg.summary) ?? text(pkg.description),
    licenses: [text(pkg.licenseDeclared)].filter((license) => license !== null),
    paths: pathsIn(pkg.sourceInfo),
    builds: null,
    properties,
  };
}

/**
 * Trivy makes lock files applications, with a class of their own. Before it stated purposes, what is no package was known by its
 * reference, without version and package URL.
 */
function kindOf(pkg: Readonly<Record<string, unknown>>, properties: StatedComponent['properties']): ComponentKind {
  const { primaryPackagePurpose: purpose, SPDXID: ref } = pkg;
  const word = typeof purpose === 'string' ? purpose.replace(/[-_]/g, ' ') : '';
  if (word === 'OPERATING SYSTEM') return 'system';
  if (['CONTAINER', 'FILE'].includes(word) || properties.has('aquasecurity:trivy:Class')) return 'other';
  if (word !== '' || typeof ref !== 'string' || purlIn(pkg.externalRefs) !== null) return 'package';
  if (ref.startsWith('SPDXRef-OperatingSystem-')) return 'system';
  const isNone = /^SPDXRef-(?:ContainerImage|Application)-/.test(ref) && text(pkg.versionInfo) === null;
  return isNone ? 'other' : 'package';
}

function text(value: unknown): string | null {
  return typeof value === 'string' && !unstated.includes(value) ? value : null;
}

/** Red Hat states one with and one without the repository: the one that says more. */
function purlIn(references: unknown): string | null {
  let best: string | null = null;
  for (const reference of Array.isArray(references) ? references.slice(0, mostEntries) : []) {
    const stated = isRecord(reference) && reference.referenceType === 'purl' ? text(reference.referenceLocator) : null;
    if (stated !== null && (best === null || saysMore(stated, best))) best = stated;
  }
  return best;
}

function saysMore(purl: string, than: string): boolean {
  return purl.length > than.length && purl.split('?', 1)[0] === than.split('?', 1)[0];
}

/** Syft: `acquired package info from DPKG DB: /var/lib/dpkg/status, /usr/share/doc/…` */
function pathsIn(info: unknown): readonly string[] {
  const list = typeof info === 'string' ? /^acquired package info from [^:]*: (.*)$/.exec(info)?.[1] : undefined;
  return (list ?? '').split(', ').filter((path) => path.startsWith('/'));
}

/**
 * What tools put into annotations (older ones: attribution texts, source information). Trivy: `SrcName: openssl`; ours:
 * `plimsoll:[["type","deb"]]`.
 */
function propertiesIn(element: Readonly<Record<string, unknown>>): StatedComponent['properties'] {
  const found = new Map<string, string[]>();
  const put = (name: string, value: string) => {
    const values = found.get(name);
    if (values === undefined) found.set(name, [value]);
    else values.push(value);
  };
  const annotations = Array.isArray(element.annotations) ? element.annotations.slice(0, mostEntries) : [];
  for (const each of annotations) {
    if (!isRecord(each) || typeof each.comment !== 'string' || typeof each.annotator !== 'string') continue;
    if (/^Tool: *trivy/i.test(each.annotator)) putTrivy(each.comment, put);
    if (/^Tool: *plimsoll/.test(each.annotator)) putOwn(each.comment, put);
  }
  const texts = Array.isArray(element.attributionTexts) ? element.attributionTexts.slice(0, mostEntries) : [];
  for (const each of texts) if (typeof each === 'string') putTrivy(each, put);
  const [, name, version] =
    (typeof element.sourceInfo === 'string' && /^built package from: (\S+) (\S+)$/.exec(element.sourceInfo)) || [];
  if (name !== undefined && version !== undefined && !found.has('aquasecurity:trivy:SrcName')) {
    put('aquasecurity:trivy:SrcName', name);
    put('aquasecurity:trivy:SrcVersion', version);
  }
  return found;
}

function putTrivy(comment: string, put: (name: string, value: string) => void): void {
  const [, name, value] = /^([A-Za-z]+): (.+)$/.exec(comment) ?? [];
  if (name !== undefined && value !== undefined) put(`aquasecurity:trivy:${name}`, value);
}

function putOwn(comment: string, put: (name: string, value: string) => void): void {
  if (!comment.startsWith('plimsoll:[')) return;
  // without its properties the package is one of any tool
  const pairs = jsonIn(comment.slice('plimsoll:'.length));
  for (const pair of Array.isArray(pairs) ? pairs : []) {
    const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
    if (typeof name === 'string' && typeof value === 'string') put(`plimsoll:${name}`, value);
  }
}
