import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes what a bundle owes to the packages that it holds: a folder a package with its licence files and the part of its
 * manifest that says what it is, so that people and scanners see what was bundled.
 *
 * @param {string} root of the repository, with a slash at its end
 * @param {readonly string[]} inputs paths of the bundled files, below the root
 * @param {string} folder is made
 */
export function writeThirdParty(root, inputs, folder) {
  for (const name of bundledPackages(inputs)) {
    const from = join(root, 'node_modules', name);
    const to = join(folder, 'node_modules', name);
    mkdirSync(to, { recursive: true });
    const { version, license, homepage, repository } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
    if (!license) throw new Error(`${name}: its manifest names no licence`);
    const manifest = { name, version, license, homepage, repository };
    writeFileSync(join(to, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
    const texts = readdirSync(from).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
    if (texts.length === 0) throw new Error(`${name}: has no licence file`);
    for (const file of texts) copyFileSync(join(from, file), join(to, file));
  }
}

/** Names of the packages whose files are among `inputs`, sorted. */
function bundledPackages(inputs) {
  const names = inputs.flatMap((path) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}
