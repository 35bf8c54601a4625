/** What our own SBOMs say of the image as a whole. It is a claim, and as hostile as any other text. */
import { defaultReadLimits } from '../../image/limits.ts';
import type { ImageBase } from '../../image/types.ts';
import { isRecord } from '../declared.ts';
import { dockerfileOf } from '../facts/dockerfile-facts.ts';
import type {
  CodeFact,
  Coverage,
  CoverageCount,
  DockerfileLine,
  Facts,
  Incomplete,
  IncompleteCode,
  Package,
  SecretFact,
} from '../types.ts';
import { configOf } from './own-config.ts';
import { codeOf, filesOf, isDiffId, licensesOf, programsOf, secretsOf, usersOf } from './own-facts.ts';
import { all, jsonIn, one, prefix } from './own-properties.ts';
import { count, has, listOf, oneOf, orNull, textOrNull } from './shapes.ts';
import type { StatedComponent } from './stated-component.ts';

export interface OwnImage {
  readonly names: readonly string[];
  readonly platform: string | null;
  /** whatever stands there, asked for or not */
  readonly facts: Omit<Facts, 'code' | 'configSecrets'>;
  /** of the configuration; undefined: not told */
  readonly configSecrets?: readonly SecretFact[];
  readonly code?: readonly CodeFact[];
  readonly base: ImageBase | null;
  /** null: not told */
  readonly layerCount: number | null;
  readonly incomplete: readonly Incomplete[];
}

type Stated = Pick<StatedComponent, 'properties'>;

/** How each JSON property is read; null: it has another shape. */
const readers = {
  config: configOf,
  coverage: coverageOf,
  files: filesOf,
  licenses: licensesOf,
  programs: programsOf,
  users: usersOf,
  secrets: secretsOf,
  'config-secrets': secretsOf,
  code: codeOf,
  base: baseOf,
} as const;

type Name = keyof typeof readers;
type Read = { readonly [K in Name]?: NonNullable<ReturnType<(typeof readers)[K]>> };

export function ownImage(component: Stated): OwnImage {
  const { read, damaged } = readAll(component);
  const entries = all(component, 'incomplete').map((text) => entryOf(jsonIn(text)));
  const layers = component.properties.get(`${prefix}image:layer`)?.map((text) => diffIdOf(jsonIn(text)));
  const layerCount = layers?.length ?? null;
  const { config = null, coverage = null, secrets, base = null, code } = read;
  const configSecrets = secrets?.filter(({ path }) => path === undefined) ?? read['config-secrets'];
  const told = config && layers && dockerfileOf(config, layers.length, (index) => layers[index] ?? null);
  return {
    names: all(component, 'image:name').sort(),
    platform: one(component, 'image:platform'),
    facts: {
      config,
      coverage,
      ...(read.files && { files: read.files }),
      ...(read.licenses && { licenses: read.licenses }),
      ...(told && { dockerfile: told.facts.map(withClaimedLayer) }),
      ...(read.programs && { programs: read.programs }),
      ...(read.users && { users: read.users }),
      ...(secrets && { secrets }),
    },
    ...(configSecrets && { configSecrets }),
    ...(code && { code }),
    base,
    layerCount,
    incomplete: [
      ...entries.filter((entry) => entry !== null),
      ...(told?.incomplete ?? []),
      ...(damaged || entries.includes(null) ? [unreadable] : []),
      ...(config !== null && configSecrets === undefined ? [untoldSecrets] : []),
    ],
  };
}

/** Those of the licences stand in the order of the packages, and count only where they are about these. */
export function withLicensesOf(packages: readonly Package[], image: OwnImage): OwnImage {
  const { licenses, ...facts } = image.facts;
  if (licenses === undefined) return image;
  if (licenses.length === packages.length && licenses.every(({ purl }, at) => purl === packages[at]!.purl))
    return image;
  const message = 'the licences that the SBOM tells are those of other packages than it lists';
  return { ...image, facts, incomplete: [...image.incomplete, { code: 'sbom-incomplete', message }] };
}

const unreadable: Incomplete = {
  code: 'sbom-incomplete',
  message: 'what the SBOM says of the image cannot be read',
};

const untoldSecrets: Incomplete = {
  code: 'sbom-incomplete',
  message: 'the SBOM does not tell whether there are secrets in the configuration of the image',
};

/** A property that stands there twice says two things. */
function readAll(component: Stated): { readonly read: Read; readonly damaged: boolean } {
  const read: Partial<Record<Name, unknown>> = {};
  let damaged = false;
  for (const name of Object.keys(readers) as Name[]) {
    const texts = all(component, `image:${name}`);
    const [text] = texts;
    if (text === undefined) continue;
    const isRead = texts.length === 1 && (name !== 'config' || text.length <= defaultReadLimits.maxManifestBytes);
    const value = isRead ? readers[name](jsonIn(text)) : null;
    if (value === null) damaged = true;
    else read[name] = value;
  }
  return { read: read as Read, damaged };
}

function diffIdOf(value: unknown): string | null {
  return isRecord(value) && isDiffId(value.diffId) ? (value.diffId as string) : null;
}

function withClaimedLayer({ layer, ...line }: DockerfileLine): DockerfileLine {
  return { ...line, layer: null, ...(layer !== null && { claimedLayer: layer }) };
}

/** A code that is not known here closes the gate, as one of a later version does. */
function entryOf(value: unknown): Incomplete | null {
  if (!isRecord(value)) return null;
  const { code, message, path } = value;
  if (typeof code !== 'string' || !/^[a-z][a-z-]{0,60}$/.test(code) || typeof message !== 'string') return null;
  return { code: code as IncompleteCode, message, ...(typeof path === 'string' ? { path } : {}) };
}

function coverageOf(value: unknown): Coverage | null {
  const counts = { files: count, bytes: count, ownedFiles: count, ownedBytes: count };
  if (!isRecord(value)) return null;
  const read = listOf<CoverageCount>([value.executables, value.libraries], counts);
  return read && { executables: read[0]!, libraries: read[1]! };
}

/** Whoever made the SBOM may have been given the base: here nobody was, and it is a claim. */
function baseOf(value: unknown): ImageBase | null {
  const shape = {
    reference: textOrNull,
    digest: textOrNull,
    id: textOrNull,
    layers: orNull(count),
    from: oneOf('option', 'annotation', 'history'),
  };
  if (!has(value, shape)) return null;
  const { reference, digest, id, layers, from } = value as ImageBase;
  return { reference, digest, id, layers, from: from === 'option' ? 'annotation' : from };
}
