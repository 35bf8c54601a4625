/**
 * The inventory as CycloneDX JSON, of a scan with the findings as vulnerabilities. What its fields cannot hold is in properties (docs/reference/sbom.md).
 *
 * @see https://cyclonedx.org/docs/1.6/json/
 */
import type { Package } from '../inventory/types.ts';
import type { InventoryResult } from '../result/types.ts';
import { cycloneDxHolds, cycloneDxLicenses } from './sbom/declared-licenses.ts';
import { jsonPieces, Listed, listPieces, type Section, Written } from './sbom/json-pieces.ts';
import { onceForSeveral } from './sbom/once-for-several.ts';
import { isPurl } from './sbom/purl-check.ts';
import { createSbom, distroRef, imageRef, type Sbom } from './sbom/sbom.ts';
import {
  distroProperties,
  documentProperties,
  imageProperties,
  nameText,
  type Property,
  packageProperties,
  vendorText,
  versionText,
} from './sbom/sbom-properties.ts';
import { lineText } from './sbom/sbom-text.ts';
import { vulnerabilities } from './sbom/vulnerabilities.ts';
import type { InventoryFormat } from './types.ts';

type SpecVersion = '1.5' | '1.6';

/** What a document says, in order; of findings only where the image was judged. */
const sections: readonly ((sbom: Sbom, spec: SpecVersion, together: boolean) => Section)[] = [
  (sbom) => ['metadata', metadata(sbom)],
  (sbom, spec) => ['components', new Listed(components(sbom, spec))],
  (sbom) => ['dependencies', new Listed(dependencies(sbom))],
  (sbom) => ['compositions', compositions(sbom)],
  (sbom, _, together) => ['vulnerabilities', judged(sbom, together)],
];

function* document(result: InventoryResult, format: string, spec: SpecVersion, together: boolean): Generator<Section> {
  const sbom = createSbom(result, format);
  yield ['$schema', `http://cyclonedx.org/schema/bom-${spec}.schema.json`];
  yield ['bomFormat', 'CycloneDX'];
  yield ['specVersion', spec];
  yield ['serialNumber', `urn:uuid:${sbom.uuid}`];
  yield ['version', 1];
  for (const section of sections) yield section(sbom, spec, together);
}

/** The same in every version of the format; undefined of an inventory that nobody judged. */
function judged(sbom: Sbom, together: boolean): Written | undefined {
  const entries = vulnerabilities(sbom);
  if (entries === null) return undefined;
  const pieces = () => listPieces(new Listed(entries));
  return new Written(together ? once(sbom.result, pieces) : pieces());
}

const once = onceForSeveral();

function metadata({ result, time, imageName }: Sbom): unknown {
  const { image, inputs } = result;
  const version = image.digest ?? image.id;
  const manifest = image.id === null ? undefined : /^sha256:([0-9a-f]{64})$/.exec(image.digest ?? '')?.[1];
  return {
    timestamp: time,
    lifecycles: [{ phase: 'post-build' }],
    tools: { components: [{ type: 'application', name: 'plimsoll', version: inputs.product.version }] },
    component: {
      type: 'container',
      'bom-ref': imageRef,
      name: imageName,
      version: version === null ? undefined : versionText(version),
      hashes: manifest === undefined ? undefined : [{ alg: 'SHA-256', content: manifest }],
      properties: properties(imageProperties(result)),
    },
    properties: properties(documentProperties(result)),
  };
}

function* components({ result, refs }: Sbom, spec: SpecVersion): Generator<unknown> {
  const { distro } = result.image;
  if (distro !== null) {
    yield {
      type: 'operating-system',
      'bom-ref': distroRef,
      name: nameText(distro.id),
      version: distro.version === null ? undefined : versionText(distro.version),
      description: distro.prettyName === null ? undefined : lineText(distro.prettyName),
      properties: properties(distroProperties(distro)),
    };
  }
  for (const [index, pkg] of result.packages.entries()) yield component(pkg, refs[index]!, spec);
}

function component(pkg: Package, ref: string, spec: SpecVersion): unknown {
  const vendor = vendorText(pkg.vendor);
  const licenses = cycloneDxLicenses(pkg);
  const paths = [...new Set(pkg.locations.map(({ path }) => lineText(path)))];
  return {
    type: pkg.type === 'generic' ? 'application' : 'library',
    'bom-ref': ref,
    supplier: vendor === null ? undefined : { name: vendor },
    ...groupAndName(pkg),
    version: versionText(pkg.version) || undefined,
    licenses: licenses.length === 0 ? undefined : licenses.map((each) => declared(each, spec)),
    purl: isPurl(pkg.purl) ? pkg.purl : undefined,
    evidence: paths.length === 0 ? undefined : { occurrences: paths.map((location) => ({ location })) },
    properties: properties(packageProperties(pkg, cycloneDxHolds(pkg))),
  };
}

/** Types whose names have a part of their own before the last separator. */
const groups: Readonly<Record<string, RegExp>> = {
  maven: /^([^:]+):(.+)$/,
  npm: /^(@[^/]+)\/(.+)$/,
  composer: /^([^/]+)\/(.+)$/,
};

function groupAndName({ type, name }: Package): { group?: string; name: string } {
  const [, group, rest] = (Object.hasOwn(groups, type) ? groups[type]?.exec(lineText(name)) : null) ?? [];
  return group && rest ? { group, name: rest } : { name: nameText(name) };
}

function declared(entry: ReturnType<typeof cycloneDxLicenses>[number], spec: SpecVersion): unknown {
  if (spec === '1.5') return entry;
  const acknowledgement = 'declared';
  return 'license' in entry ? { license: { ...entry.license, acknowledgement } } : { ...entry, acknowledgement };
}

/** The image holds what nobody in it owns; an owner what it ships. */
function* dependencies({ result, refs, owned }: Sbom): Generator<unknown> {
  const inPackages = new Set([...owned.values()].flat());
  const direct = refs.filter((_, index) => !inPackages.has(index));
  yield { ref: imageRef, dependsOn: result.image.distro === null ? direct : [distroRef, ...direct] };
  for (const [owner, list] of [...owned].sort(([a], [b]) => a - b)) {
    yield { ref: refs[owner], dependsOn: list.map((index) => refs[index]) };
  }
}

/** Dependencies between packages are not looked at. */
function compositions({ completeness }: Sbom): unknown {
  return [
    { aggregate: completeness, assemblies: [imageRef] },
    { aggregate: 'unknown', dependencies: [imageRef] },
  ];
}

function properties(list: readonly Property[]): unknown {
  return list.map(([name, value]) => ({ name: `plimsoll:${name}`, value }));
}

function format(name: string, spec: SpecVersion): InventoryFormat {
  return {
    name,
    isJudgedLater: true,
    extension: 'cdx.json',
    mediaType: `application/vnd.cyclonedx+json; version=${spec}`,
    render: (result, options) => jsonPieces(document(result, name, spec, options?.together === true)),
  };
}

export const cyclonedx = format('cyclonedx', '1.6');
export const cyclonedx15 = format('cyclonedx-1.5', '1.5');
