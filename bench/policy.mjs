// node bench/policy.mjs [ROUNDS]: CPU milliseconds for judging 5,000 findings by a policy of 50 rules that all differ, the first
// time in a process and the fourth; the least of so many processes (10), and the same of counting to 30 million beside it, so that
// a busy machine shows. Once as `plimsoll scan` runs it (bundled, with the launcher's settings of V8 and code that an earlier
// process compiled), once as a program that imports the sources does, with V8 as it comes.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleOptions } from '../scripts/bundle-options.mjs';

const one = fileURLToPath(new URL('policy-once.mjs', import.meta.url));
const launcher = readFileSync(new URL('../packages/cli/bin/plimsoll.mjs', import.meta.url), 'utf8');
const settings = [...launcher.matchAll(/setFlagsFromString\('(--[^']+)'\)/g)].map(([, flag]) => flag);

const [rounds = '10'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-policy-'));
try {
  const bundle = join(folder, 'once.mjs');
  const banner = { js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);" };
  await build({ ...bundleOptions, entryPoints: [one], outfile: bundle, format: 'esm', banner });
  const measure = (flags, script, env) => {
    const run = () => {
      const { stdout, stderr } = spawnSync(process.execPath, [...flags, script], { encoding: 'utf8', env });
      if (stderr !== '') throw new Error(stderr);
      return JSON.parse(stdout);
    };
    run();
    const runs = Array.from({ length: Number(rounds) }, run);
    return [0, 1, 2].map((column) => Math.min(...runs.map((each) => each[column])).toFixed(0));
  };
  const scan = measure(settings, bundle, { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') });
  const program = measure([], one, process.env);
  console.log('| 5,000 findings, 50 rules: CPU ms | as `plimsoll scan` | as a program |\n|---|---|---|');
  for (const [at, name] of ['first time', 'fourth time', 'counting to 30 million'].entries())
    console.log(`| ${name} | ${scan[at]} | ${program[at]} |`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
