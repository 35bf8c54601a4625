// `node scripts/image-context.mjs FOLDER EXECUTABLE [ADVISORIES]`: makes the folder in which ci/image/Containerfile is built, of an
// executable file and, where the image is to bring advisories, a folder of them. The same files make the same folder.
import { chmodSync, cpSync, lutimesSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bundle-options.mjs';

/** @param {string} folder made anew @param {string} executable @param {string} [advisories] */
export function makeImageContext(folder, executable, advisories) {
  const at = (path) => join(folder, 'root', path);
  const copy = (from, to, mode) => {
    cpSync(from, at(to), { recursive: true });
    chmodSync(at(to), mode);
  };
  for (const path of ['usr/bin', 'usr/share/doc/plimsoll', 'usr/lib/plimsoll', 'work'])
    mkdirSync(at(path), { recursive: true });
  copy(executable, 'usr/bin/plimsoll', 0o755);
  copy(join(root, 'ci/image/in-a-box'), 'usr/bin/in-a-box', 0o755);
  for (const name of ['LICENSE', 'NOTICE']) copy(join(root, name), `usr/share/doc/plimsoll/${name}`, 0o644);
  // what the executable holds, where scanners look for it
  copy(join(root, 'packages/cli/dist/third-party'), 'usr/lib/plimsoll', 0o755);
  // Whoever the container runs as brings them up to date there, for the time that it runs.
  for (const path of ['var/lib/plimsoll', 'var/lib/plimsoll/cache', 'var/lib/plimsoll/advisories'])
    mkdirSync(at(path), { recursive: true });
  if (advisories !== undefined) cpSync(advisories, at('var/lib/plimsoll/advisories'), { recursive: true });
  openToAll(at('var/lib/plimsoll'));
  cpSync(join(root, 'ci/image/Containerfile'), join(folder, 'Containerfile'));
  settleTimes(folder);
}

function openToAll(path) {
  chmodSync(path, 0o777);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) openToAll(inner);
    else chmodSync(inner, 0o666);
  }
}

/** Times are part of a layer; those of a copy are of the day on which it was made. */
function settleTimes(path) {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) settleTimes(join(path, entry.name));
    else lutimesSync(join(path, entry.name), 0, 0);
  }
  lutimesSync(path, 0, 0);
}

if (process.argv[1] === import.meta.filename) {
  const [folder, executable, advisories] = process.argv.slice(2);
  if (executable === undefined) {
    console.error('usage: node scripts/image-context.mjs FOLDER EXECUTABLE [ADVISORIES]');
    process.exit(2);
  }
  makeImageContext(folder, executable, advisories);
}
