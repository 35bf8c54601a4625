// What it costs to open the advisories and to look up the packages of an image of several ecosystems.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openAdvisories } from '../packages/engine/src/advisories/open-advisories.ts';

const asked = { 'debian-12': 300, npm: 120, pypi: 80 };
const rounds = 10;

/** @returns CPU, milliseconds: of the first time in a process (nothing is compiled yet), and the least of the others */
export async function lookUp(db) {
  const names = namesIn(db);
  const times = [];
  let records = 0;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    const reader = openAdvisories(db);
    const found = Object.entries(names).flatMap(([shard, list]) => [...reader.advisories(shard, list).values()]);
    const { user, system } = process.cpuUsage(before);
    reader.close();
    times.push(Math.round((user + system) / 1000));
    records = found.flat().length;
  }
  const packages = Object.values(names).flat().length;
  return { packages, records, first: times[0], best: Math.min(...times.slice(1)) };
}

/** Names that the shards have, spread over all of them. */
function namesIn(db) {
  const reader = openAdvisories(db);
  const found = {};
  for (const { name, digest } of reader.shards().filter(({ name }) => Object.hasOwn(asked, name))) {
    const path = join(db, 'shards', `${digest.slice('sha256:'.length)}.sqlite`);
    const database = new DatabaseSync(path, { readOnly: true });
    const keys = database
      .prepare('SELECT key FROM body ORDER BY key')
      .all()
      .map(({ key }) => key);
    database.close();
    found[name] = Array.from({ length: asked[name] }, (_, at) => keys[Math.floor((at * keys.length) / asked[name])]);
  }
  reader.close();
  return found;
}
