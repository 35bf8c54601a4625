// What it costs to open the advisories and to look up the packages of an image of several ecosystems:
// `node bench/look-up.mjs DB`. A gate looks up once in a process, so the first time counts, each time in a process of its own.
// The program is bundled and started as users run it: by the launcher, with the settings of V8 and the cache of compiled code that
// it gives to `scan`. CPU milliseconds of the main thread; what loading modules takes is apart.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleOptions } from '../scripts/bundle-options.mjs';

const asked = { 'debian-12': 300, npm: 120, pypi: 80 };
const processes = 20;
const opener = fileURLToPath(new URL('../packages/engine/src/advisories/open-advisories.ts', import.meta.url));
const launcher = fileURLToPath(new URL('../packages/cli/bin/plimsoll.mjs', import.meta.url));

/**
 * Runs in each process: the first look-up as a scan asks for it, then more of the same. The thread rests before each reading of its
 * clock, which the kernel sets no oftener than it stops a thread, every few milliseconds.
 */
const program = (folder) => `
import { readFileSync } from 'node:fs';
const [, , , db] = process.argv;
const names = JSON.parse(readFileSync(${JSON.stringify(join(folder, 'names.json'))}, 'utf8'));
const bell = new Int32Array(new SharedArrayBuffer(4));
const cpu = () => { Atomics.wait(bell, 0, 0, 1); const { user, system } = process.threadCpuUsage(); return (user + system) / 1000; };
const start = cpu();
const { openAdvisories } = await import(${JSON.stringify(join(folder, 'open.mjs'))});
const load = cpu() - start;
const times = [];
let records = 0;
for (let round = 0; round < 6; round++) {
  const before = cpu();
  const began = performance.now();
  const reader = openAdvisories(db);
  const found = Object.entries(names).flatMap(([shard, list]) => [...reader.statements(shard, list).values()]);
  const wall = performance.now() - began;
  times.push({ cpu: cpu() - before, wall });
  reader.close();
  records = found.flat().reduce((sum, { ids }) => sum + ids.length, 0);
}
const again = Math.min(...times.slice(1).map((each) => each.cpu));
console.log(JSON.stringify({ records, load, first: times[0].cpu, wall: times[0].wall, again }));
`;

/** @returns milliseconds: of the first look-up in a process (CPU, wall), of a later one, and of loading the modules */
export async function lookUp(db) {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-look-up-'));
  try {
    const outfile = join(folder, 'open.mjs');
    const banner = { js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);" };
    await build({ ...bundleOptions, entryPoints: [opener], format: 'esm', outfile, banner });
    const names = namesIn(db);
    writeFileSync(join(folder, 'names.json'), JSON.stringify(names));
    for (const name of ['bin', 'dist']) mkdirSync(join(folder, name));
    cpSync(launcher, join(folder, 'bin', 'plimsoll.mjs'));
    writeFileSync(join(folder, 'dist', 'main.mjs'), program(folder));
    const words = [join(folder, 'bin', 'plimsoll.mjs'), 'scan', db];
    const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache'), PLIMSOLL_RUN_SOURCES: '' };
    const once = () => JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8', env }));
    // the first leaves compiled code and remembers which files are sound, as a first scan does
    once();
    once();
    const runs = Array.from({ length: processes }, once);
    const of = (key) => runs.map((run) => run[key]).sort((a, b) => a - b);
    const least = (key) => of(key)[0];
    const median = (key) => of(key)[processes / 2];
    return {
      packages: Object.values(names).flat().length,
      records: runs[0].records,
      first: { least: least('first'), median: median('first') },
      wall: { least: least('wall'), median: median('wall') },
      again: { least: least('again'), median: median('again') },
      load: { least: least('load'), median: median('load') },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What `lookUp` returns, in words. */
export function lookUpText({ packages, records, ...times }) {
  const of = ({ least, median }) => `${least.toFixed(1)} (median ${median.toFixed(1)})`;
  return (
    `opening the advisories and looking up ${packages} packages (${records} records), least of ${processes} processes, ms: ` +
    `CPU the first time in a process ${of(times.first)}, wall ${of(times.wall)}, CPU again ${of(times.again)}; ` +
    `loading the modules ${of(times.load)}`
  );
}

/** Names that the shards have, spread over all of them. */
function namesIn(db) {
  const { shards } = JSON.parse(readFileSync(join(db, 'catalog.json'), 'utf8'));
  const found = {};
  for (const { name, digest } of shards.filter(({ name }) => Object.hasOwn(asked, name))) {
    const path = join(db, 'shards', `${digest.slice('sha256:'.length)}.sqlite`);
    const database = new DatabaseSync(path, { readOnly: true });
    const keys = database
      .prepare('SELECT key FROM body ORDER BY key')
      .all()
      .map(({ key }) => key);
    database.close();
    found[name] = Array.from({ length: asked[name] }, (_, at) => keys[Math.floor((at * keys.length) / asked[name])]);
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(lookUpText(await lookUp(process.argv[2])));
