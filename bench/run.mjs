// npm run bench [-- FOLDER]: the product, the raw limits and peers in turn, on the same inputs. Prints the minimum of the
// rounds as a table: CPU seconds (user + system, whole process, start included), peak memory, ratio to the limit. Needs
// Debian's `time`, and root to make the inputs the first time (inputs.mjs). Settings: ROUNDS, BENCH_ONLY (a regular
// expression on the names of runs), BENCH_PEERS=0, BENCH_ENGINE=1 (also by way of a Docker engine of its own, which takes
// minutes to load the large image), BENCH_MIRROR and BENCH_DATE (advisories).
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineWith, noEngine } from './engine.mjs';
import { makeInputs } from './inputs.mjs';
import { lookUp, lookUpText } from './look-up.mjs';
import { peers } from './peers.mjs';

const rounds = Number(process.env.ROUNDS ?? 5);
const only = new RegExp(process.env.BENCH_ONLY ?? '');
const date = process.env.BENCH_DATE ?? new Date().toISOString().slice(0, 10);
const root = fileURLToPath(new URL('..', import.meta.url));
const node = join(root, 'node_modules/.bin/node');
const folder = process.argv[2] ?? join(tmpdir(), 'plimsoll-bench');
const state = mkdtempSync(join(tmpdir(), 'plimsoll-bench-state-'));
const launcher = join(root, 'packages/cli/bin/plimsoll.mjs');

/** How far above the limit the product may be: times the limit, and seconds for its start. */
const targets = { docker: [3, 0.3], gzip: [1.25, 0.3], zstd: [1.35, 0.3] };
const kindNames = { docker: 'plain layers', gzip: 'gzip', zstd: 'zstd' };
const limits = { docker: 'headers', gzip: 'gzip', zstd: 'zstd' };

/** CPU seconds and MB of one run; fails when the exit code is not one of those that are right. */
function measure(command, rightCodes, env = {}) {
  const { status, stderr } = spawnSync('/usr/bin/time', ['-f', '%U %S %M %e', '-q', ...command], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, XDG_CACHE_HOME: join(state, 'cache'), ...env },
  });
  if (!rightCodes.includes(status)) throw new Error(`exit ${status}: ${command.join(' ')}\n${stderr}`);
  const [user, system, kilobytes, wall] = stderr.trim().split('\n').pop().split(' ').map(Number);
  return { cpu: user + system, memory: kilobytes / 1024, wall };
}

function database() {
  const db = process.env.BENCH_DB ?? join(state, 'db');
  const mirror = process.env.BENCH_MIRROR;
  const source = mirror ? ['--mirror', mirror] : [];
  const build = [launcher, 'db', 'build', '--db-dir', db, '--as-of', date, ...source];
  if (!process.env.BENCH_DB) execFileSync(node, build, { stdio: 'inherit' });
  return db;
}

/** name, command, right exit codes, and what its figures are held against. */
function* runsOf(inputs, db, engine) {
  if (engine) {
    const report = `json=${join(state, 'engine.json')}`;
    const command = [node, launcher, 'sbom', `docker:${engine.image}`, '--no-cache', '--format', report];
    yield { name: 'shop, Docker engine: sbom', command, codes: [0, 4], env: { DOCKER_HOST: engine.host } };
  }
  yield { name: 'node -e 0', command: [node, '-e', '0'], codes: [0] };
  for (const flag of ['--help', '--version'])
    yield { name: `plimsoll ${flag}`, command: [node, launcher, flag], codes: [0] };
  const others = process.env.BENCH_PEERS === '0' ? null : peers(folder, node);
  for (const image of ['slim', 'shop']) {
    for (const [kind, archive] of Object.entries(inputs[image])) {
      const name = `${image}, ${kindNames[kind]}`;
      const limit = `${name}: limit`;
      yield { name: limit, command: [node, join(root, 'bench/limit.mjs'), limits[kind], archive], codes: [0] };
      const report = `json=${join(state, 'out.json')}`;
      const sbom = [node, launcher, 'sbom', archive, '--format', report];
      const scan = [node, launcher, 'scan', archive, '--db-dir', db, '--at', date, '--no-update', '--format', report];
      const held = { limit, target: targets[kind] };
      yield { name: `${name}: sbom`, command: [...sbom, '--no-cache'], codes: [0, 4], ...held };
      yield { name: `${name}: scan`, command: [...scan, '--no-cache'], codes: [0, 1, 4, 5], ...held };
      const again = ['--cache-dir', join(state, 'layers')];
      yield { name: `${name}: sbom again`, command: [...sbom, ...again], codes: [0, 4], limit: null, target: [0, 0.3] };
      yield {
        name: `${name}: scan again`,
        command: [...scan, ...again],
        codes: [0, 1, 4, 5],
        limit: null,
        target: [0, 0.3],
      };
      if (kind === 'docker') {
        const texts = `${name}: texts`;
        yield { name: texts, command: [node, join(root, 'bench/limit.mjs'), 'texts', archive], codes: [0] };
        for (const facts of ['secrets,licenses', 'secrets', 'licenses']) {
          yield {
            name: `${name}: sbom with ${facts}`,
            command: [...sbom, '--no-cache', '--facts', facts],
            codes: [0, 4],
            limit: null,
            // what they cost over the same without them, in times what reading the texts takes
            over: { base: `${name}: sbom`, texts },
          };
        }
      }
      if (others)
        yield { name: `${name}: snyk-docker-plugin`, command: others.snyk(archive), codes: [0], limit, peer: true };
    }
    const trivy = others?.trivy(inputs.roots[image]);
    if (trivy) yield { name: `${image}, unpacked: trivy-cdxgen rootfs`, command: trivy, codes: [0], peer: true };
  }
}

let engine;
try {
  const inputs = await makeInputs(folder);
  if (process.env.BENCH_ENGINE === '1' && noEngine === undefined) engine = await engineWith(inputs.roots.shop);
  else console.error(`without a Docker engine: ${noEngine ?? 'BENCH_ENGINE=1 asks for it'}`);
  const db = database();
  const runs = [...runsOf(inputs, db, engine)].filter(({ name }) => only.test(name));
  const least = new Map();
  // One round that does not count: page cache and compile cache are warm afterwards.
  for (let round = 0; round <= rounds; round++) {
    for (const { name, command, codes, peer, env } of runs) {
      if (peer && round > 2) continue;
      const { cpu, memory, wall } = measure(command, codes, env);
      if (round === 0) continue;
      const seen = least.get(name) ?? { cpu: Infinity, memory: 0, wall: Infinity };
      least.set(name, {
        cpu: Math.min(seen.cpu, cpu),
        memory: Math.max(seen.memory, memory),
        wall: Math.min(seen.wall, wall),
      });
    }
  }
  const machine = `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${loadavg()[1].toFixed(1)}`;
  console.log(`\n${date}, ${machine}, ${rounds} rounds (peers: 2), minimum of CPU, maximum of memory\n`);
  console.log('| run | CPU s | wall s | peak MB | × limit | allowed CPU s |\n|---|---|---|---|---|---|');
  for (const { name, limit, target } of runs) {
    const { cpu, memory, wall } = least.get(name);
    const base = least.get(limit)?.cpu;
    const ratio = base ? (cpu / base).toFixed(2) : '';
    const allowed = target && (base || !limit) ? (target[0] * (base ?? 0) + target[1]).toFixed(2) : '';
    console.log(`| ${name} | ${cpu.toFixed(2)} | ${wall.toFixed(1)} | ${memory.toFixed(0)} | ${ratio} | ${allowed} |`);
  }
  const overs = runs.filter(({ over }) => over !== undefined && least.has(over.base) && least.has(over.texts));
  if (overs.length > 0) console.log('\n| facts | CPU s more | × texts | allowed |\n|---|---|---|---|');
  for (const { name, over } of overs) {
    const more = least.get(name).cpu - least.get(over.base).cpu;
    console.log(`| ${name} | ${more.toFixed(2)} | ${(more / least.get(over.texts).cpu).toFixed(2)} | 3 |`);
  }
  console.log(`\n${lookUpText(await lookUp(db))}`);
} finally {
  await engine?.stop();
  rmSync(state, { recursive: true, force: true });
}
