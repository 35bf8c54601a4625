import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from './bundle-options.mjs';

/**
 * Chunks that are loaded together anyway become one file: finding, reading and linking each costs more than most of them hold.
 *
 * @param folder of the bundle
 * @param outputs esbuild's, of its metafile
 * @param groups in this order. `into`: the file; `of`: the ends of the sources' names that all need them, each with a file of its own;
 * `beside`: those of sources that need none of them; `without`: what none of them may import, since others that need some of them do
 * not; `upTo`: bytes of each, for a group that others load for one of them: they load nothing but this group, and what is
 * merged already
 */
export async function mergeChunks(folder, outputs, groups) {
  const files = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), chunkOf(output)]));
  for (const group of groups) {
    const { into } = group;
    const members = membersOf(files, group);
    const renamed = new Map(
      members.map((name, at) => [name, new Map(files.get(name).exports.map((each) => [each, `m${at}$${each}`]))]),
    );
    await writeMerged(folder, into, renamed, files.has(into));
    merge(files, into, members);
    for (const name of members) rmSync(join(folder, name));
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.mjs'))) {
      const text = readFileSync(join(folder, name), 'utf8');
      writeFileSync(join(folder, name), importingFrom(into, renamed, text, name));
    }
  }
}

function chunkOf({ bytes, entryPoint, exports, imports }) {
  const statically = imports.filter(({ kind }) => kind === 'import-statement');
  return {
    bytes,
    entryPoint,
    exports,
    isMerged: false,
    imports: new Set(statically.filter(({ external }) => !external).map(({ path }) => basename(path))),
    others: new Set(statically.filter(({ external }) => external).map(({ path }) => path)),
  };
}

function membersOf(files, { into, of, beside = [], without, upTo = Number.POSITIVE_INFINITY }) {
  const needed = of.map((source) => closure(files, fileOf(files, source)));
  const kept = beside.map((source) => closure(files, fileOf(files, source)));
  const members = new Set(
    [...needed[0]].filter((name) => {
      const { entryPoint, isMerged, others, bytes } = files.get(name);
      return (
        !isMerged &&
        entryPoint === undefined &&
        bytes <= upTo &&
        !others.has(without) &&
        needed.every((all) => all.has(name)) &&
        !kept.some((all) => all.has(name))
      );
    }),
  );
  const leads = (name) => [...closure(files, name)].some((each) => each === into || members.has(each));
  for (let before = -1; before !== members.size; ) {
    before = members.size;
    for (const member of members) {
      const others = [...files.get(member).imports].filter((name) => name !== into && !members.has(name));
      const isAlone = others.every((name) => files.get(name).isMerged);
      // a circle, in which what is needed first would come last
      if (others.some(leads) || (upTo < Number.POSITIVE_INFINITY && !isAlone)) members.delete(member);
    }
  }
  return [...members];
}

/** In the graph. */
function merge(files, into, members) {
  const all = members.map((name) => files.get(name));
  const own = files.get(into);
  const inside = new Set([...members, into]);
  for (const name of members) files.delete(name);
  files.set(into, {
    ...(own ?? { bytes: 0, exports: [] }),
    isMerged: true,
    imports: new Set(
      [own ?? [], ...all].flatMap(({ imports = [] }) => [...imports]).filter((name) => !inside.has(name)),
    ),
    others: new Set([own ?? [], ...all].flatMap(({ others = [] }) => [...others])),
  });
  for (const [name, file] of files) {
    if (name === into) continue;
    file.imports = new Set([...file.imports].map((each) => (inside.has(each) ? into : each)));
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
  for (const name of found) for (const each of files.get(name).imports) found.add(each);
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
