// Bundles the sources of the command line into packages/cli/dist, which the launcher runs: one file per command, loaded
// when it is asked for. About 120 modules loaded as sources cost half a second of CPU; the bundle costs a tenth of that.
// `--if-changed` leaves a bundle of the same sources as it is.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { builtinsAsConstants } from './builtins-as-constants.mjs';
import { bundleOptions, root, shardWorker, sourcesDigest } from './bundle-options.mjs';
import { inAscii } from './in-ascii.mjs';
import { mergeChunks } from './merge-chunks.mjs';
import { writeThirdParty } from './third-party.mjs';

const dist = `${root}packages/cli/dist`;
const madeOf = 'made-of';

/** What `sbom` and `scan` load where something has changed since the last time. */
const [listing, judging] = ['commands/list-packages.ts', 'commands/judge.ts'];
const otherCommands = ['policy', 'report', 'exceptions', 'db', 'attest', 'verify'].map((name) => `commands/${name}.ts`);
/** Bytes that cost less than a file of their own. */
const small = 13_000;

async function bundle() {
  // Beside its place and then moved there: a build that fails, or runs beside a program that loads a chunk, breaks nothing.
  const outdir = `${dist}-${process.pid}`;
  const { metafile } = await build({
    ...bundleOptions,
    entryPoints: { main: bundleOptions.entryPoints[0], 'shard-worker': shardWorker },
    outdir,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    format: 'esm',
    // what libraries require are Node's own modules
    banner: { js: 'const require=process.getBuiltinModule;' },
  });
  await mergeChunks(outdir, metafile.outputs, [
    { into: 'main.mjs', of: ['cli/src/main.ts'] },
    { into: 'shared.mjs', of: ['commands/scan.ts', 'commands/sbom.ts'], without: 'node:crypto', upTo: small },
    { into: 'again.mjs', of: ['commands/scan.ts', 'commands/sbom.ts'] },
    { into: 'small.mjs', of: [listing, judging], without: 'node:crypto', upTo: small },
    { into: 'small-of-judging.mjs', of: [judging], without: 'node:crypto', upTo: small },
    { into: 'image.mjs', of: [listing, judging], beside: otherCommands },
    { into: 'policy.mjs', of: ['commands/policy.ts', judging], beside: otherCommands.slice(1) },
    { into: 'listed.mjs', of: ['commands/report-formats.ts', listing, judging] },
    { into: 'judging.mjs', of: [judging], beside: otherCommands },
  ]);
  for (const name of readdirSync(outdir)) {
    const path = join(outdir, name);
    writeFileSync(path, inAscii(builtinsAsConstants(readFileSync(path, 'utf8'))));
  }
  writeThirdParty(root, Object.keys(metafile.inputs), join(outdir, 'third-party'));
  writeFileSync(join(outdir, madeOf), `${sourcesDigest}\n`);
  rmSync(dist, { recursive: true, force: true });
  renameSync(outdir, dist);
}

function isCurrent() {
  const path = join(dist, madeOf);
  return existsSync(path) && readFileSync(path, 'utf8').trim() === sourcesDigest;
}

if (!(process.argv.includes('--if-changed') && isCurrent())) await bundle();
