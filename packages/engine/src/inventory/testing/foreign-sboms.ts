import type { Inventory, Package } from '../types.ts';

/** What a tool would write for an inventory: made here from what the tools' documents look like, not with our writer. */
type Writer = (inventory: Described) => object;

/** What they write down. */
export type Described = Pick<Inventory, 'distro' | 'packages'>;

const property = (name: string, value: string | null | undefined) =>
  value === null || value === undefined ? [] : [{ name, value }];

const bare = (version: string) => version.replace(/^\d+:/, '');
const epochOf = (version: string) => /^(\d+):/.exec(version)?.[1] ?? null;

/** A purl as such tools build it: namespace and qualifiers in their own ways, the rest as given. */
function purlWith(
  pkg: Package,
  namespace: string,
  version: string,
  qualifiers: Readonly<Record<string, string | null>>,
) {
  const pairs = Object.entries(qualifiers).flatMap(([key, value]) =>
    value === null ? [] : [`${key}=${encodeURIComponent(value)}`],
  );
  const [name, at] = [encodeURIComponent(pkg.name), encodeURIComponent(version)];
  return `pkg:${pkg.type}/${namespace}/${name}@${at}?${pairs.join('&')}`;
}

const distroTypes = ['deb', 'apk', 'rpm'];

function syftComponent(pkg: Package, { distro }: Described): object {
  const isDistro = distroTypes.includes(pkg.type);
  const { source } = pkg;
  const otherSource = source !== null && source.name !== pkg.name ? source.name : null;
  const sourceRpm = pkg.type === 'rpm' && source !== null ? `${source.name}-${source.version}.src.rpm` : null;
  const otherVersion = pkg.type === 'deb' && source !== null && source.version !== pkg.version ? source.version : null;
  const debUpstream =
    otherSource === null && otherVersion === null
      ? null
      : `${source?.name}${otherVersion === null ? '' : `@${otherVersion}`}`;
  const release = distro && `${distro.id}-${distro.version ?? distro.codename}`;
  const purl = isDistro
    ? purlWith(pkg, distro?.id ?? '', pkg.type === 'rpm' ? bare(pkg.version) : pkg.version, {
        arch: pkg.arch,
        distro: release,
        epoch: pkg.type === 'rpm' ? epochOf(pkg.version) : null,
        rpmmod: pkg.modularity ?? null,
        upstream: sourceRpm ?? debUpstream,
      })
    : pkg.purl;
  return {
    'bom-ref': `${purl}${purl.includes('?') ? '&' : '?'}package-id=0123456789abcdef`,
    type: 'library',
    ...(pkg.type === 'rpm' && pkg.vendor ? { publisher: pkg.vendor } : {}),
    name: pkg.name,
    version: pkg.version,
    ...(pkg.licenses.length > 0 ? { licenses: pkg.licenses.map((name) => ({ license: { name } })) } : {}),
    cpe: `cpe:2.3:a:x:${pkg.name}:*:*:*:*:*:*:*:*`,
    purl,
    properties: [
      ...property('syft:package:foundBy', 'some-cataloger'),
      ...property('syft:package:type', pkg.type),
      ...(pkg.type === 'deb' ? property('syft:location:0:path', `/usr/share/doc/${pkg.name}/copyright`) : []),
      ...property(`syft:location:${pkg.type === 'deb' ? 1 : 0}:path`, pkg.locations[0]?.path),
      ...property('syft:metadata:source', pkg.type === 'deb' ? otherSource : null),
      ...property('syft:metadata:sourceVersion', otherVersion),
      ...property('syft:metadata:originPackage', pkg.type === 'apk' ? source?.name : null),
      ...property('syft:metadata:sourceRpm', sourceRpm),
      ...property('syft:metadata:epoch', pkg.type === 'rpm' ? epochOf(pkg.version) : null),
      ...property('syft:metadata:modularityLabel', pkg.modularity),
    ],
  };
}

/** As Syft writes CycloneDX. */
export const syftCycloneDx: Writer = (inventory) => ({
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: {
    tools: { components: [{ type: 'application', author: 'anchore', name: 'syft', version: '1.18.0' }] },
    component: { 'bom-ref': 'x', type: 'container', name: 'app' },
  },
  components: [
    ...inventory.packages.map((pkg) => syftComponent(pkg, inventory)),
    ...(inventory.distro === null
      ? []
      : [
          {
            'bom-ref': 'os',
            type: 'operating-system',
            name: inventory.distro.id,
            version: inventory.distro.version ?? '',
            description: inventory.distro.prettyName,
            properties: [
              ...property('syft:distro:id', inventory.distro.id),
              ...inventory.distro.like.flatMap((word, at) => property(`syft:distro:idLike:${at}`, word)),
              ...property('syft:distro:prettyName', inventory.distro.prettyName),
              ...property('syft:distro:versionCodename', inventory.distro.codename),
              ...property('syft:distro:versionID', inventory.distro.version),
            ],
          },
        ]),
    { 'bom-ref': 'file', type: 'file', name: '/bin/x' },
  ],
});

const trivyNames: Readonly<Record<string, string>> = {
  rhel: 'redhat',
  amzn: 'amazon',
  almalinux: 'alma',
  ol: 'oracle',
};

/** Trivy states the point release where a file has it. */
const trivyRelease = (id: string, version: string) => (id === 'debian' ? `${version}.5` : version);

function trivyComponent(pkg: Package, { distro }: Described): object {
  const isDistro = distroTypes.includes(pkg.type);
  const { source } = pkg;
  const split = pkg.type === 'apk' ? -1 : (source?.version.lastIndexOf('-') ?? -1);
  const [version, release] =
    split < 0 ? [source?.version, null] : [source?.version.slice(0, split), source?.version.slice(split + 1)];
  const name = trivyNames[distro?.id ?? ''] ?? distro?.id ?? '';
  const purl = isDistro
    ? purlWith(pkg, name, bare(pkg.version), {
        arch: pkg.arch,
        distro: distro && `${name}-${trivyRelease(distro.id, distro.version ?? '')}`,
        epoch: epochOf(pkg.version),
        modularitylabel: pkg.modularity ?? null,
      })
    : pkg.purl;
  return {
    'bom-ref': purl,
    type: 'library',
    ...(pkg.type === 'rpm' && pkg.vendor ? { supplier: { name: pkg.vendor } } : {}),
    name: pkg.name,
    version: pkg.version,
    ...(pkg.licenses.length > 0 ? { licenses: pkg.licenses.map((text) => ({ license: { name: text } })) } : {}),
    purl,
    properties: [
      ...property('aquasecurity:trivy:PkgID', `${pkg.name}@${pkg.version}`),
      ...property('aquasecurity:trivy:PkgType', isDistro ? name : 'node-pkg'),
      ...(isDistro
        ? [
            ...property('aquasecurity:trivy:SrcName', source?.name),
            ...property('aquasecurity:trivy:SrcVersion', version && bare(version)),
            ...property('aquasecurity:trivy:SrcRelease', release),
            ...property(
              'aquasecurity:trivy:SrcEpoch',
              epochOf(version ?? '') ?? (pkg.type === 'rpm' ? epochOf(pkg.version) : null),
            ),
            ...property('aquasecurity:trivy:Modularitylabel', pkg.modularity),
          ]
        : property('aquasecurity:trivy:FilePath', pkg.locations[0]?.path.slice(1))),
      ...property('aquasecurity:trivy:LayerDiffID', pkg.locations[0]?.layer),
    ],
  };
}

/** As Trivy writes CycloneDX. */
export const trivyCycloneDx: Writer = (inventory) => ({
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: {
    tools: { components: [{ type: 'application', group: 'aquasecurity', name: 'trivy', version: '0.58.0' }] },
    component: {
      'bom-ref': 'x',
      type: 'container',
      name: 'app',
      properties: property('aquasecurity:trivy:SchemaVersion', '2'),
    },
  },
  components: [
    ...(inventory.distro === null
      ? []
      : [
          {
            'bom-ref': 'os',
            type: 'operating-system',
            name: trivyNames[inventory.distro.id] ?? inventory.distro.id,
            version: trivyRelease(inventory.distro.id, inventory.distro.version ?? ''),
            properties: [
              ...property('aquasecurity:trivy:Class', 'os-pkgs'),
              ...property('aquasecurity:trivy:Type', 'x'),
            ],
          },
        ]),
    {
      'bom-ref': 'lock',
      type: 'application',
      name: 'app/package-lock.json',
      properties: [...property('aquasecurity:trivy:Class', 'lang-pkgs'), ...property('aquasecurity:trivy:Type', 'npm')],
    },
    ...inventory.packages.map((pkg) => trivyComponent(pkg, inventory)),
  ],
  dependencies: [],
  vulnerabilities: [],
});

/** A component of CycloneDX as the same tool writes it as a package of SPDX. */
function spdxPackage(component: Component, at: number): SpdxPackage {
  const { name, version, purl, licenses = [], publisher, supplier, properties } = component;
  const places = properties.filter(({ name: key }) => key.startsWith('syft:location:')).map(({ value }) => value);
  const maker = publisher ?? supplier?.name;
  const isOs = component.type === 'operating-system';
  return {
    name,
    SPDXID: `SPDXRef-Package-${at}`,
    versionInfo: version,
    supplier: maker === undefined ? 'NOASSERTION' : `Organization: ${maker}`,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    ...(places.length > 0 ? { sourceInfo: `acquired package info from DPKG DB: ${places.join(', ')}` } : {}),
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: licenses[0]?.license.name ?? 'NOASSERTION',
    ...(purl === undefined
      ? {}
      : {
          externalRefs: [
            {
              referenceCategory: 'SECURITY',
              referenceType: 'cpe23Type',
              referenceLocator: 'cpe:2.3:a:x:x:1:*:*:*:*:*:*:*',
            },
            { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl },
          ],
        }),
    annotations: properties
      .filter(({ name: key }) => key.startsWith('aquasecurity:trivy:'))
      .map((each) => ({
        annotator: 'Tool: trivy-0.58.0',
        annotationDate: '2026-01-01T00:00:00Z',
        annotationType: 'OTHER',
        comment: `${each.name.slice('aquasecurity:trivy:'.length)}: ${each.value}`,
      })),
    ...(isOs ? { primaryPackagePurpose: 'OPERATING-SYSTEM' } : {}),
  };
}

interface Component {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly publisher?: string;
  readonly supplier?: { readonly name: string };
  readonly licenses?: readonly { readonly license: { readonly name: string } }[];
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

type SpdxPackage = Readonly<Record<string, unknown>> & {
  readonly SPDXID: string;
  readonly annotations: readonly Readonly<Record<string, string>>[];
  readonly externalRefs?: readonly Readonly<Record<string, string>>[];
};

function spdx(inventory: Described, write: Writer, creator: string, keep: (component: Component) => boolean) {
  const { components } = write(inventory) as { components: readonly Component[] };
  const packages = components.filter((each) => each.properties !== undefined && keep(each)).map(spdxPackage);
  const root = 'SPDXRef-DocumentRoot-Image-app';
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'app',
    documentNamespace: 'https://example.com/app',
    creationInfo: { creators: [creator, 'Organization: X'], created: '2026-01-01T00:00:00Z' },
    packages: [
      {
        name: 'app',
        SPDXID: root,
        versionInfo: '1.0',
        downloadLocation: 'NOASSERTION',
        annotations: [],
      } as SpdxPackage,
      ...packages,
    ],
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: root },
      ...packages.map(({ SPDXID }) => ({
        spdxElementId: root,
        relationshipType: 'CONTAINS',
        relatedSpdxElement: SPDXID,
      })),
    ],
  };
}

/** As Syft writes SPDX: without its own properties and without a package for the distro. */
export const syftSpdx = (inventory: Described) =>
  spdx(inventory, syftCycloneDx, 'Tool: syft-1.18.0', ({ type }) => type === 'library');

/** As Trivy writes SPDX: its properties are annotations. */
export const trivySpdx = (inventory: Described) => spdx(inventory, trivyCycloneDx, 'Tool: trivy-0.58.0', () => true);

const tags: Readonly<Record<string, string>> = {
  name: 'PackageName',
  SPDXID: 'SPDXID',
  versionInfo: 'PackageVersion',
  supplier: 'PackageSupplier',
  downloadLocation: 'PackageDownloadLocation',
  licenseDeclared: 'PackageLicenseDeclared',
  sourceInfo: 'PackageSourceInfo',
  primaryPackagePurpose: 'PrimaryPackagePurpose',
};

/** The same document in the tag-value format. */
export function tagValue(document: ReturnType<typeof syftSpdx>): string {
  const lines = [
    '# made by a test',
    `SPDXVersion: ${document.spdxVersion}`,
    `SPDXID: ${document.SPDXID}`,
    ...document.creationInfo.creators.map((creator) => `Creator: ${creator}`),
    'CreatorComment: <text>of\nseveral lines: PackageName: no</text>',
  ];
  for (const pkg of document.packages) {
    lines.push('', '##### Package', '');
    for (const [field, tag] of Object.entries(tags)) {
      if (pkg[field] !== undefined)
        lines.push(`${tag}: ${field === 'sourceInfo' ? `<text>${String(pkg[field])}</text>` : String(pkg[field])}`);
    }
    for (const each of pkg.externalRefs ?? []) {
      lines.push(`ExternalRef: ${each.referenceCategory} ${each.referenceType} ${each.referenceLocator}`);
    }
    for (const each of pkg.annotations) {
      lines.push(
        `Annotator: ${each.annotator}`,
        `SPDXREF: ${pkg.SPDXID}`,
        `AnnotationComment: <text>${each.comment}</text>`,
      );
    }
  }
  for (const each of document.relationships) {
    lines.push(`Relationship: ${each.spdxElementId} ${each.relationshipType} ${each.relatedSpdxElement}`);
  }
  return `${lines.join('\n')}\n`;
}
