import { join } from 'node:path';
import { Fields, parseJson } from '../json.ts';
import { checkFolder, engineFile, type ImageStore, type LayerFolder } from './stored-image.ts';
import { unusable } from './unusable.ts';

/** Bytes of the list of all layers. */
const maxListBytes = 64 * 1024 * 1024;

/** `ROOT/overlay/ID/diff` and `ROOT/overlay-layers` of Podman and its kin (containers/storage). */
export const podmanStore: ImageStore = {
  driver: 'overlay',
  open({ id, upperDir }, maxBytes) {
    const [, root, top] = /^(\/.+)\/overlay\/([0-9a-f]{64})\/diff$/.exec(upperDir ?? '') ?? [];
    if (root === undefined || top === undefined) {
      throw unusable('it names no folder');
    }
    // what has a digest for a name is stored under it in base64
    const name = `=${Buffer.from(id).toString('base64')}`;
    return {
      config: engineFile(join(root, 'overlay-images', id.slice('sha256:'.length), name), maxBytes),
      folders: (diffIds) => chainOf(root, top, diffIds),
    };
  },
};

/** From the topmost layer down to the base. */
function chainOf(root: string, top: string, diffIds: readonly string[]): readonly LayerFolder[] {
  const listed = listedLayers(join(root, 'overlay-layers', 'layers.json'));
  const folders: LayerFolder[] = [];
  let at: string | null = top;
  for (const diffId of [...diffIds].reverse()) {
    const layer: ListedLayer | undefined = at === null ? undefined : listed.get(at);
    if (at === null || layer?.diffId !== diffId) {
      throw unusable(`${root} does not have the layer ${diffId}`);
    }
    folders.unshift({
      id: at,
      files: checkFolder(join(root, 'overlay', at, 'diff')),
      tarSplit: join(root, 'overlay-layers', `${at}.tar-split.gz`),
      size: layer.size,
    });
    at = layer.parent;
  }
  if (at !== null) {
    throw unusable(`${root} has more layers than the config`);
  }
  return folders;
}

interface ListedLayer {
  readonly parent: string | null;
  readonly diffId: string | null;
  readonly size: number;
}

function listedLayers(path: string): ReadonlyMap<string, ListedLayer> {
  const list = parseJson(engineFile(path, maxListBytes), path);
  const layers = new Map<string, ListedLayer>();
  for (const each of Array.isArray(list) ? list : []) {
    const fields = new Fields(each, path);
    const id = fields.string('id');
    if (id !== null && /^[0-9a-f]{64}$/.test(id)) {
      layers.set(id, {
        parent: fields.string('parent') || null,
        diffId: fields.string('diff-digest'),
        size: fields.amount('diff-size') ?? 0,
      });
    }
  }
  return layers;
}
