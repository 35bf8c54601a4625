import { platformOf } from '../config.ts';
import { layerDigests } from '../content-digest.ts';
import { planDockerArchive } from '../docker-manifest.ts';
import { dockerAddress, type EngineAddress, podmanAddress } from '../engine-address.ts';
import { type EngineClient, type EngineImage, type EngineWords, engineClient, isLocal } from '../engine-client.ts';
import { asImageError, ImageError } from '../error.ts';
import { type ContentReader, checkPlatform, type ImageChoice, type ImagePlan, plannedName } from '../image-plan.ts';
import { keepsByDiffId, readEngineFolders } from '../overlay2/read-folders.ts';
import type { DescribeContext, ReadContext } from '../read-layers.ts';
import { type ArchiveStream, contentsOf, readStreamedArchive, streamedMembers } from '../streamed-archive.ts';
import type { DescribeOptions, ReadImage } from '../types.ts';
import { choiceOf } from './archive.ts';
import type { ImageSource } from './source.ts';

/** `docker:NAME`: an image of the Docker engine, by name or ID (also its first 12 digits). */
export const dockerSource: ImageSource = sourceOf({
  prefix: 'docker',
  address: dockerAddress,
  words: {
    name: 'the engine',
    start: 'is the engine running?',
    permission: 'may this user speak to the engine (group docker)?',
  },
});

/** `podman:NAME`: an image of Podman, whose service must run: it speaks as the Docker engine does. */
export const podmanSource: ImageSource = sourceOf({
  prefix: 'podman',
  address: podmanAddress,
  words: {
    name: 'Podman',
    start: 'start its service (systemctl --user start podman.socket, or podman system service --time=0)',
    permission: 'does the service run for another user?',
  },
});

interface Engine {
  readonly prefix: 'docker' | 'podman';
  readonly words: EngineWords;
  address(options: DescribeOptions): EngineAddress;
}

function sourceOf(engine: Engine): ImageSource {
  return {
    prefix: engine.prefix,
    hasIds: true,
    async read(name, context) {
      const found = await inspectImage(engine, name, context);
      return found.client.local ? readNearEngine(found, context) : readExport(found, context);
    },
    async describe(name, context, use) {
      const found = await inspectImage(engine, name, context);
      const { id, names, diffIds } = found.image;
      const { reference } = context;
      const digests = layerDigests(() => null, contentsOfEngine(found, context));
      return use({ reference, names: [...names].sort(), digest: null, id, platform: found.platform, diffIds, digests });
    },
  };
}

/** An image that the engine has, for the platform that is wanted. */
interface FoundImage {
  readonly engine: Engine;
  /** by which it was asked for */
  readonly name: string;
  readonly client: EngineClient;
  readonly image: EngineImage;
  readonly choice: ImageChoice;
  readonly platform: string | null;
}

/** Names, tags, digests and IDs; nothing that could become another path of the engine's interface. */
const nameForm = /^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,511}$/;

/** Asks the engine for the image, and makes sure that it is for the platform that is wanted. */
async function inspectImage(engine: Engine, name: string, context: DescribeContext): Promise<FoundImage> {
  if (!nameForm.test(name) || name.includes('..') || name.includes('//')) {
    throw new ImageError('NOT_FOUND', `${JSON.stringify(name.slice(0, 200))} is not the name of an image`);
  }
  const address = engine.address(context);
  if (context.offline && !isLocal(address.host)) {
    const { words } = engine;
    throw new ImageError('ENGINE_UNREACHABLE', `${words.name} at ${address.host} is not asked for ${name}: offline`);
  }
  const client = engineClient(address, engine.words);
  const image = await client.inspect(name, context.signal);
  const choice = choiceOf(context, null);
  const platform = platformOf(image.os, image.architecture, image.variant);
  checkPlatform(platform, choice, name);
  return { engine, name, client, image, choice, platform };
}

/**
 * Docker's own stores of layers, as the engine names them: it unpacks no layer that has not the diff ID which the config states.
 * The others keep blobs as they came.
 */
const unpacking: ReadonlySet<string | null> = new Set(['overlay2', 'fuse-overlayfs', 'btrfs', 'zfs', 'vfs', 'aufs']);

function contentsOfEngine(found: FoundImage, context: DescribeContext): (layer: number) => Promise<string | null> {
  const { engine, image, client, choice } = found;
  let exported: Promise<OpenContents> | undefined;
  return async (layer) => {
    const isUnpacked =
      (engine.prefix === 'docker' && unpacking.has(image.storageDriver)) ||
      (client.local && keepsByDiffId(image, engine.prefix, choice));
    if (isUnpacked) return image.diffIds[layer]!;
    exported ??= exportedContents(found, context);
    const { plan, contentOf } = await exported;
    const planned = plan.layers[layer];
    return planned === undefined ? null : contentOf(planned, plannedName(plan, layer));
  };
}

interface OpenContents {
  readonly plan: ImagePlan;
  readonly contentOf: ContentReader;
}

async function exportedContents(found: FoundImage, context: DescribeContext): Promise<OpenContents> {
  const stream = exportOf(found, context);
  const members = await streamedMembers(stream, context);
  const plan = planDockerArchive(members, found.choice, found.engine.prefix);
  return { plan, contentOf: contentsOf(stream, context) };
}

/** From the engine's own folders where they can be read, else what it exports. Says which, and why. */
async function readNearEngine<T>(found: FoundImage, context: ReadContext<T>): Promise<ReadImage<T>> {
  const { engine, name, image, choice } = found;
  try {
    const read = await readEngineFolders(image, engine.prefix, choice, context);
    return { ...read, readFrom: 'overlay2' };
  } catch (error) {
    const reason = asImageError(error, name);
    if (!(reason instanceof ImageError) || reason.code === 'ABORTED') {
      throw reason;
    }
    const { words } = engine;
    context.progress?.note?.(`${name} is exported by ${words.name}, its folders are not read: ${reason.message}`);
  }
  return readExport(found, context);
}

function exportOf({ engine, name, client, image }: FoundImage, { limits }: DescribeContext): ArchiveStream {
  return {
    what: `${name} (exported by ${engine.words.name})`,
    compression: null,
    size: image.size,
    maxBytes: (image.diffIds.length + 1) * limits.maxLayerBytes,
    // by ID: a tag may move between the requests
    open: (signal: AbortSignal | undefined) => client.export(image.id, signal),
  };
}

async function readExport<T>(found: FoundImage, context: ReadContext<T>): Promise<ReadImage<T>> {
  const { engine, image, choice } = found;
  const read = await readStreamedArchive(
    exportOf(found, context),
    (members) => planDockerArchive(members, choice, engine.prefix),
    context,
  );
  // an export by ID does not say how the image is called
  return { ...read, readFrom: 'export', names: [...new Set([...read.names, ...image.names])].sort() };
}
