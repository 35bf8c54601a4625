/**
 * Our own SBOMs: properties that begin with `plimsoll:` hold what the formats have no field for, so that reading one gives
 * the inventory of the image. What they hold is as hostile as any other text.
 *
 * @see docs/reference/sbom.md
 */

import { parsePurl } from '../../purl/parse-purl.ts';
import { isWord } from '../declared.ts';
import type { Distro, Package } from '../types.ts';
import { all, one, prefix } from './own-properties.ts';
import type { StatedComponent } from './stated-component.ts';

/** Beginning of a purl type whose name has its group before this mark. */
const groupMarks: Readonly<Record<string, string>> = { maven: ':', npm: '/', composer: '/' };

export function isOwnPackage({ properties }: StatedComponent): boolean {
  return properties.has(`${prefix}type`);
}

/** The package as the inventory had it, without its layers; null where what it is cannot be read. */
export function ownPackage(component: StatedComponent): Package | null {
  const [type, purl] = [one(component, 'type'), one(component, 'purl') ?? component.purl];
  const name = one(component, 'name') ?? fieldName(component, type ?? '');
  const version = one(component, 'version') ?? component.version ?? '';
  if (!isWord(type) || name === null || purl === null) return null;
  // what it says that it is decides which advisories judge it: a purl of another type would be a second opinion
  const parsed = parsePurl(purl);
  if (parsed !== null && one(component, 'purl') === null && parsed.type !== type) return null;
  const [source, sourceVersion] = [one(component, 'source:name'), one(component, 'source:version')];
  const licenses = all(component, 'license');
  const isRpm = type === 'rpm';
  const claimedBy = one(component, 'claimed-by');
  return {
    type,
    name,
    version,
    purl,
    arch: one(component, 'arch'),
    source: source === null || sourceVersion === null ? null : { name: source, version: sourceVersion },
    licenses: licenses.length > 0 ? licenses : component.licenses,
    locations: all(component, 'location').map((text) => ({ path: text.slice(text.indexOf(' ') + 1), layer: null })),
    ownedBy: one(component, 'owned-by'),
    ...(isRpm ? { modularity: one(component, 'modularity'), vendor: one(component, 'vendor') ?? component.maker } : {}),
    ...(claimedBy === null ? {} : { claimedBy }),
  };
}

function fieldName({ group, name }: StatedComponent, type: string): string | null {
  const mark = Object.hasOwn(groupMarks, type) ? groupMarks[type] : undefined;
  return group === null || name === null || mark === undefined ? name : `${group}${mark}${name}`;
}

export function ownDistro(component: StatedComponent): Distro | null {
  const id = one(component, 'distro:id') ?? component.name;
  if (id === null) return null;
  return {
    id,
    version: one(component, 'distro:version') ?? component.version,
    codename: one(component, 'distro:codename'),
    prettyName: one(component, 'distro:pretty-name'),
    like: all(component, 'distro:like'),
  };
}
