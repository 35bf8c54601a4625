import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { tarArchive } from '../packages/engine/src/image/testing/image-builder.ts';

/** What tells that an entry changed, by path below the root. */
export type Tree = ReadonlyMap<string, string>;

/** All that a root holds, but for the file systems of the kernel. */
export function treeOf(root: string): Tree {
  const tree = new Map<string, string>();
  const visit = (folder: string) => {
    for (const { name } of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (path === 'proc' || path === 'sys' || path === 'dev') continue;
      const { mode, uid, gid, size, mtimeNs, ctimeNs, ino } = lstatSync(join(root, path), { bigint: true });
      const isFolder = (mode & 0o170000n) === 0o040000n;
      // what happens in a folder changes its times; only itself counts
      tree.set(path, [mode, uid, gid, ...(isFolder ? [] : [size, mtimeNs, ctimeNs, ino])].join(' '));
      if (isFolder) visit(path);
    }
  };
  visit('');
  return tree;
}

/** A layer as `docker build` makes it: a tar of what is new or other, and a whiteout for what is gone. */
export function layerBetween(root: string, before: Tree, after: Tree): Buffer {
  const changed = [...after].filter(([path, state]) => before.get(path) !== state).map(([path]) => path);
  const gone = [...before.keys()].filter((path) => !after.has(path) && isThere(after, parentOf(path)));
  const whiteouts = gone.map((path) => ({
    path: join(parentOf(path), `.wh.${path.slice(path.lastIndexOf('/') + 1)}`),
  }));
  const args = [
    '-C',
    root,
    '--no-recursion',
    '--numeric-owner',
    '--null',
    '--verbatim-files-from',
    '-T',
    '-',
    '-cf',
    '-',
  ];
  const files = execFileSync('tar', args, {
    input: changed.map((path) => `${path}\0`).join(''),
    maxBuffer: 1 << 30,
  });
  return Buffer.concat([tarArchive(whiteouts, { endMark: false }), files]);
}

/** Of a folder that is gone, only the folder itself is said to be gone. */
function isThere(tree: Tree, folder: string): boolean {
  return folder === '' || tree.has(folder);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
