// npm run bench [-- FOLDER]: the product beside the raw limit, in turn, on the same inputs, nothing cached. Prints the
// minimum of the rounds as a table: CPU seconds (user + system, whole process), peak memory, ratio. Needs Debian's
// `time` and `debootstrap`, and root to make the input the first time.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { largestMember, makeInputs } from './inputs.mjs';

const rounds = Number(process.env.ROUNDS ?? 5);
const root = fileURLToPath(new URL('..', import.meta.url));
const node = join(root, 'node_modules/.bin/node');
const folder = process.argv[2] ?? join(tmpdir(), 'plimsoll-bench');
const state = mkdtempSync(join(tmpdir(), 'plimsoll-bench-state-'));

/** CPU seconds and MB of one run; fails when the exit code is not one of those that are right. */
function measure(args, rightCodes) {
  const { status, stderr } = spawnSync('/usr/bin/time', ['-f', '%U %S %M', '-q', node, ...args], {
    encoding: 'utf8',
    env: { ...process.env, XDG_CACHE_HOME: join(state, 'cache') },
  });
  if (!rightCodes.includes(status)) throw new Error(`exit ${status}: ${args.join(' ')}\n${stderr}`);
  const [user, system, kilobytes] = stderr.trim().split('\n').pop().split(' ').map(Number);
  return { cpu: user + system, memory: kilobytes / 1024 };
}

try {
  const { docker, oci } = await makeInputs(folder);
  const db = join(state, 'db');
  const mirror = process.env.BENCH_MIRROR;
  const date = process.env.BENCH_DATE ?? new Date().toISOString().slice(0, 10);
  const launcher = join(root, 'packages/cli/bin/plimsoll.mjs');
  const source = mirror ? ['--mirror', mirror] : [];
  execFileSync(node, [launcher, 'db', 'build', '--db-dir', db, '--as-of', date, ...source], { stdio: 'inherit' });
  const scan = (image) => [
    launcher,
    'scan',
    image,
    '--db-dir',
    db,
    '--at',
    date,
    '--no-cache',
    '--no-update',
    '--format',
    `json=${join(state, 'out.json')}`,
  ];
  const limit = (what, image) => {
    const { offset, size } = largestMember(image);
    return [join(root, 'bench/limit.mjs'), what, image, offset, size].map(String);
  };
  const runs = [
    { name: 'node -e 0', args: ['-e', '0'], codes: [0] },
    { name: 'plimsoll --help', args: [launcher, '--help'], codes: [0] },
    { name: 'plimsoll --version', args: [launcher, '--version'], codes: [0] },
    { name: 'docker-archive, plain: walk its headers', args: limit('headers', docker), codes: [0] },
    { name: 'docker-archive, plain: plimsoll scan', args: scan(docker), codes: [0, 1] },
    { name: 'OCI gzip: inflate and digest', args: limit('inflate', oci), codes: [0] },
    { name: 'OCI gzip: plimsoll scan', args: scan(oci), codes: [0, 1] },
  ];
  const least = new Map();
  // One round that does not count: page cache and compile cache are warm afterwards.
  for (let round = 0; round <= rounds; round++) {
    for (const { name, args, codes } of runs) {
      const { cpu, memory } = measure(args, codes);
      if (round === 0) continue;
      const seen = least.get(name) ?? { cpu: Infinity, memory: 0 };
      least.set(name, { cpu: Math.min(seen.cpu, cpu), memory: Math.max(seen.memory, memory) });
    }
  }
  console.log(
    `\n${date}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${rounds} rounds, minimum of CPU, maximum of memory\n`,
  );
  console.log('| run | CPU s | peak MB |\n|---|---|---|');
  for (const [name, { cpu, memory }] of least) console.log(`| ${name} | ${cpu.toFixed(2)} | ${memory.toFixed(0)} |`);
} finally {
  rmSync(state, { recursive: true, force: true });
}
