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
    const source = [name, ...siblings(root, name, license)].find((each) => texts(root, each).length > 0);
    if (source === undefined) throw new Error(`${name}: has no licence file, nor has another package of its scope`);
    for (const file of texts(root, source)) copyFileSync(join(root, 'node_modules', source, file), join(to, file));
  }
}

/** Licence files of a package. */
function texts(root, name) {
  return readdirSync(join(root, 'node_modules', name)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
}

/** Packages of the same scope and licence: some projects forget the file in one of theirs. */
function siblings(root, name, license) {
  const [scope, inner] = name.split('/');
  if (inner === undefined) return [];
  return readdirSync(join(root, 'node_modules', scope))
    .map((each) => `${scope}/${each}`)
    .filter((each) => {
      const manifest = JSON.parse(readFileSync(join(root, 'node_modules', each, 'package.json'), 'utf8'));
      return each !== name && manifest.license === license;
    })
    .sort();
}

/** Names of the packages whose files are among `inputs`, sorted. */
function bundledPackages(inputs) {
  const names = inputs.flatMap((path) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}
