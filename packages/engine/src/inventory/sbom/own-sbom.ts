/**
 * Our own SBOMs: properties that begin with `plimsoll:` hold what the formats have no field for, so that reading one gives
 * the inventory of the image. What they hold is as hostile as any other text.
 *
 * @see docs/reference/sbom.md
 */

import { parsePurl } from '../../purl/parse-purl.ts';
import { isRecord, isWord } from '../declared.ts';
import type { Coverage, Distro, Facts, Incomplete, IncompleteCode, Package } from '../types.ts';
import { configOf } from './own-config.ts';
import { filesOf } from './own-files.ts';
import type { StatedComponent } from './stated-component.ts';

const prefix = 'plimsoll:';

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

/** What our SBOM says of the image as a whole. */
export interface OwnImage {
  readonly names: readonly string[];
  readonly platform: string | null;
  readonly facts: Pick<Facts, 'config' | 'coverage' | 'files'>;
  readonly incomplete: readonly Incomplete[];
}

export function ownImage(component: Pick<StatedComponent, 'properties'>): OwnImage {
  const [config, coverage, files] = ['config', 'coverage', 'files'].map((name) => one(component, `image:${name}`));
  const facts = {
    config: config ? configOf(jsonIn(config)) : null,
    coverage: coverage ? coverageOf(jsonIn(coverage)) : null,
    files: files ? filesOf(jsonIn(files)) : null,
  };
  const entries = all(component, 'incomplete').map((text) => entryOf(jsonIn(text)));
  const damaged =
    (config !== null && facts.config === null) ||
    (coverage !== null && facts.coverage === null) ||
    (files !== null && facts.files === null) ||
    entries.includes(null);
  return {
    names: all(component, 'image:name').sort(),
    platform: one(component, 'image:platform'),
    facts: {
      config: facts.config,
      coverage: facts.coverage,
      ...(facts.files === null ? {} : { files: facts.files }),
    },
    incomplete: [
      ...entries.filter((entry) => entry !== null),
      ...(damaged
        ? [{ code: 'sbom-incomplete', message: 'what the SBOM says of the image cannot be read' } as const]
        : []),
    ],
  };
}

function one(component: Pick<StatedComponent, 'properties'>, name: string): string | null {
  return all(component, name)[0] ?? null;
}

/** A text that begins with a quote is JSON. */
function all({ properties }: Pick<StatedComponent, 'properties'>, name: string): string[] {
  return (properties.get(prefix + name) ?? []).map((text) => {
    const value = text.startsWith('"') ? jsonIn(text) : null;
    return typeof value === 'string' ? value : text;
  });
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A code that is not known here closes the gate, as one of a later version does. */
function entryOf(value: unknown): Incomplete | null {
  if (!isRecord(value)) return null;
  const { code, message, path } = value;
  if (typeof code !== 'string' || !/^[a-z][a-z-]{0,60}$/.test(code) || typeof message !== 'string') return null;
  return { code: code as IncompleteCode, message, ...(typeof path === 'string' ? { path } : {}) };
}

function coverageOf(value: unknown): Coverage | null {
  const count = (part: unknown) => {
    if (!isRecord(part)) return null;
    const { files, bytes, ownedFiles, ownedBytes } = part;
    const counts = { files, bytes, ownedFiles, ownedBytes };
    return Object.values(counts).every((each) => Number.isSafeInteger(each) && (each as number) >= 0)
      ? (counts as Coverage['executables'])
      : null;
  };
  if (!isRecord(value)) return null;
  const [executables, libraries] = [count(value.executables), count(value.libraries)];
  return executables === null || libraries === null ? null : { executables, libraries };
}
