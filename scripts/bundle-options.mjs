import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const { version } = JSON.parse(readFileSync(`${root}packages/cli/package.json`, 'utf8'));
const engineIndex = `${root}packages/engine/src/index.ts`;

/** Of everything that the bundle is made of. */
function digestOfSources() {
  const hash = createHash('sha256').update(readFileSync(`${root}package-lock.json`));
  for (const room of ['packages/cli/src', 'packages/engine/src']) {
    const paths = readdirSync(join(root, room), { recursive: true }).filter((path) => /(?<!\.test)\.ts$/.test(path));
    for (const path of paths.sort()) hash.update(`${path}\n`).update(readFileSync(join(root, room, path)));
  }
  return hash.digest('hex');
}

/** Public name of the engine → the file that defines it. */
function definingFiles() {
  const found = new Map();
  for (const [, names, from] of readFileSync(engineIndex, 'utf8').matchAll(
    /export (?:type )?\{([^}]*)\} from '([^']+)'/g,
  ))
    for (const name of names.split(',').map((each) => each.replace('type ', '').trim())) found.set(name, from);
  return found;
}

/**
 * Imports of the engine's index become imports of the defining files: through one index every command would load what
 * any of them needs, since a file is split into no pieces.
 */
const withoutIndex = {
  name: 'without-index',
  setup({ onLoad }) {
    const files = definingFiles();
    onLoad({ filter: /packages[\\/]cli[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace(
        /import (type )?\{([^}]*)\} from '@plimsoll\/engine';/g,
        (_all, types = '', names) =>
          names
            .split(',')
            .map((each) => each.trim())
            // a type's file would be loaded, though nothing of it is asked for
            .filter((each) => each !== '' && !each.startsWith('type '))
            .map((each) => {
              const from = files.get(each);
              if (from === undefined) throw new Error(`${path}: the engine exports no ${each}`);
              return `import ${types}{ ${each} } from ${JSON.stringify(join(dirname(engineIndex), from))};`;
            })
            .join(''),
      );
      return { contents, loader: 'ts' };
    });
  },
};

/**
 * Packs come as digest, value and trees of their expressions, so that judging by them loads nothing that reads YAML or CEL: what
 * `yamlPack` makes of the text of each.
 */
const parsedPacks = {
  name: 'parsed-packs',
  setup({ onLoad }) {
    onLoad({ filter: /policy[\\/]packs[\\/][^\\/]*\.yaml\.ts$/ }, async ({ path }) => {
      const lazy = (name, value) => `get ${name}() { return JSON.parse(${JSON.stringify(JSON.stringify(value))}) }`;
      const packs = Object.entries(await import(pathToFileURL(path).href)).map(
        ([name, { digest, value, trees }]) =>
          `export const ${name} = { digest: '${digest}', ${lazy('value', value)}, ${lazy('trees', trees)} };`,
      );
      return { contents: packs.join('\n'), loader: 'js' };
    });
  },
};

/** SHA-256 (hex) of all that a bundle is made of. */
export const sourcesDigest = digestOfSources();

/** A program of its own, which `db build` starts as threads; a form of the bundle without it reads all feeds in one. */
export const shardWorker = `${root}packages/engine/src/advisories/shard-worker.ts`;

/** What every form of the bundle has in common, for esbuild. */
export const bundleOptions = {
  entryPoints: [`${root}packages/cli/src/main.ts`],
  // names of files in the bundle do not tell where it was made
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  plugins: [withoutIndex, parsedPacks],
  logLevel: 'warning',
  metafile: true,
  define: { __PLIMSOLL_VERSION__: JSON.stringify(version), __PLIMSOLL_PROGRAM__: JSON.stringify(sourcesDigest) },
};
