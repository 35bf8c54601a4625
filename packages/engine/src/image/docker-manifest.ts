import { digestOf } from '../registry/digest.ts';
import { mismatch } from './blob.ts';
import { ImageError } from './error.ts';
import { checkPlatform, configFor, type ImageChoice, type ImagePlan, listed, type PlannedLayer } from './image-plan.ts';
import { Fields, parseJson } from './json.ts';
import type { Members } from './members.ts';
import type { SourceKind } from './types.ts';

const manifestName = 'manifest.json';

interface DockerManifest {
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}

/** Whether this is the archive of `docker save` and its kin. */
export function hasDockerManifest(members: Members): boolean {
  return members.find(manifestName) !== undefined;
}

/**
 * Reads `manifest.json` and the config of a docker-archive, whatever its layers are called: `ID/layer.tar` (`docker
 * save`), links to `DIFFID.tar` (skopeo, buildah), `sha256:….tar.gz` (kaniko), `blobs/sha256/…` (Docker 25 and later).
 *
 * @throws ImageError
 * @see https://github.com/moby/docker-image-spec/blob/main/v1.2.md#combined-image-json--filesystem-changeset-format
 */
export function planDockerArchive(members: Members, choice: ImageChoice, kind: SourceKind): ImagePlan {
  const { what } = members;
  const manifest = chosen(readManifest(members, choice), choice, what);
  const configName = manifest.config;
  const configBytes = members.read(configName, choice.maxManifestBytes);
  const id = digestOf(configBytes);
  const stated = digestInName(configName);
  if (stated !== null && stated !== id) {
    throw mismatch(`${what}: config ${configName}`, stated, id);
  }
  const parsed = configFor(configBytes, manifest.layers.length, `${what}: config ${configName}`);
  checkPlatform(parsed.platform, choice, what);
  return {
    kind,
    names: [...new Set(manifest.tags)].sort(),
    digest: null,
    id,
    platform: parsed.platform,
    platforms: parsed.platform === null ? [] : [parsed.platform],
    config: parsed.config,
    layers: manifest.layers.map((name, index) => plannedLayer(members, name, parsed.diffIds[index]!)),
  };
}

/** The bytes of the config of that image. @throws ImageError */
export function dockerArchiveConfig(members: Members, choice: ImageChoice): Buffer {
  return members.read(chosen(readManifest(members, choice), choice, members.what).config, choice.maxManifestBytes);
}

function readManifest(members: Members, choice: ImageChoice): readonly DockerManifest[] {
  const what = `${members.what}: ${manifestName}`;
  const images = parseJson(members.read(manifestName, choice.maxManifestBytes), what);
  if (!Array.isArray(images)) {
    throw new ImageError('CORRUPT', `${what}: not a list of images`);
  }
  if (images.length === 0) {
    throw new ImageError('NOT_AN_IMAGE', `${what}: lists no image`);
  }
  return images.map((image) => {
    const fields = new Fields(image, what);
    const config = fields.string('Config');
    const layers = fields.strings('Layers');
    if (config === null) {
      throw new ImageError('CORRUPT', `${what}: an image without a config`);
    }
    // `docker save` of an image without layers (scratch) writes null
    return { config, tags: fields.strings('RepoTags') ?? [], layers: layers ?? [] };
  });
}

function chosen(images: readonly DockerManifest[], choice: ImageChoice, what: string): DockerManifest {
  const { name } = choice;
  const fitting =
    name === null
      ? images
      : images.filter((image) => image.tags.some((tag) => sameName(tag, name)) || namedById(image.config, name));
  // the same config twice is the same image
  const distinct = new Map(fitting.map((image) => [image.config, image]));
  const [first] = distinct.values();
  const all = listed(images.map((image) => image.tags[0] ?? image.config));
  if (first === undefined) {
    throw new ImageError('NOT_FOUND', `${what}: no image ${name}; it has ${all}`);
  }
  if (distinct.size > 1) {
    throw new ImageError('AMBIGUOUS', `${what}: several images (${all}); say which one: ${what}:NAME`);
  }
  return first;
}

/** `app` means `app:latest`. */
export function sameName(have: string, want: string): boolean {
  return have === want || have === `${want}:latest`;
}

function namedById(config: string, want: string): boolean {
  const digest = digestInName(config);
  return digest !== null && (want === digest || want === digest.slice('sha256:'.length));
}

/** A digest that a member is named after (`HEX.json`, `sha256:HEX`, `blobs/sha256/HEX`, `HEX.tar.gz`), or null. */
export function digestInName(name: string): string | null {
  const base = name.slice(name.lastIndexOf('/') + 1);
  const match = /^(?:sha256:)?([0-9a-f]{64})(?:\.json|\.tar\.gz)?$/.exec(base);
  return match === null ? null : `sha256:${match[1]}`;
}

function plannedLayer(members: Members, name: string, diffId: string): PlannedLayer {
  const member = members.find(name);
  if (member === undefined) {
    throw new ImageError('MISSING_BLOB', `${members.what}: layer ${name} is missing`);
  }
  return {
    member: member.name,
    size: member.size,
    digest: null,
    blobDigest: digestInName(member.name),
    diffId,
    mediaType: 'application/vnd.docker.image.rootfs.diff.tar',
  };
}
