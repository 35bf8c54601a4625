import { licenseGroups } from '../../licenses/license-groups.ts';
import { isRecord } from '../declared.ts';
import type { CodeFact, FileFact, LicenseFact, ProgramFact, SecretFact, UserFact } from '../types.ts';
import { type Check, count, flag, listOf, oneOf, orAbsent, orNull, place, text, textOrNull, texts } from './shapes.ts';

/*
 * Lists of facts as our own SBOMs have them, without their layers: those of the image stand in no SBOM. Null for what has
 * another shape.
 */

type Shape<T> = Readonly<Record<Exclude<keyof T, 'layer' | 'claimedLayer'>, Check>>;

function withoutLayers<T extends { readonly layer: unknown }>(value: unknown, shape: Shape<T>): readonly T[] | null {
  const facts = listOf<Record<string, unknown>>(value, shape);
  return facts?.map((fact) => ({ ...fact, layer: null }) as unknown as T) ?? null;
}

/** Of a layer, as any algorithm writes it. */
export const isDiffId: Check = (value) => typeof value === 'string' && /^[a-z0-9]+:[0-9a-f]{32,128}$/.test(value);

const fileShape: Shape<Omit<FileFact, 'sha256'>> = {
  path: place,
  type: oneOf('file', 'directory', 'device'),
  mode: (value) => typeof value === 'string' && /^[0-7]{1,5}$/.test(value),
  uid: count,
  gid: count,
  size: count,
};

export const filesOf = (value: unknown) => withoutLayers<Omit<FileFact, 'sha256'>>(value, fileShape);

const secretShape: Shape<SecretFact> = {
  kind: (value) => typeof value === 'string' && /^[a-z0-9][a-z0-9-]{0,80}$/.test(value),
  title: text,
  severity: oneOf('Critical', 'High', 'Medium', 'Low'),
  path: orAbsent(place),
  line: orAbsent(count),
  env: orAbsent(text),
  label: orAbsent(text),
  config: orAbsent(text),
  // what is written without stars may be the secret itself, which no result shows
  masked: (value) => typeof value === 'string' && value.endsWith('****'),
  deleted: flag,
  example: flag,
};

export function secretsOf(value: unknown): readonly SecretFact[] | null {
  const facts = listOf<SecretFact>(value, {
    ...secretShape,
    layer: orNull(isDiffId),
    claimedLayer: orAbsent(isDiffId),
  });
  return facts?.map(({ layer, ...fact }) => ({ ...fact, layer: null, ...(layer && { claimedLayer: layer }) })) ?? null;
}

const programShape: Shape<ProgramFact> = { kind: oneOf('package-manager', 'shell'), name: text, path: place };

export const programsOf = (value: unknown) => withoutLayers<ProgramFact>(value, programShape);

const userShape: Shape<UserFact> = {
  name: text,
  uid: count,
  gid: count,
  groups: texts,
  home: text,
  shell: text,
  password: oneOf('none', 'locked', 'hashed', 'empty'),
  hash: orNull((value) => typeof value === 'string' && /^[a-z0-9-]{1,30}$/.test(value)),
  sudo: oneOf('none', 'password', 'no-password'),
  admin: flag,
};

export const usersOf = (value: unknown) => withoutLayers<UserFact>(value, userShape);

const licenseShape: Shape<LicenseFact> = {
  purl: text,
  path: orNull(place),
  declared: texts,
  expression: textOrNull,
  ids: texts,
  group: oneOf(...licenseGroups),
  unknown: texts,
  files: texts,
};

export const licensesOf = (value: unknown) => withoutLayers<LicenseFact>(value, licenseShape);

const codeShapes: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  'go-functions': {
    path: place,
    // without the word in front of it what earlier versions wrote, which tells nothing any more
    functions: (value) => typeof value === 'string' && /^(?:hashes:)?[A-Za-z0-9+/]+={0,2}$/.test(value),
  },
  'java-classes': { path: place, classes: texts },
  'data-only': { type: text, name: text },
};

/** A kind that is not known here tells nothing: it is evidence, and leaves no finding out. */
export function codeOf(value: unknown): readonly CodeFact[] | null {
  if (!Array.isArray(value) || !value.every(isRecord)) return null;
  const facts: CodeFact[] = [];
  for (const fact of value) {
    const kind = typeof fact.kind === 'string' ? fact.kind : '';
    if (!Object.hasOwn(codeShapes, kind)) continue;
    const [known] = listOf<Record<string, unknown>>([fact], { kind: text, ...codeShapes[kind] }) ?? [];
    if (known === undefined) return null;
    facts.push(known as CodeFact);
  }
  return facts;
}
