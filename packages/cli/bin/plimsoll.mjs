#!/usr/bin/env node
// The launcher: committed, so that npm can link it before `prepare` has built anything. It runs the bundle, else the
// sources, and under a Node that is too old it hands over to the pinned runtime. No syntax newer than Node 18 here.

// An import of one of Node's own modules loads all that it makes on demand; older versions have no other way.
const builtin = process.getBuiltinModule ?? ((name) => import(name));
const { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } = await builtin('node:fs');
const nodeModule = await builtin('node:module');
const { dirname, join } = await builtin('node:path');
const { fileURLToPath, pathToFileURL } = await builtin('node:url');

const oldestNode = 24;
const keptMilliseconds = 30 * 24 * 60 * 60 * 1000;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** What a scan needs of Node. */
const usedModules = ['crypto', 'diagnostics_channel', 'os', 'process', 'timers/promises', 'util', 'zlib'];
const here = dirname(fileURLToPath(import.meta.url));
const bundle = join(here, '..', 'dist', 'main.mjs');
const sources = join(here, '..', 'src', 'main.ts');

if (Number(process.versions.node.split('.')[0]) >= oldestNode) await start();
else await handOver();

async function start() {
  const words = process.argv.slice(2);
  // What was kept of the same image needs none of that: these set it up themselves when there is something to read.
  if (isShort(words)) globalThis[Symbol.for('plimsoll.setEngine')] = () => setEngine(words);
  else setEngine(words);
  // In the user's own cache folder: one in the shared temporary folder could be filled by somebody else.
  const home = process.env.HOME || process.env.USERPROFILE;
  const cache = process.env.XDG_CACHE_HOME || (home && join(home, '.cache'));
  if (cache) keepCompiled(join(cache, 'plimsoll', 'compile'), isShort(words) && words.includes('--facts'));
  if (existsSync(bundle) && !process.env.PLIMSOLL_RUN_SOURCES) await import(pathToFileURL(bundle).href);
  else if (existsSync(sources)) await import(pathToFileURL(sources).href);
  else
    stop(
      'plimsoll: neither the bundle nor the sources are here; run `npm run build` in its repository, or install it again',
    );
}

/**
 * Has Node keep what V8 compiled: in a folder of this bundle, since files of each have names of their own. What bundles left
 * that were started for the first time more than a month ago is removed when a new one comes.
 */
function keepCompiled(all, withFacts) {
  const program = bundleDigest() || 'sources';
  // Compiled code is of the settings that were made until it is loaded, and a folder of those at this point.
  const folder = join(all, withFacts ? `${program}-facts` : program);
  if (!existsSync(folder) && existsSync(all)) removeOld(all);
  if (isThere(folder)) nodeModule.enableCompileCache(folder);
}

/** Of what the bundle is made of, 16 hex digits; undefined where there is none, or only the rest of one. */
function bundleDigest() {
  try {
    return /^[0-9a-f]{16}/.exec(readFileSync(join(dirname(bundle), 'made-of'), 'latin1'))?.[0];
  } catch {
    return undefined;
  }
}

function removeOld(folder) {
  try {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (Date.now() - statSync(path).mtimeMs > keptMilliseconds) rmSync(path, { recursive: true, force: true });
    }
  } catch {
    // somebody else removes them at the same time, or may and we may not
  }
}

/** Makes a folder and those above it, each once: Node's own way, which the cache takes too, never ends below /proc. */
function isThere(folder, parents = true) {
  if (existsSync(folder)) return true;
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return true;
    if (error.code !== 'ENOENT' || !parents || dirname(folder) === folder) return false;
    return isThere(dirname(folder)) && isThere(folder, false);
  }
}

/** Whether these words ask for a process of seconds. */
function isShort([command]) {
  return command === 'sbom' || command === 'scan';
}

/** Sets up V8 for what the command does; before its code is loaded, since V8 takes no compiled code of other settings. */
function setEngine(words) {
  const [command] = words;
  if (command === undefined || command.startsWith('-')) return;
  // Node's own modules have compiled code in its executable, which V8 takes only as long as no setting was changed.
  if (isShort(words)) for (const name of usedModules) process.getBuiltinModule(`node:${name}`);
  if (isShort(words)) process.stdout.writable;
  const { setFlagsFromString, getHeapSpaceStatistics } = process.getBuiltinModule('node:v8');
  if (command === 'report') growYoungGeneration(setFlagsFromString, getHeapSpaceStatistics);
  // Inflated chunks are garbage as soon as they were looked at. With a young generation that does not grow they are freed
  // soon: 40 MB less at the peak, for the same time.
  setFlagsFromString('--semi-space-growth-factor=1');
  // What is kept is large, and V8 would let half as much garbage grow beside it: 324 instead of 215 MB for a zip of 20,000 findings.
  if (isShort(words) || command === 'report') setFlagsFromString('--heap-growing-percent=30');
  if (!isShort(words)) return;
  // There is little to collect: waking other threads for it costs more. Each page of memory that is touched for the first time
  // takes longer than a call.
  setFlagsFromString('--no-parallel-scavenge');
  // What marks beside the program keeps memory of its own: 2 to 8 MB at the peak. Where layers are inflated it is worth that, since
  // their chunks are garbage that stands outside of V8's heap.
  setFlagsFromString('--no-incremental-marking');
  const { subscribe } = process.getBuiltinModule('node:diagnostics_channel');
  subscribe('plimsoll.inflate', () => setFlagsFromString('--incremental-marking'));
  // A thread that did not compile it would keep, for each, memory of its own.
  setFlagsFromString('--no-maglev-destroy-on-background');
  // For the same time, 8 MB less of what compiling holds: most of it lasts shorter than it takes.
  setFlagsFromString('--no-maglev-inlining');
  // It compiles for longer than such a process runs, what is searched for secrets aside.
  if (!words.includes('--facts')) setFlagsFromString('--no-turbofan');
}

/**
 * Once, to 8 MB: what reports make in between would be collected 3,000 times for 20,000 findings, 7 % of all CPU; with the
 * next step, 32 MB, a zip of them has 320 instead of 250 MB at its peak. V8 takes no size once it runs, but grows by a factor when
 * much survives.
 */
function growYoungGeneration(setFlagsFromString, getHeapSpaceStatistics) {
  const bytes = () => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size;
  const kept = [];
  setFlagsFromString('--semi-space-growth-factor=4');
  while (kept.length < 400 && bytes() < 4 * 1024 * 1024) kept.push(new Array(4096).fill(0));
}

/** Runs the same command with the runtime that the lock file pins, if it is installed. */
async function handOver() {
  // What stands in the runtime's place may be older still (another project's): that must not go round in circles.
  const runtime = process.env.PLIMSOLL_HANDED_OVER ? undefined : pinnedRuntime();
  if (!runtime) {
    stop(
      `plimsoll: needs Node ${oldestNode} or later, this is ${process.versions.node}; install one, or run \`npm ci\` for the pinned one`,
    );
    return;
  }
  const { spawn } = await builtin('node:child_process');
  const child = spawn(runtime, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, PLIMSOLL_HANDED_OVER: '1' },
  });
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => stop(`plimsoll: the pinned runtime ${runtime} does not start: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (!signal) process.exitCode = code;
    else if (signals.includes(signal)) process.exitCode = 130;
    else stop(`plimsoll: ended by ${signal}${signal === 'SIGKILL' ? ' (out of memory?)' : ''}`);
  });
}

function pinnedRuntime() {
  const packages = [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`];
  if (process.platform === 'win32') packages.unshift(`node-win-${process.arch}`);
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const folder of nodeModule.createRequire(import.meta.url).resolve.paths('x') || []) {
    for (const name of packages) {
      const path = join(folder, name, 'bin', executable);
      if (existsSync(path)) return path;
    }
  }
  return undefined;
}

/** One line and the exit code of an internal error (3). */
function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 3;
}
