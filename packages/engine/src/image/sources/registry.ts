import type { RegistryClient } from '../../registry/registry-client.ts';
import { familiarName, parseRegistryReference } from '../../registry/registry-reference.ts';
import { ImageError } from '../error.ts';
import { type ContentReader, describedPlan, type ImagePlan } from '../image-plan.ts';
import { maxPulledAtOnce } from '../limits.ts';
import { type DescribeContext, type ReadContext, readPlannedLayers } from '../read-layers.ts';
import { analysePulled, contentOfLayer } from '../registry/pulled-layer.ts';
import { planRegistryImage } from '../registry/registry-members.ts';
import type { ReadImage } from '../types.ts';
import { choiceOf } from './archive.ts';
import type { ImageSource, ImageUse } from './source.ts';

/** `registry:REF`: an image of a registry, layers analysed while they are pulled. */
export const registrySource: ImageSource = {
  prefix: 'registry',
  read: readRegistryImage,
  describe: describeRegistryImage,
};

async function readRegistryImage<T>(target: string, context: ReadContext<T>): Promise<ReadImage<T>> {
  const { plan, pinned, client, close } = await openImage(target, context);
  try {
    const image = await readPlannedLayers(
      plan,
      {
        analyse: (layer, what, job) => analysePulled(client, layer, what, job),
        contentOf: (layer, what) => contentOfLayer(client, layer, what, context),
      },
      context,
      close,
      maxPulledAtOnce,
    );
    return { ...image, pinned: `registry:${pinned}` };
  } catch (error) {
    await close();
    throw error;
  }
}

async function describeRegistryImage<R>(target: string, context: DescribeContext, use: ImageUse<R>): Promise<R> {
  const { plan, client, close } = await openImage(target, context);
  try {
    const contentOf: ContentReader = (layer, what) => contentOfLayer(client, layer, what, context);
    return await use(describedPlan(plan, context.reference, contentOf));
  } finally {
    await close();
  }
}

interface OpenImage {
  readonly plan: ImagePlan;
  readonly pinned: string;
  readonly client: RegistryClient;
  close(): Promise<void>;
}

async function openImage(target: string, context: DescribeContext): Promise<OpenImage> {
  const reference = parseRegistryReference(target);
  const { host } = reference;
  if (context.offline) {
    const message = `the registry ${host} is not asked for ${familiarName(reference)}: offline`;
    throw new ImageError('REGISTRY_UNREACHABLE', message);
  }
  const { maxManifestBytes, maxLayerBytes } = context.limits;
  // Only who asks a registry loads what can: a twentieth of the start of a scan.
  const { openRegistry } = await import('../../registry/open-registry.ts');
  const { client, close } = openRegistry(reference, context.registry ?? {}, maxManifestBytes);
  try {
    const { plan, pinned } = await planRegistryImage(
      client,
      reference,
      choiceOf(context, null),
      maxLayerBytes,
      context.signal,
    );
    return { plan, pinned, client, close };
  } catch (error) {
    await close();
    throw error;
  }
}
