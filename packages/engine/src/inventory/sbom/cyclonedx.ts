import { isRecord } from '../declared.ts';
import type { SbomCollector } from './sbom-collector.ts';
import type { ComponentKind, StatedComponent } from './stated-component.ts';

/** Types of components that are no packages by themselves; further ones (library, framework …) are. */
const others: ReadonlySet<unknown> = new Set([
  'file',
  'container',
  'data',
  'cryptographic-asset',
  'machine-learning-model',
]);

const mostProperties = 10_000;
const mostLicenses = 1000;
const mostPlaces = 100;
const mostBuilt = 1000;

/**
 * Takes in a component and those nested in it, however deep.
 *
 * @see https://cyclonedx.org/docs/1.6/json/#components
 */
export function takeComponents(value: unknown, collector: SbomCollector): void {
  // a list may be longer than what can be passed as arguments
  const open: Iterator<unknown>[] = [[value].values()];
  for (let list = open.at(-1); list !== undefined; list = open.at(-1)) {
    const { done, value: next } = list.next();
    if (done === true) open.pop();
    else if (isRecord(next)) {
      collector.component(statedIn(next));
      if (next.components !== undefined) open.push(listOf(next.components).values());
    } else collector.noComponent();
  }
}

/** `metadata`: what the document is about is no package of it, what made it tells how to read it. */
export function takeMetadata(value: unknown, collector: SbomCollector): void {
  if (!isRecord(value)) return;
  for (const tool of toolsIn(value.tools)) collector.tool(tool);
  collector.document(propertiesIn(value.properties));
  const stated = isRecord(value.component) ? value.component.properties : undefined;
  const about = propertiesIn(stated);
  if (Array.isArray(stated) && stated.length > mostProperties) {
    const message = `the SBOM has more than ${mostProperties} properties of the image, the others were not read`;
    collector.incomplete({ code: 'sbom-incomplete', message });
  }
  if (about.has('plimsoll:image:reference')) collector.image(about);
  const nested = isRecord(value.component) ? value.component.components : undefined;
  for (const each of listOf(nested ?? [])) takeComponents(each, collector);
}

/** A composition that says that something is missing. */
export function takeComposition(value: unknown, collector: SbomCollector): void {
  const aggregate = isRecord(value) ? value.aggregate : null;
  if (typeof aggregate !== 'string' || !aggregate.startsWith('incomplete')) return;
  collector.incomplete({ code: 'sbom-incomplete', message: 'the SBOM says of itself that it is not complete' });
}

/** Something else in the place of a list is passed on to where it is told that it is no component. */
function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Until 1.4 a list of `{vendor, name, version}`, since 1.5 `{components, services}`. */
function toolsIn(tools: unknown): readonly string[] {
  const list = isRecord(tools) ? tools.components : tools;
  return (Array.isArray(list) ? list.slice(0, mostPlaces) : []).flatMap((tool) =>
    isRecord(tool) && typeof tool.name === 'string' ? [tool.name] : [],
  );
}

function statedIn(component: Readonly<Record<string, unknown>>): StatedComponent {
  const properties = propertiesIn(component.properties);
  return {
    kind: kindOf(component.type, properties),
    ref: text(component['bom-ref']),
    group: text(component.group),
    name: text(component.name),
    version: text(component.version),
    purl: text(component.purl),
    maker: text(component.publisher) ?? (isRecord(component.supplier) ? text(component.supplier.name) : null),
    description: text(component.description),
    licenses: licensesIn(component.licenses),
    paths: placesIn(component.evidence),
    builds: buildsIn(component),
    properties,
  };
}

/** Trivy makes lock files applications, with a class of their own. */
function kindOf(type: unknown, properties: StatedComponent['properties']): ComponentKind {
  if (type === 'operating-system') return 'system';
  return others.has(type) || properties.has('aquasecurity:trivy:Class') ? 'other' : 'package';
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function propertiesIn(value: unknown): StatedComponent['properties'] {
  const found = new Map<string, string[]>();
  for (const property of Array.isArray(value) ? value.slice(0, mostProperties) : []) {
    if (!isRecord(property) || typeof property.name !== 'string' || typeof property.value !== 'string') continue;
    const values = found.get(property.name);
    if (values === undefined) found.set(property.name, [property.value]);
    else values.push(property.value);
  }
  return found;
}

/** `[{license: {id | name}}]` or `[{expression}]` */
function licensesIn(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value.slice(0, mostLicenses) : []).flatMap((choice) => {
    if (!isRecord(choice)) return [];
    const { expression } = choice;
    const license = isRecord(choice.license) ? (choice.license.id ?? choice.license.name) : null;
    return [expression, license].filter((each) => typeof each === 'string');
  });
}

function placesIn(evidence: unknown): readonly string[] {
  const occurrences = isRecord(evidence) ? evidence.occurrences : null;
  return (Array.isArray(occurrences) ? occurrences.slice(0, mostPlaces) : []).flatMap((each) =>
    isRecord(each) && typeof each.location === 'string' ? [each.location] : [],
  );
}

/** cdxgen tags source packages, whose evidence names the packages built from them; of merged ones an empty list is left. */
function buildsIn({ tags, evidence }: Readonly<Record<string, unknown>>): readonly string[] | null {
  const identity = isRecord(evidence) ? evidence.identity : null;
  if (!Array.isArray(identity)) return null;
  if (identity.length === 0) return [];
  if (!Array.isArray(tags) || !tags.includes('source')) return null;
  return identity.slice(0, mostPlaces).flatMap((each) => {
    const methods = isRecord(each) && Array.isArray(each.methods) ? each.methods.slice(0, mostBuilt) : [];
    return methods.flatMap((method) => (isRecord(method) && typeof method.value === 'string' ? [method.value] : []));
  });
}
