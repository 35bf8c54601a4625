import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from './bundle-options.mjs';

/**
 * Chunks that are loaded together anyway become one file: finding, reading and linking each costs more than most of them hold.
 *
 * @param folder of the bundle
 * @param outputs esbuild's, of its metafile
 * @param groups `into`: the file; `of`: the ends of the sources' names that all need them, each with a file of its own; `without`:
 * what none of them may import, since others that need some of them do not
 */
export async function mergeChunks(folder, outputs, groups) {
  const files = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  for (const { into, of, without } of groups) {
    const needed = of.map((source) => closure(files, fileOf(files, source)));
    const members = [...needed[0]].filter(
      (name) =>
        name !== into &&
        files.get(name).entryPoint === undefined &&
        !files.get(name).imports.some(({ path }) => path === without) &&
        needed.every((all) => all.has(name)),
    );
    const renamed = new Map(
      members.map((name, at) => [name, new Map(files.get(name).exports.map((each) => [each, `m${at}$${each}`]))]),
    );
    await writeMerged(folder, into, renamed, files.has(into));
    for (const name of members) {
      rmSync(join(folder, name));
      files.delete(name);
    }
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.mjs'))) {
      const text = readFileSync(join(folder, name), 'utf8');
      writeFileSync(join(folder, name), importingFrom(into, renamed, text, name));
    }
    for (const output of files.values()) {
      output.imports = output.imports.filter(({ path }) => !renamed.has(basename(path)));
    }
  }
}

function fileOf(files, source) {
  const [name] = [...files].find(([, { entryPoint }]) => entryPoint?.endsWith(source)) ?? [];
  if (name === undefined) throw new Error(`the bundle has no file of ${source}`);
  return name;
}

/** All that is loaded with a file. */
function closure(files, start) {
  const found = new Set([start]);
  for (const name of found) {
    for (const { path, kind, external } of files.get(name).imports) {
      if (kind === 'import-statement' && !external) found.add(basename(path));
    }
  }
  return found;
}

async function writeMerged(folder, into, renamed, isEntry) {
  const exported = [...renamed].map(([name, names]) => {
    const list = [...names].map(([each, other]) => `${each} as ${other}`);
    return `export{${list.join()}}from"./${name}";`;
  });
  const { target, platform, minifySyntax, minifyWhitespace, legalComments, logLevel } = bundleOptions;
  const { outputFiles } = await build({
    stdin: { contents: [...exported, ...(isEntry ? [`import"./${into}";`] : [])].join('\n'), resolveDir: folder },
    bundle: true,
    write: false,
    format: 'esm',
    ...{ target, platform, minifySyntax, minifyWhitespace, legalComments, logLevel },
    plugins: [
      {
        name: 'others-stay',
        setup({ onResolve }) {
          onResolve({ filter: /^\.\// }, ({ path }) => {
            const name = path.slice('./'.length);
            return renamed.has(name) || name === into ? undefined : { path, external: true };
          });
        },
      },
    ],
  });
  writeFileSync(join(folder, into), outputFiles[0].contents);
}

/** The same text, with what it imports from merged chunks imported from the file that holds them now. */
function importingFrom(into, renamed, text, name) {
  let isImported = false;
  const again = () => {
    if (isImported) return '';
    isImported = true;
    return `import"./${into}";`;
  };
  const changed = text
    .replace(/(import|export)\{([^{}]*)\}from"\.\/([^"/]+)"/g, (all, kind, list, from) => {
      const names = renamed.get(from);
      if (names === undefined) return all;
      const parts = list.split(',').map((each) => {
        const [old, as = old] = each.split(' as ');
        return names.get(old) === as ? as : `${names.get(old)} as ${as}`;
      });
      return `${kind}{${parts.join()}}from"./${into}"`;
    })
    .replace(/import"\.\/([^"/]+)";/g, (all, from) => (renamed.has(from) ? again() : all));
  const left = [...renamed.keys()].find((each) => changed.includes(each));
  if (left !== undefined) throw new Error(`${name}: an import of ${left} that is not understood`);
  return changed;
}
