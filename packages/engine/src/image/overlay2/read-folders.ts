import { digestOf } from '../../registry/digest.ts';
import { mismatch } from '../blob.ts';
import { parseConfig } from '../config.ts';
import type { EngineImage } from '../engine-client.ts';
import { checkPlatform, type ImageChoice, type ImagePlan } from '../image-plan.ts';
import { type ReadContext, readPlannedLayers } from '../read-layers.ts';
import type { ReadImage, SourceKind } from '../types.ts';
import { analyseFolder } from './analyse-folder.ts';
import { dockerStore } from './docker-store.ts';
import { podmanStore } from './podman-store.ts';
import type { ImageStore, LayerFolder, StoredImage } from './stored-image.ts';
import { unusable } from './unusable.ts';

const stores: readonly ImageStore[] = [dockerStore, podmanStore];

/**
 * Reads an image from the folders in which the engine on this machine keeps its layers. What an export would give is
 * the same, byte for byte; most of it is not touched, so the layers are not verified.
 *
 * @throws ImageError whenever that is not possible: then the export is to be taken
 */
export async function readEngineFolders<T>(
  image: EngineImage,
  kind: SourceKind,
  choice: ImageChoice,
  context: ReadContext<T>,
): Promise<ReadImage<T>> {
  const { folders, plan } = planStored(image, kind, choice);
  return readPlannedLayers(
    plan,
    {
      analyse: (layer, what, job) => analyseFolder(folders.get(layer.member)!, what, job),
      contentOf: async ({ diffId }) => diffId,
    },
    context,
    () => {},
  );
}

/**
 * Whether the engine's own records have the layers under the diff IDs that the image's config states. An engine computes these
 * when it unpacks a layer.
 */
export function keepsByDiffId(image: EngineImage, kind: SourceKind, choice: ImageChoice): boolean {
  try {
    planStored(image, kind, choice);
    return true;
  } catch {
    return false;
  }
}

function planStored(image: EngineImage, kind: SourceKind, choice: ImageChoice) {
  const store = stores.find(({ driver }) => driver === image.storageDriver);
  if (store === undefined) {
    throw unusable(`its storage is ${image.storageDriver ?? 'not told'}`);
  }
  const stored = store.open(image, choice.maxManifestBytes);
  const found = digestOf(stored.config);
  if (found !== image.id) {
    throw mismatch('the engine’s copy of the config', image.id, found);
  }
  return planFolders(stored, image, kind, choice);
}

function planFolders(
  stored: StoredImage,
  image: EngineImage,
  kind: SourceKind,
  choice: ImageChoice,
): { readonly folders: ReadonlyMap<string, LayerFolder>; readonly plan: ImagePlan } {
  const what = 'the engine’s copy of the config';
  const parsed = parseConfig(stored.config, what);
  checkPlatform(parsed.platform, choice, what);
  const folders = stored.folders(parsed.diffIds);
  const plan: ImagePlan = {
    kind,
    names: [...image.names].sort(),
    digest: null,
    id: image.id,
    platform: parsed.platform,
    platforms: parsed.platform === null ? [] : [parsed.platform],
    config: parsed.config,
    layers: folders.map(({ id, size }, index) => ({
      member: id,
      size,
      digest: null,
      blobDigest: null,
      diffId: parsed.diffIds[index]!,
      mediaType: 'application/vnd.docker.image.rootfs.diff.tar',
    })),
  };
  return { folders: new Map(folders.map((folder) => [folder.id, folder])), plan };
}
