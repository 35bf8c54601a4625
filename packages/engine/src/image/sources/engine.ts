import { platformOf } from '../config.ts';
import { planDockerArchive } from '../docker-manifest.ts';
import { engineClient } from '../engine-client.ts';
import { ImageError } from '../error.ts';
import { checkPlatform } from '../image-plan.ts';
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

/** Names, tags, digests and IDs; nothing that could become another path of the engine's interface. */
const nameForm = /^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,511}$/;

/** Asks the engine for the image, and makes sure that it is for the platform that is wanted. */
async function inspectImage(name: string, context: DescribeContext) {
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
  const { client, image, choice } = await inspectImage(name, context);
  // by ID: a tag may move between the two requests
  const stream = {
    what: `${name} (exported by the engine)`,
    compression: null,
    size: image.size,
    open: (signal: AbortSignal | undefined) => client.export(image.id, signal),
  };
  const read = await readStreamedArchive(stream, (members) => planDockerArchive(members, choice, 'docker'), context);
  // an export by ID does not say how the image is called
  return { ...read, names: [...new Set([...read.names, ...image.names])].sort() };
}
