// Tests the rows of the classifier table on the real files that they name: downloads each Debian or npm package into a
// temporary folder and reads the file as a scan would. What cannot be downloaded is named and skipped.
//
//   node scripts/prove-classifiers.mjs [ROW...]
//
// Exits 1 when a row finds nothing, or a version that its package does not have.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { classifier } from '../packages/engine/src/inventory/classifier/classifier.ts';
import { classifiers } from '../packages/engine/src/inventory/classifier/classifier-table.ts';

/** Commands by the kind of package. */
const kinds = {
  deb: {
    download: (name) => ['apt-get', 'download', name],
    suffix: '.deb',
    unpack: (file, root) => ['dpkg-deb', '-x', file, root],
    version: (file) => ['dpkg-deb', '-f', file, 'Version'],
  },
  npm: {
    download: (name) => ['npm', 'pack', name],
    suffix: '.tgz',
    unpack: (file, root) => ['tar', 'xzf', file, '-C', root],
    version: (_, root) => ['node', '-p', `require(${JSON.stringify(join(root, 'package/package.json'))}).version`],
  },
};

const asked = new Set(process.argv.slice(2));
const directory = mkdtempSync(join(tmpdir(), 'plimsoll-prove-'));
const failures = [];
const skipped = [];

try {
  for (const { name, proven } of classifiers) {
    if (proven === null || (asked.size > 0 && !asked.has(name))) continue;
    const found = fetched(proven.package, join(directory, name));
    if (found === null) {
      skipped.push(`${name} (${proven.package})`);
      continue;
    }
    const { facts } = classifier.parse(proven.path, readFileSync(join(found.root, proven.path)), {
      needles: [],
      proves: () => false,
    });
    const version = facts?.found.find((each) => each.name === name)?.version;
    const good = version !== undefined && found.version.includes(version);
    if (!good) failures.push(name);
    console.log(`${good ? 'ok  ' : 'FAIL'} ${name} ${version ?? 'nothing'} in ${proven.package} ${found.version}`);
    rmSync(join(directory, name), { recursive: true });
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
for (const each of skipped) console.log(`skipped, no package: ${each}`);
process.exitCode = failures.length > 0 ? 1 : 0;

/** The unpacked package, and its version; null where it cannot be had. */
function fetched(source, into) {
  const [kind, name] = [source.slice(0, source.indexOf(':')), source.slice(source.indexOf(':') + 1)];
  const { download, suffix, unpack, version } = kinds[kind];
  const root = join(into, 'root');
  mkdirSync(root, { recursive: true });
  const run = ([program, ...rest]) =>
    execFileSync(program, rest, { cwd: into, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' });
  try {
    run(download(name));
    const file = readdirSync(into).find((each) => each.endsWith(suffix));
    run(unpack(file, root));
    return { root, version: run(version(file, root)).trim() };
  } catch {
    return null;
  }
}
