/** Reads our own SBOMs as docs/reference/sbom.md says, to hold what was written against what it was written from. */
import type { Package } from '../../inventory/types.ts';
import type { InventoryResult } from '../../result/types.ts';

/** What every format has of an element: its standard fields, and our properties without their prefix. */
export interface ReadElement {
  readonly ref: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string | null;
  readonly vendor: string | null;
  readonly licenses: readonly string[];
  readonly properties: readonly (readonly [string, string])[];
}

export interface ReadSbom {
  readonly document: ReadElement['properties'];
  readonly image: ReadElement;
  readonly distro: ReadElement | null;
  readonly packages: readonly ReadElement[];
  /** owner and owned, by reference */
  readonly owners: readonly (readonly [string, string])[];
}

function values({ properties }: Pick<ReadElement, 'properties'>, name: string): readonly string[] {
  return properties.flatMap(([key, value]) => (key === name ? [value] : []));
}

function textOf(value: string): string {
  return value.startsWith('"') ? (JSON.parse(value) as string) : value;
}

function texts(element: Pick<ReadElement, 'properties'>, name: string): readonly string[] {
  return values(element, name).map(textOf);
}

function first(element: Pick<ReadElement, 'properties'>, name: string): string | null {
  return texts(element, name)[0] ?? null;
}

function readPackage(element: ReadElement): Package {
  const type = first(element, 'type')!;
  const source = first(element, 'source:name');
  const licenses = texts(element, 'license');
  return {
    type,
    name: first(element, 'name') ?? element.name,
    version: first(element, 'version') ?? element.version,
    purl: first(element, 'purl') ?? element.purl!,
    arch: first(element, 'arch'),
    source: source === null ? null : { name: source, version: first(element, 'source:version')! },
    licenses: licenses.length > 0 ? licenses : element.licenses,
    locations: texts(element, 'location').map((text) => {
      const [, layer = '', path = ''] = /^(\S+) (.*)$/s.exec(text) ?? [];
      return { path, layer: layer === '-' ? null : layer };
    }),
    ownedBy: first(element, 'owned-by'),
    ...(type === 'rpm' && {
      modularity: first(element, 'modularity'),
      vendor: first(element, 'vendor') ?? element.vendor,
    }),
  };
}

/** The part of a result that an SBOM carries. */
export function carried(result: InventoryResult) {
  const { image, inputs, packages, facts, incomplete } = result;
  const { product, base, catalogers, evaluatedAt } = inputs;
  const { stage: _, ...subject } = inputs.subject;
  const env = facts.config?.env.map((each) => `${each.split('=')[0]}=`);
  return {
    image: { ...image, distro: image.distro && { ...image.distro, endOfLife: null } },
    inputs: {
      product,
      subject,
      base,
      catalogers,
      evaluatedAt,
      settings: 'limits' in inputs.settings ? inputs.settings : {},
    },
    packages,
    // values of the environment are not written into SBOMs, and the Dockerfile is told by the configuration
    facts: {
      ...facts,
      config: facts.config && { ...facts.config, env },
      configSecrets: facts.config && !facts.secrets ? (facts.configSecrets ?? []) : undefined,
      dockerfile: undefined,
    },
    incomplete,
  };
}

/** The same, of an SBOM. */
export function readBack({ document, image, distro, packages }: ReadSbom) {
  const list = (name: string) => values(image, name).map((value) => JSON.parse(value) as unknown);
  return {
    image: {
      reference: first(image, 'image:reference'),
      id: first(image, 'image:id'),
      digest: first(image, 'image:digest'),
      platform: first(image, 'image:platform'),
      names: texts(image, 'image:name'),
      distro: distro && {
        id: first(distro, 'distro:id') ?? distro.name,
        version: first(distro, 'distro:version') ?? (distro.version || null),
        codename: first(distro, 'distro:codename'),
        prettyName: first(distro, 'distro:pretty-name'),
        like: texts(distro, 'distro:like'),
        endOfLife: null,
      },
      base: list('image:base')[0] ?? null,
      layers: list('image:layer'),
    },
    inputs: JSON.parse(values({ properties: document }, 'inputs')[0]!) as unknown,
    packages: packages.map(readPackage),
    facts: {
      coverage: list('image:coverage')[0] ?? null,
      config: list('image:config')[0] ?? null,
      ...Object.fromEntries(
        ['files', 'licenses', 'programs', 'users', 'secrets', 'code'].flatMap((name) => {
          const [told] = list(`image:${name}`);
          return told === undefined ? [] : [[name, told]];
        }),
      ),
      configSecrets: list('image:config-secrets')[0],
    },
    incomplete: list('incomplete'),
  };
}

interface CycloneDxComponent {
  readonly type: string;
  readonly 'bom-ref': string;
  readonly group?: string;
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly supplier?: { readonly name: string };
  readonly licenses?: readonly { readonly license?: { id?: string; name?: string }; readonly expression?: string }[];
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

export interface CycloneDxDocument {
  readonly serialNumber: string;
  readonly metadata: { readonly component: CycloneDxComponent; readonly properties: CycloneDxComponent['properties'] };
  readonly components: readonly CycloneDxComponent[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  readonly compositions: readonly { readonly aggregate: string; readonly assemblies?: readonly string[] }[];
}

export function readCycloneDx({ metadata, components, dependencies }: CycloneDxDocument): ReadSbom {
  const distro = components.find(({ type }) => type === 'operating-system');
  return {
    document: ownProperties(metadata),
    image: cycloneDxElement(metadata.component),
    distro: distro ? cycloneDxElement(distro) : null,
    packages: components.filter((each) => each !== distro).map(cycloneDxElement),
    owners: dependencies
      .filter(({ ref }) => ref !== metadata.component['bom-ref'])
      .flatMap(({ ref, dependsOn }) => dependsOn.map((owned) => [ref, owned] as const)),
  };
}

function ownProperties({ properties }: Pick<CycloneDxComponent, 'properties'>): ReadElement['properties'] {
  return properties.map(({ name, value }) => [name.replace(/^plimsoll:/, ''), value]);
}

function cycloneDxElement(component: CycloneDxComponent): ReadElement {
  const { group, name, version = '', purl = null, supplier, licenses = [] } = component;
  const separator = ownProperties(component).some(([key, value]) => key === 'type' && value === 'maven') ? ':' : '/';
  return {
    ref: component['bom-ref'],
    name: group === undefined ? name : `${group}${separator}${name}`,
    version,
    purl,
    vendor: supplier?.name ?? null,
    licenses: licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name ?? ''),
    properties: ownProperties(component),
  };
}
