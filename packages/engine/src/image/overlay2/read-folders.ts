import { mismatch } from '../blob.ts';
import { parseConfig } from '../config.ts';
import type { EngineImage } from '../engine-client.ts';
import { checkPlatform, digestOf, type ImageChoice, type ImagePlan } from '../image-plan.ts';
import { type ReadContext, readPlannedLayers } from '../read-layers.ts';
import type { ReadImage } from '../types.ts';
import { analyseFolder } from './analyse-folder.ts';
import { configFile, dataFolder, type LayerFolder, layerFolders } from './layer-folders.ts';
import { unusable } from './unusable.ts';

/**
 * Reads an image from the folders in which the engine on this machine keeps its layers. What an export would give is
 * the same, byte for byte; most of it is not touched, so the layers are not verified.
 *
 * @throws ImageError whenever that is not possible: then the export is to be taken
 */
export async function readEngineFolders<T>(
  image: EngineImage,
  choice: ImageChoice,
  context: ReadContext<T>,
): Promise<ReadImage<T>> {
  const data = image.storageDriver === 'overlay2' && image.upperDir !== null ? dataFolder(image.upperDir) : null;
  if (data === null) {
    throw unusable(`its storage is ${image.storageDriver ?? 'not told'}`);
  }
  const bytes = configFile(data, image.id, choice.maxManifestBytes);
  if (digestOf(bytes) !== image.id) {
    throw mismatch('the engine’s copy of the config', image.id, digestOf(bytes));
  }
  const { folders, plan } = planFolders(data, image, bytes, choice);
  return readPlannedLayers(
    plan,
    (layer, what, job) => analyseFolder(folders.get(layer.member)!, what, job),
    context,
    () => {},
  );
}

function planFolders(
  data: string,
  image: EngineImage,
  config: Buffer,
  choice: ImageChoice,
): { readonly folders: ReadonlyMap<string, LayerFolder>; readonly plan: ImagePlan } {
  const what = 'the engine’s copy of the config';
  const parsed = parseConfig(config, what);
  checkPlatform(parsed.platform, choice, what);
  const folders = layerFolders(data, parsed.diffIds);
  const plan: ImagePlan = {
    kind: 'docker',
    names: [...image.names].sort(),
    digest: null,
    id: image.id,
    platform: parsed.platform,
    platforms: parsed.platform === null ? [] : [parsed.platform],
    config: parsed.config,
    layers: folders.map(({ chainId, size }, index) => ({
      member: chainId,
      size,
      digest: null,
      blobDigest: null,
      diffId: parsed.diffIds[index]!,
      mediaType: 'application/vnd.docker.image.rootfs.diff.tar',
    })),
  };
  return { folders: new Map(folders.map((folder) => [folder.chainId, folder])), plan };
}
