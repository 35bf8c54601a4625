// `node scripts/executable.mjs [FOLDER [NODE]]`: makes plimsoll-PLATFORM-ARCH, one executable file with Node in it: the bundle and its
// compiled code, put into a stripped copy of the Node that runs this. NODE: the Node of another Linux, of the same version; compiled
// code is each processor's own, so that such a file starts without.
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
import { inAscii } from './in-ascii.mjs';

/** What it says is in the error, if it fails. */
const output = { stdio: 'pipe' };

/** ELF's number of a processor → what Node and `strip` call it. */
const machines = new Map([
  [0x3e, { arch: 'x64', strip: 'x86_64-linux-gnu-strip' }],
  [0xb7, { arch: 'arm64', strip: 'aarch64-linux-gnu-strip' }],
]);

/** @param {string} folder @param {string} [node] @returns {Promise<string>} the path of the executable */
export async function makeExecutable(folder, node = process.execPath) {
  const { arch, strip } = targetOf(node);
  const isOwn = arch === process.arch;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, '.executable-'));
  const at = (name) => join(work, name);
  try {
    await bundleAsFunction(at('program.js'));
    const cache = { 'program.cache': at('program.cache') };
    if (isOwn) {
      const script = join(root, 'scripts/executable-cache.cjs');
      execFileSync(process.execPath, [script, at('program.js'), cache['program.cache']], output);
    }
    const config = {
      main: await startOf(at('start.cjs')),
      output: at('blob'),
      disableExperimentalSEAWarning: true,
      assets: { 'program.js': at('program.js'), ...(isOwn && cache) },
    };
    writeFileSync(at('config.json'), JSON.stringify(config));
    execFileSync(process.execPath, ['--experimental-sea-config', at('config.json')], output);
    copyFileSync(node, at('plimsoll'));
    chmodSync(at('plimsoll'), 0o755);
    execFileSync(isOwn ? 'strip' : strip, [at('plimsoll')], output);
    await putInto(at('plimsoll'), readFileSync(at('blob')));
    const path = join(folder, `plimsoll-${process.platform}-${arch}`);
    renameSync(at('plimsoll'), path);
    return path;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What a Node is for. @throws Error for what is none, or of another version: the blob is this version's */
function targetOf(node) {
  if (node === process.execPath) return { arch: process.arch, strip: 'strip' };
  const bytes = readFileSync(node);
  const machine = bytes.subarray(0, 5).toString('latin1') === '\x7fELF\x02' && machines.get(bytes.readUInt16LE(0x12));
  if (!machine) throw new Error(`${node} is no executable of Linux on x64 or arm64`);
  if (!bytes.includes(`node.js/${process.version}\0`))
    throw new Error(`${node} is not of the version ${process.version}, which this is`);
  return machine;
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
  // it is read as Latin 1, which is quick
  writeFileSync(outfile, inAscii(readFileSync(outfile, 'utf8')));
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

if (process.argv[1] === import.meta.filename)
  console.log(await makeExecutable(resolve(process.argv[2] ?? 'release'), process.argv[3]));
