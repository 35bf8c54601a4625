import { ImageError } from '../error.ts';
import { describedPlan, type ImagePlan } from '../image-plan.ts';
import { maxLayersAtOnce } from '../limits.ts';
import { type DescribeContext, type ReadContext, readPlannedLayers } from '../read-layers.ts';
import { Connections } from '../registry/connections.ts';
import { analysePulled } from '../registry/pulled-layer.ts';
import { type RegistryClient, registryClient } from '../registry/registry-client.ts';
import { planRegistryImage } from '../registry/registry-members.ts';
import { dockerHub, familiarName, parseRegistryReference } from '../registry/registry-reference.ts';
import type { DescribedImage, ReadImage } from '../types.ts';
import { choiceOf } from './archive.ts';
import type { ImageSource } from './source.ts';

/** `registry:REF`: an image of a registry, layers analysed while they are pulled. */
export const registrySource: ImageSource = {
  prefix: 'registry',
  read: readRegistryImage,
  describe: describeRegistryImage,
};

const hubHost = 'registry-1.docker.io';

async function readRegistryImage<T>(target: string, context: ReadContext<T>): Promise<ReadImage<T>> {
  const { plan, client, close } = await openImage(target, context);
  try {
    return await readPlannedLayers(
      plan,
      (layer, what, layerContext) => analysePulled(client, layer, what, layerContext),
      context,
      close,
      // most of the time is spent waiting
      maxLayersAtOnce,
    );
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
  readonly client: RegistryClient;
  close(): Promise<void>;
}

async function openImage(target: string, context: DescribeContext): Promise<OpenImage> {
  const reference = parseRegistryReference(target);
  const { host, repository } = reference;
  if (context.offline) {
    const message = `the registry ${host} is not asked for ${familiarName(reference)}: offline`;
    throw new ImageError('REGISTRY_UNREACHABLE', message);
  }
  const connections = new Connections(context.registry ?? {});
  const close = () => connections.close();
  try {
    const { maxManifestBytes, maxLayerBytes } = context.limits;
    const place = { host: host === dockerHub ? hubHost : host, repository };
    const client = registryClient(place, connections, maxManifestBytes);
    const plan = await planRegistryImage(client, reference, choiceOf(context, null), maxLayerBytes, context.signal);
    return { plan, client, close };
  } catch (error) {
    await close();
    throw error;
  }
}
