import { platformOf } from '../config.ts';
import { planDockerArchive } from '../docker-manifest.ts';
import { type EngineClient, type EngineImage, engineClient } from '../engine-client.ts';
import { asImageError, ImageError } from '../error.ts';
import { checkPlatform, type ImageChoice } from '../image-plan.ts';
import { readEngineFolders } from '../overlay2/read-folders.ts';
import type { DescribeContext, ReadContext } from '../read-layers.ts';
import { readStreamedArchive } from '../streamed-archive.ts';
import type { DescribedImage, ReadImage } from '../types.ts';
import { choiceOf } from './archive.ts';
import type { ImageSource } from './source.ts';

/** `docker:NAME`: an image of the local Docker engine, by name or ID (also its first 12 digits). */
export const engineSource: ImageSource = {
  prefix: 'docker',
  read: readEngineImage,
  describe: describeEngineImage,
};

/** An image that the engine has, for the platform that is wanted. */
interface FoundImage {
  readonly client: EngineClient;
  readonly image: EngineImage;
  readonly choice: ImageChoice;
  readonly platform: string | null;
}

/** Names, tags, digests and IDs; nothing that could become another path of the engine's interface. */
const nameForm = /^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,511}$/;

/** Asks the engine for the image, and makes sure that it is for the platform that is wanted. */
async function inspectImage(name: string, context: DescribeContext): Promise<FoundImage> {
  if (!nameForm.test(name) || name.includes('..') || name.includes('//')) {
    throw new ImageError('NOT_FOUND', `${JSON.stringify(name.slice(0, 200))} is not the name of an image`);
  }
  const { engineHost, offline } = context;
  if (offline && engineHost !== undefined && !/^(?:unix:\/\/|\/)/.test(engineHost)) {
    throw new ImageError('ENGINE_UNREACHABLE', `the engine at ${engineHost} is not asked for ${name}: offline`);
  }
  const client = engineClient(engineHost);
  const image = await client.inspect(name, context.signal);
  const choice = choiceOf(context, null);
  const platform = platformOf(image.os, image.architecture, image.variant);
  checkPlatform(platform, choice, name);
  return { client, image, choice, platform };
}

async function describeEngineImage(name: string, context: DescribeContext): Promise<DescribedImage> {
  const { image, platform } = await inspectImage(name, context);
  const { id, names, diffIds } = image;
  return { reference: context.reference, names: [...names].sort(), digest: null, id, platform, diffIds };
}

async function readEngineImage<T>(name: string, context: ReadContext<T>): Promise<ReadImage<T>> {
  const found = await inspectImage(name, context);
  return found.client.local ? readNearEngine(name, found, context) : readExport(name, found, context);
}

/** From the engine's own folders where they can be read, else what it exports. Says which, and why. */
async function readNearEngine<T>(name: string, found: FoundImage, context: ReadContext<T>): Promise<ReadImage<T>> {
  try {
    const read = await readEngineFolders(found.image, found.choice, context);
    return { ...read, readFrom: 'overlay2' };
  } catch (error) {
    const reason = asImageError(error, name);
    if (!(reason instanceof ImageError) || reason.code === 'ABORTED') {
      throw reason;
    }
    context.progress?.note?.(`${name} is exported by the engine, its folders are not read: ${reason.message}`);
  }
  return readExport(name, found, context);
}

async function readExport<T>(
  name: string,
  { client, image, choice }: FoundImage,
  context: ReadContext<T>,
): Promise<ReadImage<T>> {
  // by ID: a tag may move between the two requests
  const stream = {
    what: `${name} (exported by the engine)`,
    compression: null,
    size: image.size,
    open: (signal: AbortSignal | undefined) => client.export(image.id, signal),
  };
  const read = await readStreamedArchive(stream, (members) => planDockerArchive(members, choice, 'docker'), context);
  // an export by ID does not say how the image is called
  return { ...read, readFrom: 'export', names: [...new Set([...read.names, ...image.names])].sort() };
}
