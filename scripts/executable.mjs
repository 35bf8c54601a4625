// `node scripts/executable.mjs [FOLDER]`: makes plimsoll-PLATFORM-ARCH, one executable file with Node in it, for the platform
// on which it runs: the bundle and its compiled code, put into a stripped copy of the Node that runs this.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { inject } from 'postject';
import { bundleOptions, root } from './bundle-options.mjs';

/** What it says is in the error, if it fails. */
const output = { stdio: 'pipe' };

/** @param {string} folder @returns {Promise<string>} the path of the executable */
export async function makeExecutable(folder) {
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, '.executable-'));
  const at = (name) => join(work, name);
  try {
    await bundleAsFunction(at('program.js'));
    execFileSync(
      process.execPath,
      [join(root, 'scripts/executable-cache.cjs'), at('program.js'), at('program.cache')],
      output,
    );
    const config = {
      main: await startOf(at('start.cjs')),
      output: at('blob'),
      disableExperimentalSEAWarning: true,
      assets: { 'program.js': at('program.js'), 'program.cache': at('program.cache') },
    };
    writeFileSync(at('config.json'), JSON.stringify(config));
    execFileSync(process.execPath, ['--experimental-sea-config', at('config.json')], output);
    copyFileSync(process.execPath, at('plimsoll'));
    chmodSync(at('plimsoll'), 0o755);
    execFileSync('strip', [at('plimsoll')], output);
    await putInto(at('plimsoll'), readFileSync(at('blob')));
    const path = join(folder, `plimsoll-${process.platform}-${process.arch}`);
    renameSync(at('plimsoll'), path);
    return path;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The bundle as the text of one function; modules keep loading when they are first asked for. */
async function bundleAsFunction(outfile) {
  await build({
    ...bundleOptions,
    outfile,
    format: 'cjs',
    banner: { js: '(function(require,__address){' },
    footer: { js: '})' },
    // only Node's own modules are left to load, and `import()` of a function without a module has no one who answers it
    supported: { 'dynamic-import': false },
    define: { ...bundleOptions.define, 'import.meta.url': '__address' },
  });
}

async function startOf(outfile) {
  const { define } = bundleOptions;
  await build({ entryPoints: [join(root, 'scripts/executable-start.cjs')], outfile, platform: 'node', define });
  return outfile;
}

/** The fuse tells Node's start that there is something behind it. */
async function putInto(executable, blob) {
  const { warn } = console;
  // postject warns of sections whose names it does not find
  console.warn = () => {};
  await inject(executable, 'NODE_SEA_BLOB', blob, { sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2' });
  console.warn = warn;
  forgetSections(executable);
}

/**
 * postject leaves sections whose names lie behind the end of the table of names, which scanners take, rightly, for damage. Nothing that
 * runs the file looks at sections: it gets none.
 */
function forgetSections(executable) {
  const file = openSync(executable, 'r+');
  // where the table is, its number of entries, and which of them has the names, in the header of a 64-bit ELF file
  writeSync(file, Buffer.alloc(8), 0, 8, 0x28);
  writeSync(file, Buffer.alloc(4), 0, 4, 0x3c);
  closeSync(file);
}

if (process.argv[1] === import.meta.filename) console.log(await makeExecutable(resolve(process.argv[2] ?? 'release')));
