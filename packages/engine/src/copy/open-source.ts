import { existsSync } from 'node:fs';
import { splitName } from '../image/archive-path.ts';
import { hasDockerManifest } from '../image/docker-manifest.ts';
import type { ImageChoice } from '../image/image-plan.ts';
import { defaultReadLimits } from '../image/limits.ts';
import { hasOciIndex } from '../image/oci-layout.ts';
import { hostPlatform } from '../image/platform.ts';
import { describeImage } from '../image/read-image.ts';
import { manifestType } from '../image/registry/manifest-type.ts';
import type { DescribeOptions } from '../image/types.ts';
import { ImageError } from '../registry/error.ts';
import { Fields, parseJson } from '../registry/json.ts';
import { openRegistry } from '../registry/open-registry.ts';
import { familiarName, parseRegistryReference } from '../registry/registry-reference.ts';
import { dockerArchiveContent } from './docker-archive-content.ts';
import { layoutContent } from './layout-content.ts';
import { registryContent } from './registry-content.ts';
import { sourceTree } from './source-tree.ts';
import { type StoredMembers, storedMembers } from './stored-members.ts';
import type { ImageSource } from './types.ts';

/** What is read: a registry's image, an archive, a layout. */
export interface SourceRequest extends Pick<DescribeOptions, 'registry' | 'environment' | 'signal'> {
  /** `registry:REF`, `docker-archive:F`, `oci-archive:F`, `oci-layout:D`, `file://F`, a path, or a name of a registry */
  readonly reference: string;
  /** one of an index; default all of them */
  readonly platform?: string | undefined;
}

const { maxManifestBytes } = defaultReadLimits;

/**
 * Finds an image and pins it: whatever becomes of its tag or file meanwhile, the same is judged and copied, or nothing is.
 *
 * @throws ImageError
 */
export async function openSource(request: SourceRequest): Promise<ImageSource> {
  const { reference } = request;
  const [, prefix = '', target = ''] =
    /^(registry:|docker-archive:|oci-archive:|oci-layout:|file:\/\/)?(.*)$/s.exec(reference) ?? [];
  if (prefix === 'registry:') return fromRegistry(target, request);
  const isPath =
    prefix !== '' ||
    existsSync(splitName(target).path) ||
    /^[./~]|\.(?:tar(?:\.[a-z0-9]+)?|tgz)$/.test(splitName(target).path);
  return isPath ? fromFiles(prefix, target, request) : fromRegistry(target, request);
}

async function fromRegistry(target: string, request: SourceRequest): Promise<ImageSource> {
  const reference = parseRegistryReference(target);
  const { registry = {}, platform, signal } = request;
  const { host, repository, tag } = reference;
  const what = familiarName(reference);
  const { client, close } = openRegistry(reference, registry, maxManifestBytes);
  try {
    const found = await client.manifest(reference.digest ?? tag!, what, signal);
    const isIndex = /index|manifest\.list/.test(manifestType(found, what) ?? '');
    if (reference.digest !== null && found.digest !== reference.digest)
      throw new ImageError('DIGEST_MISMATCH', `${what}: the registry sends another manifest`);
    const named = (digest: string) => `registry:${host}/${repository}${tag === null ? '' : `:${tag}`}@${digest}`;
    const one = isIndex && platform !== undefined && platform !== 'all';
    const digest = one ? (await describeImage(named(found.digest), { ...request, platform })).digest! : found.digest;
    const content = registryContent(client, what, signal);
    if (!one) content.keep(found);
    return {
      reference: named(digest),
      isIndex: isIndex && !one,
      place: { host, repository },
      client,
      open: async () => ({ content, top: await sourceTree(content, { digest, size: null }) }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function fromFiles(prefix: string, target: string, request: SourceRequest): Promise<ImageSource> {
  const { path } = splitName(target);
  const members = await storedMembers(path, request.signal);
  try {
    if (prefix !== 'docker-archive:' && hasOciIndex(members)) return await fromLayout(members, target, request);
    if (prefix.startsWith('oci-') || !hasDockerManifest(members)) {
      const wanted = prefix.startsWith('oci-') ? 'index.json' : 'manifest.json or index.json';
      throw new ImageError('NOT_AN_IMAGE', `${path}: no image archive (it has no ${wanted})`);
    }
    return fromDockerArchive(members, target, request);
  } catch (error) {
    members.close();
    throw error;
  }
}

async function fromLayout(members: StoredMembers, target: string, request: SourceRequest): Promise<ImageSource> {
  const { path, name } = splitName(target);
  const kind = existsSync(`${path}/index.json`) ? 'oci-layout' : 'oci-archive';
  const { platform } = request;
  const what = `${path}: index.json`;
  const entries = new Fields(parseJson(members.read('index.json', maxManifestBytes), what), what).list('manifests');
  const [only, ...others] = entries ?? [];
  const first = only === undefined ? undefined : new Fields(only, what);
  const whole = first !== undefined && others.length === 0 && (platform === undefined || platform === 'all');
  const isIndex = whole && /index|manifest\.list/.test(first.string('mediaType') ?? '');
  if (platform === 'all' && !whole)
    throw new ImageError('UNSUPPORTED', `${path}: its images stand in no image index; name one and its --platform`);
  // by its name or platform among several
  const digest = isIndex
    ? first.string('digest')
    : (await describeImage(`${kind}:${target}`, { ...request, platform: whole ? undefined : platform })).digest;
  if (digest === null) throw new ImageError('CORRUPT', `${what}: an entry without a digest`);
  const content = layoutContent(members);
  return {
    reference: isIndex && name === null ? `${kind}:${path}` : `${kind}:${path}:${isIndex ? name : digest}`,
    isIndex,
    place: null,
    client: null,
    open: async () => ({ content, top: await sourceTree(content, { digest, size: null }) }),
    close: () => content.close(),
  };
}

function fromDockerArchive(members: StoredMembers, target: string, request: SourceRequest): ImageSource {
  const { platform, signal } = request;
  const { name } = splitName(target);
  const choice: ImageChoice = {
    platform: platform === 'all' ? null : (platform ?? null),
    hostPlatform: hostPlatform(),
    name,
    maxManifestBytes,
  };
  let close = async () => members.close();
  return {
    reference: `docker-archive:${target}`,
    isIndex: false,
    place: null,
    client: null,
    async open() {
      const { content, digest } = await dockerArchiveContent(members, choice, signal);
      close = () => content.close();
      return { content, top: await sourceTree(content, { digest, size: null }) };
    },
    close: () => close(),
  };
}
