import { digestOf } from '../registry/digest.ts';
import { artefactName } from './artefact-name.ts';
import { mismatch } from './blob.ts';
import { platformOf } from './config.ts';
import { sameName } from './docker-manifest.ts';
import { ImageError } from './error.ts';
import { checkPlatform, configFor, type ImageChoice, type ImagePlan, listed, type PlannedLayer } from './image-plan.ts';
import { checkDigestForm, Fields, parseJson } from './json.ts';
import { maxIndexDepth, maxManifests } from './limits.ts';
import type { Members } from './members.ts';
import { matchesPlatform } from './platform.ts';
import type { SourceKind } from './types.ts';

const indexName = 'index.json';

const indexTypes = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);
const manifestTypes = new Set([
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]);
const configTypes = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);
/** How a layer is compressed is seen from its bytes: some writers state the wrong one of these. */
const layerType =
  /^application\/vnd\.(?:oci\.image\.layer(?:\.nondistributable)?\.v1\.tar(?:\+gzip|\+zstd)?|docker\.image\.rootfs(?:\.foreign)?\.diff\.tar(?:\.gzip|\.zstd)?)$/;

interface Descriptor {
  readonly mediaType: string | null;
  readonly digest: string;
  readonly size: number | null;
  readonly platform: string | null;
  readonly names: readonly string[];
  readonly attestation: boolean;
}

/** A manifest that can be chosen. */
interface Candidate {
  readonly descriptor: Descriptor;
  /** the entry of index.json that leads to it: entries of one image index are one image for several platforms */
  readonly group: number;
  readonly names: readonly string[];
}

interface Found {
  readonly candidates: Candidate[];
  visited: number;
}

/** Whether this is an OCI layout. */
export function hasOciIndex(members: Members): boolean {
  return members.find(indexName) !== undefined;
}

/**
 * Reads index, manifest and config of an OCI layout, checks their digests, and chooses the image by platform and name.
 *
 * @throws ImageError
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export function planOciLayout(members: Members, choice: ImageChoice, kind: SourceKind): ImagePlan {
  const found = candidatesOf(members, choice);
  const candidates = choice.platform === 'any' ? joinPlatforms(found) : found;
  const { descriptor, names, group } = choose(candidates, choice, members.what);
  const beside = candidates.filter((candidate) => candidate.group === group);
  const plan = planManifest(members, choice, kind, descriptor, names);
  const platforms = beside.flatMap((candidate) => candidate.descriptor.platform ?? []);
  return { ...plan, platforms: platforms.length > 1 ? [...new Set(platforms)] : plan.platforms };
}

/**
 * The config digests of the images that a layout has for a platform, by the name that was asked for where one is. Without
 * those that no engine could read.
 */
export function ociImageIds(members: Members, choice: ImageChoice, platform: string | null): readonly string[] {
  const candidates = readable(() => candidatesOf(members, choice));
  const meant = candidates.filter(
    (candidate) =>
      (choice.name === null || isNamed(candidate, choice.name)) &&
      (platform === null ||
        candidate.descriptor.platform === null ||
        matchesPlatform(candidate.descriptor.platform, platform)),
  );
  return meant.flatMap(({ descriptor }) =>
    readable(() => {
      const what = `${members.what}: manifest ${descriptor.digest}`;
      const manifest = new Fields(parseJson(readBlob(members, descriptor, choice, what), what), what);
      return [descriptorFrom(manifest.object('config'), `${what}: config`).digest];
    }),
  );
}

function readable<R>(read: () => readonly R[]): readonly R[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof ImageError) {
      return [];
    }
    throw error;
  }
}

function candidatesOf(members: Members, choice: ImageChoice): readonly Candidate[] {
  const index = new Fields(
    parseJson(members.read(indexName, choice.maxManifestBytes), `${members.what}: ${indexName}`),
    `${members.what}: ${indexName}`,
  );
  const found: Found = { candidates: [], visited: 0 };
  descriptorsOf(index, `${members.what}: ${indexName}`).forEach((descriptor, group) => {
    collect(members, choice, descriptor, { group, names: descriptor.names, depth: 0 }, found);
  });
  return found.candidates;
}

/**
 * Some writers put the platforms of an image straight into index.json. Where all of them are asked for, entries of one name
 * that are each for another platform are one image.
 */
function joinPlatforms(candidates: readonly Candidate[]): readonly Candidate[] {
  const byName = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const key = JSON.stringify(candidate.names);
    const same = byName.get(key);
    if (same === undefined) {
      byName.set(key, [candidate]);
    } else {
      same.push(candidate);
    }
  }
  return [...byName.values()].flatMap((same) => {
    const platforms = new Set(same.map(({ descriptor }) => descriptor.platform));
    const isOne = platforms.size === same.length && !platforms.has(null);
    return isOne ? same.map((candidate) => ({ ...candidate, group: same[0]!.group })) : same;
  });
}

function collect(
  members: Members,
  choice: ImageChoice,
  descriptor: Descriptor,
  from: { readonly group: number; readonly names: readonly string[]; readonly depth: number },
  into: Found,
): void {
  into.visited += 1;
  if (into.visited > maxManifests) {
    throw new ImageError('TOO_LARGE', `${members.what}: its indexes name more than ${maxManifests} manifests`);
  }
  if (descriptor.attestation) {
    return;
  }
  if (descriptor.mediaType === null || !indexTypes.has(descriptor.mediaType)) {
    into.candidates.push({ descriptor, group: from.group, names: from.names });
    return;
  }
  if (from.depth >= maxIndexDepth) {
    throw new ImageError('CORRUPT', `${members.what}: image indexes nested more than ${maxIndexDepth} deep`);
  }
  const what = `${members.what}: image index ${descriptor.digest}`;
  const inner = new Fields(parseJson(readBlob(members, descriptor, choice, what), what), what);
  for (const child of descriptorsOf(inner, what)) {
    collect(members, choice, child, { ...from, depth: from.depth + 1 }, into);
  }
}

function descriptorsOf(index: Fields, what: string): readonly Descriptor[] {
  return (index.list('manifests') ?? []).map((entry) => descriptorFrom(entry, `${what}: manifests`));
}

function descriptorFrom(value: unknown, what: string): Descriptor {
  const fields = new Fields(value, what);
  const platform = fields.inner('platform');
  const os = platform.string('os');
  const annotations = fields.inner('annotations');
  const names = [
    annotations.string('io.containerd.image.name'),
    annotations.string('org.opencontainers.image.ref.name'),
  ];
  return {
    mediaType: fields.string('mediaType'),
    digest: checkDigestForm(fields.string('digest'), what),
    size: fields.amount('size'),
    platform: platformOf(os, platform.string('architecture'), platform.string('variant')),
    names: names.filter((name) => name !== null),
    // not by its annotation: engines run an image that has one
    attestation: os === 'unknown',
  };
}

function choose(candidates: readonly Candidate[], choice: ImageChoice, what: string): Candidate {
  const named = candidates.filter((candidate) => choice.name === null || isNamed(candidate, choice.name));
  const names = listed(candidates.map((candidate) => candidate.names[0] ?? candidate.descriptor.digest));
  if (named.length === 0) {
    throw choice.name === null
      ? new ImageError('NOT_AN_IMAGE', `${what}: its index lists no image`)
      : new ImageError('NOT_FOUND', `${what}: no image ${choice.name}; it has ${names}`);
  }
  const distinct = new Set(named.map((candidate) => candidate.descriptor.digest));
  // with no choice the host's platform is no reason to refuse the only image there is
  const asked = choice.platform ?? (distinct.size > 1 ? choice.hostPlatform : null);
  const wanted = asked === 'any' ? null : asked;
  const fitting = named.filter(
    ({ descriptor }) => wanted === null || descriptor.platform === null || matchesPlatform(descriptor.platform, wanted),
  );
  // as in the engines, one that states its platform comes before one that does not
  fitting.sort((a, b) => Number(a.descriptor.platform === null) - Number(b.descriptor.platform === null));
  const [first] = fitting;
  if (first === undefined) {
    const platforms = listed([...new Set(named.map(({ descriptor }) => descriptor.platform ?? 'unknown'))].sort());
    throw new ImageError('PLATFORM_MISSING', `${what}: no image for ${wanted}; it has ${platforms}`);
  }
  // in one image index the earliest match counts, as the specification says; entries of index.json are images of their own
  const images = new Map<number, Candidate>();
  for (const candidate of fitting) {
    if (!images.has(candidate.group)) {
      images.set(candidate.group, candidate);
    }
  }
  const digests = new Set([...images.values()].map((candidate) => candidate.descriptor.digest));
  if (digests.size > 1) {
    throw new ImageError('AMBIGUOUS', `${what}: several images (${names}); say which one: ${what}:NAME`);
  }
  return { ...first, names: [...images.values()].flatMap((candidate) => candidate.names) };
}

function isNamed(candidate: Candidate, name: string): boolean {
  return candidate.descriptor.digest === name || candidate.names.some((have) => sameName(have, name));
}

function planManifest(
  members: Members,
  choice: ImageChoice,
  kind: SourceKind,
  descriptor: Descriptor,
  names: readonly string[],
): ImagePlan {
  if (descriptor.mediaType !== null && !manifestTypes.has(descriptor.mediaType)) {
    throw unknownType(members.what, 'manifest', descriptor.mediaType);
  }
  const what = `${members.what}: manifest ${descriptor.digest}`;
  const manifest = new Fields(parseJson(readBlob(members, descriptor, choice, what), what), what);
  const stated = manifest.string('mediaType');
  if (stated !== null && !manifestTypes.has(stated)) {
    throw unknownType(members.what, 'manifest', stated);
  }
  const configDescriptor = descriptorFrom(manifest.object('config'), `${what}: config`);
  if (configDescriptor.mediaType !== null && !configTypes.has(configDescriptor.mediaType)) {
    throw unknownType(members.what, 'config', configDescriptor.mediaType, manifest.string('artifactType'));
  }
  const configWhat = `${members.what}: config ${configDescriptor.digest}`;
  const layers = (manifest.list('layers') ?? []).map((layer) => descriptorFrom(layer, `${what}: layers`));
  const parsed = configFor(readBlob(members, configDescriptor, choice, configWhat), layers.length, configWhat);
  const platform = parsed.platform ?? descriptor.platform;
  checkPlatform(platform, choice, members.what);
  return {
    kind,
    names: [...new Set(names)].sort(),
    digest: descriptor.digest,
    id: configDescriptor.digest,
    platform,
    platforms: platform === null ? [] : [platform],
    config: parsed.config,
    annotations: annotationsOf(manifest),
    layers: layers.map((layer, index) => plannedLayer(members, layer, parsed.diffIds[index]!)),
  };
}

/** Other values than strings say nothing. */
function annotationsOf(manifest: Fields): Readonly<Record<string, string>> {
  const found = Object.entries(manifest.object('annotations') ?? {});
  return Object.fromEntries(found.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function plannedLayer(members: Members, layer: Descriptor, diffId: string): PlannedLayer {
  if (layer.mediaType === null || !layerType.test(layer.mediaType)) {
    throw unknownType(members.what, 'layer', layer.mediaType ?? 'none');
  }
  const member = members.find(blobPath(layer.digest));
  if (member === undefined) {
    throw new ImageError('MISSING_BLOB', `${members.what}: layer ${layer.digest} is missing`);
  }
  checkSize(member.size, layer, `${members.what}: layer ${layer.digest}`);
  return {
    member: member.name,
    size: member.size,
    digest: layer.digest,
    blobDigest: layer.digest,
    diffId,
    mediaType: layer.mediaType,
  };
}

function readBlob(members: Members, descriptor: Descriptor, choice: ImageChoice, what: string): Buffer {
  if (members.find(blobPath(descriptor.digest)) === undefined) {
    throw new ImageError('MISSING_BLOB', `${what} is missing`);
  }
  const bytes = members.read(blobPath(descriptor.digest), choice.maxManifestBytes);
  checkSize(bytes.length, descriptor, what);
  const found = digestOf(bytes);
  if (found !== descriptor.digest) {
    throw mismatch(what, descriptor.digest, found);
  }
  return bytes;
}

function checkSize(found: number, descriptor: Descriptor, what: string): void {
  if (descriptor.size !== null && descriptor.size !== found) {
    const code = found < descriptor.size ? 'TRUNCATED' : 'CORRUPT';
    throw new ImageError(code, `${what}: ${found} bytes, but its manifest states ${descriptor.size}`);
  }
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function unknownType(what: string, of: string, mediaType: string, artifactType: string | null = null): ImageError {
  const shown = JSON.stringify((artifactType ?? mediaType).slice(0, 200));
  const name = artefactName(artifactType) ?? artefactName(mediaType);
  const message =
    name === null
      ? `unknown media type of ${artifactType === null ? `a ${of}` : 'an artefact'}: ${shown}`
      : `${name} (${shown}), not a container image`;
  return new ImageError('UNKNOWN_MEDIA_TYPE', `${what}: ${message}`);
}
