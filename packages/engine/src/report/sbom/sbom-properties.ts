/**
 * What standard fields of an SBOM cannot hold, as pairs of a name and a text. The table in docs/reference/sbom.md is the
 * contract with whoever reads them back.
 */
import type { Facts, Incomplete, Package } from '../../inventory/types.ts';
import { type KeyOrder, resultKeyOrder } from '../../result/key-order.ts';
import type { InventoryResult, ResultImage } from '../../result/types.ts';
import { ordered } from '../json-text.ts';
import { isPurl } from './purl-check.ts';
import { lineText, propertyText, safeJson } from './sbom-text.ts';

/** The name is without its prefix `plimsoll:`. */
export type Property = readonly [name: string, value: string];

/** Version of the table in docs/reference/sbom.md. */
const schemaVersion = '2';

/** Characters of a version in a standard field. */
const maxVersionChars = 1024;

export function documentProperties({ inputs }: InventoryResult): Property[] {
  const { product, subject, base, catalogers, settings, evaluatedAt } = inputs;
  const { stage: _, ...judged } = subject;
  const { limits } = settings;
  const set = limits === undefined ? {} : { limits };
  const said = { product, subject: judged, base, catalogers, settings: set, evaluatedAt };
  return [
    ['schema', schemaVersion],
    ['inputs', safeJson(ordered(said, orderOf('inputs')))],
  ];
}

export function imageProperties(result: InventoryResult): Property[] {
  const { image, facts } = result;
  return [
    ...text('image:reference', image.reference),
    ...text('image:id', image.id),
    ...text('image:digest', image.digest),
    ...text('image:platform', image.platform),
    ...image.names.flatMap((name) => text('image:name', name)),
    ...(image.base === null ? [] : [json('image:base', image.base, orderOf('image', 'base'))]),
    ...image.layers.map((layer) => json('image:layer', layer, orderOf('image', 'layers'))),
    ...config(facts),
    ...gathered.flatMap((name) => fact(facts, name)),
    ...(facts.coverage === null ? [] : [json('image:coverage', facts.coverage, orderOf('facts', 'coverage'))]),
    ...seenIncomplete(result).map((entry) => json('incomplete', entry, orderOf('incomplete'))),
  ];
}

/** Those of which an empty list says that there are none; the Dockerfile is told by configuration and base. */
const gathered = ['files', 'licenses', 'programs', 'users', 'secrets', 'code'] as const;

function fact(facts: Facts, name: (typeof gathered)[number]): Property[] {
  const value = facts[name];
  return value === undefined ? [] : [json(`image:${name}`, value, orderOf('facts', name))];
}

/** What is missing in the inventory, without what a scan says of judging it: the SBOM of a scan is that of the image. */
export function seenIncomplete({ incomplete }: InventoryResult): readonly Incomplete[] {
  return incomplete.filter(({ code }) => !judging.has(code));
}

const judging: ReadonlySet<Incomplete['code']> = new Set(['no-feed', 'not-comparable', 'version-unparsed']);

export function distroProperties(distro: NonNullable<ResultImage['distro']>): Property[] {
  return [
    ...unlessHeld('distro:id', distro.id, nameText(distro.id)),
    ...(distro.version === null ? [] : unlessHeld('distro:version', distro.version, versionText(distro.version))),
    ...text('distro:codename', distro.codename),
    ...text('distro:pretty-name', distro.prettyName),
    ...distro.like.flatMap((like) => text('distro:like', like)),
  ];
}

/** @param licensesHeld whether the standard field holds exactly the declared texts */
export function packageProperties(pkg: Package, licensesHeld: boolean): Property[] {
  return [
    ...text('type', pkg.type),
    ...unlessHeld('name', pkg.name, nameText(pkg.name)),
    ...unlessHeld('version', pkg.version, versionText(pkg.version)),
    ...(isPurl(pkg.purl) ? [] : text('purl', pkg.purl)),
    ...text('arch', pkg.arch),
    ...(pkg.source ? [...text('source:name', pkg.source.name), ...text('source:version', pkg.source.version)] : []),
    ...(licensesHeld ? [] : pkg.licenses.flatMap((license) => text('license', license))),
    ...pkg.locations.flatMap(({ path, layer }) => text('location', `${layer ?? '-'} ${path}`)),
    ...text('owned-by', pkg.ownedBy),
    ...text('claimed-by', pkg.claimedBy ?? null),
    ...text('modularity', pkg.modularity ?? null),
    ...(pkg.vendor == null ? [] : unlessHeld('vendor', pkg.vendor, vendorText(pkg.vendor))),
  ];
}

/** Of a standard field. */
export function versionText(version: string): string {
  return lineText(version).slice(0, maxVersionChars).toWellFormed();
}

/** Of a standard field; null where that could not hold it: SPDX takes what stands in parentheses for an address. */
export function vendorText(vendor: string | null | undefined): string | null {
  return vendor == null || vendor.includes('(') ? null : lineText(vendor) || null;
}

/** Of a standard field, which may not be empty. */
export function nameText(name: string): string {
  return lineText(name) || 'unnamed';
}

function text(name: string, value: string | null): Property[] {
  return value === null ? [] : [[name, propertyText(value)]];
}

/** What readers of SPDX take for nothing said, though a package may be called so. */
const wordsForNothing: ReadonlySet<string> = new Set(['NONE', 'NOASSERTION']);

function unlessHeld(name: string, value: string, held: string | null): Property[] {
  return value === held && !wordsForNothing.has(value) ? [] : text(name, value);
}

function json(name: string, value: unknown, order: KeyOrder | null): Property {
  return [name, safeJson(ordered(value, order))];
}

/** Values of variables may be secrets that nobody recognises; what was recognised is told without its value. */
function config({ config: own, secrets, configSecrets = [] }: Facts): Property[] {
  if (own === null) return [];
  const env = own.env.map((variable) => `${variable.split('=', 1)[0]}=`);
  return [
    json('image:config', { ...own, env }, orderOf('facts', 'config')),
    ...(secrets === undefined ? [json('image:config-secrets', configSecrets, orderOf('facts', 'configSecrets'))] : []),
  ];
}

function orderOf(...path: readonly string[]): KeyOrder | null {
  return path.reduce<KeyOrder | null>((order, key) => order?.[key] ?? null, resultKeyOrder);
}
