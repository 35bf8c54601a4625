import { ImageError } from '../error.ts';
import { describedPlan, type ImagePlan } from '../image-plan.ts';
import { maxLayersAtOnce } from '../limits.ts';
import { type DescribeContext, type ReadContext, readPlannedLayers } from '../read-layers.ts';
import { type Authorization, authorization } from '../registry/authorization.ts';
import { Connections } from '../registry/connections.ts';
import { findCredentials } from '../registry/credentials.ts';
import { fallbackClient } from '../registry/fallback-client.ts';
import { isLoopback } from '../registry/hosts.ts';
import { analysePulled } from '../registry/pulled-layer.ts';
import { type RegistryClient, type RegistryPlace, registryClient } from '../registry/registry-client.ts';
import { planRegistryImage } from '../registry/registry-members.ts';
import {
  dockerHub,
  familiarName,
  parseRegistryReference,
  type RegistryReference,
} from '../registry/registry-reference.ts';
import type { DescribedImage, ReadImage, RegistryOptions } from '../types.ts';
import { choiceOf } from './archive.ts';
import type { ImageSource } from './source.ts';

/** `registry:REF`: an image of a registry, layers analysed while they are pulled. */
export const registrySource: ImageSource = {
  prefix: 'registry',
  read: readRegistryImage,
  describe: describeRegistryImage,
};

const hubAddress = 'https://registry-1.docker.io';

async function readRegistryImage<T>(target: string, context: ReadContext<T>): Promise<ReadImage<T>> {
  const { plan, pinned, client, close } = await openImage(target, context);
  try {
    const image = await readPlannedLayers(
      plan,
      (layer, what, layerContext) => analysePulled(client, layer, what, layerContext),
      context,
      close,
      // most of the time is spent waiting
      maxLayersAtOnce,
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
  const options = context.registry ?? {};
  const places = placesOf(reference, options);
  const connections = new Connections(
    options,
    places.some(({ host: at }) => isLoopback(at)),
  );
  const close = () => connections.close();
  try {
    const { maxManifestBytes, maxLayerBytes } = context.limits;
    const client = fallbackClient(
      places.map((place) => registryClient(place, connections, letIn(place, connections, options), maxManifestBytes)),
    );
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

interface Place extends RegistryPlace {
  /** whose credentials are sent, and what may be spoken to without TLS */
  readonly host: string;
}

/** Attempts at a mirror: the registry itself stands behind it. */
const mirrorAttempts = 2;

/** The mirrors of a registry, and then itself. */
function placesOf({ host, repository }: RegistryReference, { mirrors = [] }: RegistryOptions): readonly Place[] {
  const own: Place = {
    host,
    named: `the registry ${host}`,
    address: host === dockerHub ? hubAddress : host,
    repository,
  };
  const before = mirrors.filter((mirror) => mirror.host === host.toLowerCase());
  return [
    ...before.map(({ url }): Place => {
      const { origin, host: at, pathname } = new URL(url);
      const above = pathname.split('/').filter(Boolean);
      return {
        host: at,
        named: `the mirror ${at}`,
        address: origin,
        repository: [...above, repository].join('/'),
        attempts: mirrorAttempts,
      };
    }),
    own,
  ];
}

function letIn({ host, repository }: Place, connections: Connections, options: RegistryOptions): Authorization {
  const environment = options.environment ?? {};
  return authorization({
    host,
    repository,
    connections,
    credentials: (signal) => findCredentials(host, repository, environment, signal),
    plainHttpAllowed: (realm) => connections.plainHttpAllowed(host) && connections.plainHttpAllowed(realm.host),
  });
}
