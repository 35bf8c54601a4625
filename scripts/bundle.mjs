// Bundles the sources of the command line into packages/cli/dist, which the launcher runs: one file per command, loaded
// when it is asked for. About 120 modules loaded as sources cost half a second of CPU; the bundle costs a tenth of that.
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}packages/cli/package.json`, 'utf8'));
const dist = `${root}packages/cli/dist`;

async function bundle() {
  // Beside its place and then moved there: a build that fails, or runs beside a program that loads a chunk, breaks nothing.
  const outdir = `${dist}-${process.pid}`;
  await build({
    entryPoints: [`${root}packages/cli/src/main.ts`],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    define: { __PLIMSOLL_VERSION__: JSON.stringify(version) },
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  });
  rmSync(dist, { recursive: true, force: true });
  renameSync(outdir, dist);
}

await bundle();
