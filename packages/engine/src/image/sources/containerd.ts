import { dockerHub, parseRegistryReference } from '../../registry/registry-reference.ts';
import { type ContentStore, openContentStore } from '../containerd/content-store.ts';
import type { NamedImage, NamedImages } from '../containerd/named-images.ts';
import { contentOfBlob } from '../content-digest.ts';
import { containerdAddress } from '../engine-address.ts';
import { ImageError } from '../error.ts';
import { type ContentReader, describedPlan, type ImagePlan, type PlannedLayer } from '../image-plan.ts';
import { type DescribeContext, type ReadContext, readPlannedImage, readPlannedLayers } from '../read-layers.ts';
import { analysePulled, contentOfLayer } from '../registry/pulled-layer.ts';
import { planRegistryImage } from '../registry/registry-members.ts';
import type { ReadImage } from '../types.ts';
import { choiceOf } from './archive.ts';
import type { ImageSource } from './source.ts';

/** `containerd:NAME`: an image of containerd, read from its content store: blobs as they were pulled. */
export const containerdSource: ImageSource = {
  prefix: 'containerd',
  hasIds: true,
  read: readContainerdImage,
  async describe(name, context, use) {
    const { plan, store } = await openImage(name, context);
    try {
      return await use(describedPlan(plan, context.reference, contentReader(store, context)));
    } finally {
      store.close();
    }
  },
};

function contentReader(store: ContentStore, context: DescribeContext): ContentReader {
  return (layer, what) => {
    const blob = blobFile(store, layer);
    return blob === null ? contentOfLayer(store, layer, what, context) : contentOfBlob(blob, layer, what, context);
  };
}

async function readContainerdImage<T>(name: string, context: ReadContext<T>): Promise<ReadImage<T>> {
  const { plan, store } = await openImage(name, context);
  try {
    const files = new Map(plan.layers.map((layer) => [layer.member, blobFile(store, layer)]));
    return [...files.values()].every((blob) => blob !== null)
      ? await readPlannedImage(plan, ({ member }) => files.get(member)!, context, store.close)
      : await readPlannedLayers(
          plan,
          {
            analyse: (layer, what, job) => analysePulled(store, layer, what, job),
            contentOf: contentReader(store, context),
          },
          context,
          store.close,
        );
  } catch (error) {
    store.close();
    throw error;
  }
}

/** A file of another size than the manifest states is left to the service to explain. */
function blobFile(store: ContentStore, { digest, size }: PlannedLayer) {
  const blob = digest === null ? null : store.file(digest);
  return blob?.size === size ? blob : null;
}

async function openImage(
  name: string,
  context: DescribeContext,
): Promise<{ readonly plan: ImagePlan; readonly store: ContentStore }> {
  const { maxLayerBytes } = context.limits;
  const connected = await connect(context);
  const { store } = connected;
  try {
    const target = await findImage(name, connected, context.signal);
    const reference = { host: dockerHub, repository: target.name, tag: null, digest: target.digest };
    const { plan } = await planRegistryImage(store, reference, choiceOf(context, null), maxLayerBytes, context.signal);
    return { plan: { ...plan, kind: 'containerd', names: [target.name] }, store };
  } catch (error) {
    store.close();
    throw error;
  }
}

/** @throws ImageError `NOT_FOUND`, `AMBIGUOUS` */
async function findImage(
  name: string,
  { images, shown }: Connected,
  signal: AbortSignal | undefined,
): Promise<NamedImage> {
  const absent = (what: string) => new ImageError('NOT_FOUND', `${shown} has no image ${what}`);
  const byId = await images.byId(name, signal);
  if (byId !== null) return byId;
  if (/^(?:sha256:.*|[0-9a-f]{64})$/.test(name)) throw absent(name);
  const { host, repository, tag, digest } = parseRegistryReference(name);
  const named = `${host}/${repository}`;
  const tagged = tag === null ? named : `${named}:${tag}`;
  // as clients of containerd write names; then as it was written
  const names = digest === null ? [tagged, name] : [`${tagged}@${digest}`, `${named}@${digest}`, name];
  const byName = await images.byName([...new Set(names)], signal);
  const found = byName ?? (digest === null ? null : await images.byDigest(named, digest, signal));
  if (found === null) throw absent(names[0]!);
  return found;
}

interface Connected {
  readonly store: ContentStore;
  readonly images: NamedImages;
  /** names it in messages */
  readonly shown: string;
}

/** @throws ImageError `NO_ENGINE`, `ENGINE_UNREACHABLE` */
async function connect(context: DescribeContext): Promise<Connected> {
  const { socket, namespace, stated } = containerdAddress(context);
  const shown = `containerd at ${socket} (namespace ${namespace})`;
  try {
    const store = await openContentStore(socket, namespace, shown, context.limits, context.signal);
    return { store, images: store.images, shown };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = reasons[code];
    if (reason === undefined || error instanceof ImageError) {
      throw error;
    }
    // where nobody named it, it may be a part of Docker that others than root cannot speak to
    const errorCode = stated ? 'ENGINE_UNREACHABLE' : 'NO_ENGINE';
    throw new ImageError(errorCode, `cannot reach ${shown}: ${reason}`, { cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such socket; is it running?',
  ECONNREFUSED: 'the connection was refused; is it running?',
  EACCES: 'permission denied; it answers root alone',
  EPERM: 'permission denied; it answers root alone',
};
