/**
 * One of several processes that use a layer cache at once, for layer-cache.test.ts: `cache-user.ts FOLDER SEED ROUNDS BYTES
 * MAX`. Puts and gets keys that the others use too, and ends with 1 when it is given what nobody put under that key.
 */
import { createHash } from 'node:crypto';
import { openLayerCache } from '../layer-cache.ts';

const [directory = '', seed = '', ...numbers] = process.argv.slice(2);
const [rounds = 0, bytes = 0, maxBytes = 0] = numbers.map(Number);
const keys = 64;

/** What every process puts under a key. */
const content = (key: string) => Buffer.alloc(bytes, createHash('sha256').update(key).digest());

const cache = openLayerCache({ directory, maxBytes });
let hits = 0;
for (let round = 0; round < rounds; round += 1) {
  const key = `k${createHash('sha256').update(`${seed} ${round}`).digest().readUInt32BE() % keys}`;
  const found = cache.get(key);
  if (found === undefined) cache.put(key, [content(key)]);
  else if (found.equals(content(key))) hits += 1;
  else process.exit(1);
}
process.stdout.write(`${hits}`);
