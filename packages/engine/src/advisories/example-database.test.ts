import { expect, test } from 'vitest';
import { exampleDatabase } from './example-database.ts';
import { endOfLifeUrl } from './feeds/endoflife-products.ts';
import { openAdvisories } from './open-advisories.ts';
import { buildFrom } from './testing/build-from.ts';
import { tempDirectory } from './testing/make-mirror.ts';

test('the example database answers, and every shard says what it is', async () => {
  using dir = tempDirectory();
  const catalog = await exampleDatabase(dir.path, '2026-08-22');
  expect(catalog.shards.every(({ example, checkedAt }) => example === true && checkedAt === '2026-08-22')).toBe(true);
  const reader = openAdvisories(dir.path);
  expect(reader.advisories('debian-12', ['glibc', 'zlib']).get('zlib')).toMatchObject([
    { id: 'CVE-2023-45853', status: 'will-not-fix' },
  ]);
  expect(reader.kev(['CVE-2023-4911']).size).toBe(1);
  expect(reader.endOfLife('debian').find(({ cycle }) => cycle === '12')).toMatchObject({ endOfSupport: '2028-06-30' });
  const ids = ['debian-12', 'npm'].flatMap((shard) =>
    [...reader.advisories(shard, ['curl', 'glibc', 'openssl', 'zlib', 'lodash', 'minimist']).values()].flat(),
  );
  // fixed before the example image's version: explain alone speaks about it, and needs no rating
  const unreported = 'CVE-2022-0778';
  const cves = ids
    .flatMap(({ id, aliases }) => [id, ...aliases])
    .filter((id) => id.startsWith('CVE-') && id !== unreported);
  expect([...reader.ratings(cves).keys()].sort()).toEqual(cves.sort());
  reader.close();
});

test('examples never take the place of real advisories', async () => {
  using built = await buildFrom({ [endOfLifeUrl('debian')]: [{ cycle: '12', eol: '2026-07-11' }] });
  await expect(exampleDatabase(built.dbDir, '2026-08-22')).rejects.toMatchObject({ code: 'store-failed' });
  expect(openAdvisories(built.dbDir).shard('eol')?.example).toBeUndefined();
});
