// Holds every import of the sources against the table of rooms (docs/architecture.md): who may enter which. Exits 1 with
// a line per import that may not be. `types` means: types only, or the room's types.ts.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const engine = 'packages/engine/src';

/** room → rooms that it may import from, and how */
export const rooms = {
  versions: {},
  licenses: {},
  purl: {},
  registry: {},
  signing: {},
  image: { registry: 'all' },
  copy: { image: 'all', registry: 'all' },
  inventory: { image: 'all', versions: 'all', licenses: 'all', purl: 'all' },
  advisories: { versions: 'all', registry: 'all', signing: 'all' },
  matching: { inventory: 'types', advisories: 'types', versions: 'all' },
  policy: {
    inventory: 'types',
    matching: 'types',
    advisories: 'types',
    image: 'types',
    versions: 'all',
    licenses: 'all',
    purl: 'all',
  },
  result: {
    image: 'types',
    inventory: 'types',
    licenses: 'all',
    advisories: 'types',
    matching: 'types',
    policy: 'types',
  },
  report: {
    result: 'all',
    licenses: 'all',
    image: 'types',
    inventory: 'types',
    advisories: 'types',
    matching: 'types',
    policy: 'types',
  },
  attest: { registry: 'all', signing: 'all', image: 'all', inventory: 'types', result: 'all', policy: 'types' },
  scan: {
    image: 'all',
    inventory: 'all',
    versions: 'all',
    advisories: 'all',
    matching: 'all',
    policy: 'all',
    result: 'all',
    attest: 'all',
    signing: 'types',
  },
};

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** Imports of `text` (the file at `path`, relative to the root) that the table forbids, as lines to print. */
export function forbiddenImports(path, text) {
  const room = roomOf(path);
  const found = [];
  for (const [, typeOnly, statically, dynamically] of text.matchAll(importPattern)) {
    const target = statically ?? dynamically;
    if (!target.startsWith('.')) {
      if (path.startsWith(`${engine}/`) && /^(plimsoll|@plimsoll\/)/.test(target))
        found.push(`${path}: the engine may not import ${target}`);
      continue;
    }
    const full = relative(root, join(root, dirname(path), target));
    if (!target.endsWith('.ts') && !target.endsWith('.json')) found.push(`${path}: ${target} lacks its ending`);
    if (path.startsWith('packages/cli/') && !full.startsWith('packages/cli/'))
      found.push(`${path}: import @plimsoll/engine instead of ${target}`);
    if (room === undefined) continue;
    const other = roomOf(full);
    if (other === undefined) found.push(`${path}: ${room} may not import ${target}, which is in no room`);
    else if (other !== room) {
      const how = rooms[room]?.[other];
      if (how === undefined) found.push(`${path}: ${room} may not import ${other} (${target})`);
      else if (how === 'types' && !typeOnly && !full.endsWith('/types.ts'))
        found.push(`${path}: ${room} may import only types of ${other} (${target})`);
    }
  }
  return found;
}

/** The room of a file of the engine; undefined for the engine's entry and for everything outside. */
function roomOf(path) {
  const [, room, rest] = /^packages\/engine\/src\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  return rest === undefined ? undefined : room;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = globSync('packages/*/src/**/*.ts', { cwd: root }).filter(
    (f) => !f.endsWith('.test.ts') && !f.includes('/testing/'),
  );
  const unknown = new Set(files.map(roomOf).filter((room) => room !== undefined && !(room in rooms)));
  const problems = [
    ...[...unknown].map((room) => `${engine}/${room}: a room that the table does not know`),
    ...files.flatMap((f) => forbiddenImports(f, readFileSync(join(root, f), 'utf8'))),
  ];
  for (const line of problems) console.error(line);
  console.log(`${files.length} files, ${problems.length} forbidden imports`);
  process.exit(problems.length > 0 || files.length === 0 ? 1 : 0);
}
