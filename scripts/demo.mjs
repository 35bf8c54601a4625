// `npm run demo [-- FOLDER]`: builds an example image, scans it with the example advisories that ship for this, prints the
// verdict and writes the HTML report. The image fails the gate: the demo shows that exit code and itself ends with 0. No
// Docker, no network.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { exampleDatabase } from '../packages/engine/src/advisories/example-database.ts';
import { demoBase, demoImage } from './demo-image.mjs';

/** The examples are as of this day, whenever the demo runs. */
const exampleDate = '2026-08-22';
const launcher = fileURLToPath(new URL('../packages/cli/bin/plimsoll.mjs', import.meta.url));
const folder = resolve(process.argv[2] ?? 'plimsoll-demo');
const here = (name) => relative(process.cwd(), join(folder, name)) || name;

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'shop.tar'), demoImage());
writeFileSync(join(folder, 'base.tar'), demoBase());
await exampleDatabase(join(folder, 'advisories'), exampleDate);

const report = join(folder, 'report.html');
const args = ['scan', here('shop.tar'), '--db-dir', here('advisories'), '--offline', '--at', exampleDate, '--no-cache'];
const formats = [
  '--format',
  'table',
  '--format',
  `html=${here('report.html')}`,
  '--format',
  `json=${here('result.json')}`,
];
console.log(`$ plimsoll ${args.join(' ')} \\\n    ${formats.join(' ')}\n`);
const { status, error } = spawnSync(process.execPath, [launcher, ...args, ...formats], { stdio: 'inherit' });
if (error) throw error;
if (status === 1) {
  console.log(
    `\nplimsoll ended with exit code 1: in a pipeline, the push behind it would not run.\nThe same as a page: ${pathToFileURL(report).href}`,
  );
} else {
  console.error(`\nthe demo expects the gate's exit code 1, it is ${status}`);
  process.exitCode = 1;
}
