import type { RegistryClient } from '../../registry/registry-client.ts';
import { familiarName, parseRegistryReference } from '../../registry/registry-reference.ts';
import { ImageError } from '../error.ts';
import { describedPlan, type ImagePlan } from '../image-plan.ts';
import { maxPulledAtOnce } from '../limits.ts';
import { type DescribeContext, type ReadContext, readPlannedLayers } from '../read-layers.ts';
import { analysePulled } from '../registry/pulled-layer.ts';
import { planRegistryImage } from '../registry/registry-members.ts';
import type { DescribedImage, ReadImage } from '../types.ts';
import { choiceOf } from './archive.ts';
import type { ImageSource } from './source.ts';

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
      (layer, what, layerContext) => analysePulled(client, layer, what, layerContext),
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

async function describeRegistryImage(target: string, context: DescribeContext): Promise<DescribedImage> {
  const { plan, close } = await openImage(target, context);
  await close();
  return describedPlan(plan, context.reference);
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
