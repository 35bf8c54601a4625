// node bench/jobs.mjs [FOLDER]: what a job of a pipeline waits for, minimum of ROUNDS (3). The image of 200 MB judged with advisories in
// the runner's cache, beside reading it; ten such jobs at once on one host with an empty shared cache that a web server fills, and
// what it had to send; the executable file. BENCH_DB: a folder of advisories that others can fetch from, which `db build` makes;
// BENCH_DATE: the day on which it was confirmed. BENCH_EXECUTABLE: an executable file that is there already.
import { spawn } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeExecutable } from '../scripts/executable.mjs';
import { makeInputs } from './inputs.mjs';

const {
  BENCH_DB: db,
  BENCH_DATE: date = new Date().toISOString().slice(0, 10),
  ROUNDS = '3',
  BENCH_EXECUTABLE,
} = process.env;
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = process.argv[2] ?? join(tmpdir(), 'plimsoll-bench');
const state = mkdtempSync(join(tmpdir(), 'plimsoll-jobs-'));
const launcher = join(root, 'packages/cli/bin/plimsoll.mjs');
const jobs = 10;

if (db === undefined) throw new Error('set BENCH_DB to a folder of advisories, and BENCH_DATE to its day');

/** Wall and CPU seconds of one process; fails when its exit code is not one of those that are right. */
function run(command, right) {
  const started = performance.now();
  const child = spawn('/usr/bin/time', ['-f', '%U %S', '-q', ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, XDG_CACHE_HOME: join(state, 'home') },
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('close', (status) => {
      if (!right.includes(status)) return reject(new Error(`exit ${status}: ${command.join(' ')}\n${said}`));
      const [user, system] = said.trim().split('\n').pop().split(' ').map(Number);
      return resolve({ wall: (performance.now() - started) / 1000, cpu: user + system });
    });
  });
}

async function least(command, right, before = () => {}) {
  let best = { wall: Infinity, cpu: Infinity };
  // one round that does not count
  for (let round = 0; round <= Number(ROUNDS); round++) {
    before();
    const { wall, cpu } = await run(command, right);
    if (round > 0) best = { wall: Math.min(best.wall, wall), cpu: Math.min(best.cpu, cpu) };
  }
  return best;
}

const scan = (image, ...more) => [
  process.execPath,
  launcher,
  'scan',
  image,
  '--at',
  date,
  '--format',
  `json=${join(state, 'r')}`,
  ...more,
];
const verdicts = [0, 1, 4];
const said = ({ wall, cpu }) => `${wall.toFixed(2)} s of wall time, ${cpu.toFixed(2)} s of CPU`;

/** A web server over the advisories, which counts. */
async function serve() {
  const sent = new Map();
  const server = createServer((request, response) => {
    const file = join(db, request.url);
    if (!existsSync(file)) return response.writeHead(404).end();
    const { size } = statSync(file);
    const etag = `"${size}"`;
    if (request.headers['if-none-match'] === etag) return response.writeHead(304).end();
    sent.set(request.url, (sent.get(request.url) ?? 0) + 1);
    response.writeHead(200, { etag, 'content-length': size });
    return createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, sent, url: `http://127.0.0.1:${server.address().port}` };
}

/** The slowest of several at once with one cache, which is empty before the first call with their number. */
async function sharingJobs(image, count, catalog) {
  const shared = join(state, `shared by ${count}`);
  const folders = ['--db-dir', join(shared, 'advisories'), '--cache-dir', join(shared, 'layers')];
  const ended = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      run(scan(image, ...folders, '--catalog', catalog, '--format', `html=${join(state, `${n}`)}`), verdicts),
    ),
  );
  return Math.max(...ended.map(({ wall }) => wall));
}

try {
  const { slim } = await makeInputs(folder);
  const image = slim.docker;
  console.log(
    `${date}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}, minimum of ${ROUNDS} rounds\n`,
  );
  const warm = ['--db-dir', db, '--no-update', '--cache-dir', join(state, 'layers')];
  const empty = () => rmSync(join(state, 'layers'), { recursive: true, force: true });
  const reading = await least(['cat', image], [0]);
  const limit = await least([process.execPath, join(root, 'bench/limit.mjs'), 'headers', image], [0]);
  const first = await least(scan(image, ...warm), verdicts, empty);
  const again = await least(scan(image, ...warm), verdicts);
  console.log(`image of ${Math.round(statSync(image).size / 1e6)} MB`);
  console.log(`  read to its end (cat): ${said(reading)}`);
  console.log(`  headers alone (limit.mjs): ${said(limit)}`);
  console.log(`  judged, layers not seen before: ${said(first)}`);
  console.log(`  judged again: ${said(again)}`);
  console.log(`  more than reading it: ${(first.wall - reading.wall).toFixed(2)} s (at most 2)\n`);

  const { server, sent, url } = await serve();
  const alone = await sharingJobs(image, 1, url);
  const shards = [...sent].filter(([path]) => !path.endsWith('catalog.json'));
  sent.clear();
  const slowest = await sharingJobs(image, jobs, url);
  const counts = [...sent].map(([path, count]) => `${path.slice(1, 20)} ${count}×`).join(', ');
  // the same with the advisories there, and the layers to be read again
  rmSync(join(state, `shared by ${jobs}`, 'layers'), { recursive: true });
  const filled = await sharingJobs(image, jobs, url);
  server.close();
  console.log(`an empty cache that a catalog fills: one job ${alone.toFixed(2)} s of wall time`);
  console.log(
    `  the slowest of ${jobs} at once: ${slowest.toFixed(2)} s; with advisories at hand ${filled.toFixed(2)} s`,
  );
  console.log(`  files of advisories: ${shards.length}; sent for the ${jobs}: ${counts}\n`);

  const executable = BENCH_EXECUTABLE ?? (await makeExecutable(state));
  const version = await least([executable, '--version'], [0]);
  const node = await least([process.execPath, '-e', '0'], [0]);
  console.log(`executable: ${(statSync(executable).size / 1e6).toFixed(1)} MB (at most 120)`);
  console.log(`  --version: ${said(version)} (less than 0.10 of CPU); node -e 0: ${said(node)}`);
} finally {
  rmSync(state, { recursive: true, force: true });
}
