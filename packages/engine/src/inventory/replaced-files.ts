import { getHashes, hash } from 'node:crypto';
import { EntryTable } from '../image/entry-table.ts';
import type { SquashedView } from '../image/squash.ts';
import type { ViewNode } from '../image/stored-node.ts';
import type { ReadImage } from '../image/types.ts';
import { isOwnedExecutablePath } from './binary/executable-path.ts';
import type { Owner } from './cataloger.ts';
import type { LayerAnalysis } from './layer-analysis.ts';

/** Bodies that are read a second time to tell a replaced file from a touched one; bytes. */
const maxRereadBytes = 64 * 1024 * 1024;
/** Layers that have more in them are not read a second time for that; bytes. */
const maxLayerBytes = 512 * 1024 * 1024;

interface Suspect {
  readonly path: string;
  readonly node: ViewNode;
  readonly owner: Owner;
}

/** Size of what stood at a path before; null where the entry does not say (a hard link). */
type SizesBefore = ReadonlyMap<string, number | null>;

/**
 * Executables and libraries that lie where a package ships one, and are not what it shipped: a layer above the one that
 * brought the package in its version wrote them. Digests of the database decide; where there are none, or too much would
 * be read for them, a file of another size than before was replaced, and one of the same size only touched (`chmod`,
 * `setcap`). What was not there before replaces nothing: some builders lay files down above their database.
 *
 * @returns real paths
 */
export async function replacedFiles(
  image: ReadImage<LayerAnalysis>,
  view: SquashedView,
  analyses: readonly LayerAnalysis[],
  owners: ReadonlyMap<string, Owner>,
): Promise<ReadonlySet<string>> {
  if (analyses.length < 2) return new Set();
  const suspects = suspectsOf(view, owners);
  if (suspects.length === 0) return new Set();
  const before = sizesBefore(suspects, analyses);
  const bodies = await bodiesOf(image, suspects, before, analyses);
  const replaced = suspects.filter((suspect) => {
    const { path, node, owner } = suspect;
    const body = bodies.get(suspect);
    if (body !== undefined) return hash(owner.algorithm, body) !== owner.digest;
    const size = before.get(path) ?? null;
    return size !== null && size !== node.entry.size;
  });
  return new Set(replaced.map(({ path }) => path));
}

/** Sorted by path. */
function suspectsOf(view: SquashedView, owners: ReadonlyMap<string, Owner>): readonly Suspect[] {
  const found: Suspect[] = [];
  for (const [path, owner] of owners) {
    if (!isOwnedExecutablePath(path)) continue;
    const node = view.lstat(path);
    if (node === undefined || node.layer <= owner.since) continue;
    if (node.entry.type === 'file' || node.entry.type === 'hardlink') found.push({ path, node, owner });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function sizesBefore(suspects: readonly Suspect[], analyses: readonly LayerAnalysis[]): SizesBefore {
  const layers = new Map(suspects.map(({ path, node }) => [path, node.layer]));
  const sizes = new Map<string, number | null>();
  analyses.forEach(({ listing }, layer) => {
    const table = EntryTable.of(listing.entries);
    for (const [path, own] of layers) {
      const at = layer < own ? table.find(path) : -1;
      if (at >= 0 && table.typeAt(at) === 'file') sizes.set(path, table.sizeAt(at));
      else if (at >= 0 && table.typeAt(at) === 'hardlink') sizes.set(path, null);
    }
  });
  return sizes;
}

const canDigest: ReadonlySet<string> = new Set(getHashes());

/** Those that replaced something first; the others only where there are few, or images of many layers were read twice. */
async function bodiesOf(
  image: ReadImage<LayerAnalysis>,
  suspects: readonly Suspect[],
  before: SizesBefore,
  analyses: readonly LayerAnalysis[],
): Promise<ReadonlyMap<Suspect, Buffer>> {
  const small = analyses.map(({ listing }) => {
    const table = EntryTable.of(listing.entries);
    let bytes = 0;
    for (let at = 0; at < table.length; at += 1) bytes += table.sizeAt(at);
    return bytes <= maxLayerBytes;
  });
  const readable = suspects.filter(
    ({ node, owner }) => owner.digest !== null && canDigest.has(owner.algorithm) && small[node.layer],
  );
  const fits = (some: readonly Suspect[]) => some.reduce((sum, { node }) => sum + node.entry.size, 0) <= maxRereadBytes;
  const above = readable.filter(({ path }) => before.has(path));
  const wanted = fits(readable) ? readable : within(above);
  const paths = new Map<number, Set<string>>();
  for (const { node } of wanted) paths.set(node.layer, (paths.get(node.layer) ?? new Set()).add(node.entry.path));
  const found = new Map<Suspect, Buffer>();
  for (const [layer, some] of paths) {
    const bodies = await image.reread(layer, some);
    for (const suspect of wanted) {
      const body = suspect.node.layer === layer ? bodies.get(suspect.node.entry.path) : undefined;
      if (body !== undefined) found.set(suspect, body);
    }
  }
  return found;
}

function within(suspects: readonly Suspect[]): readonly Suspect[] {
  let left = maxRereadBytes;
  return suspects.filter(({ node: { entry } }) => {
    if (entry.size > left) return false;
    left -= entry.size;
    return true;
  });
}
