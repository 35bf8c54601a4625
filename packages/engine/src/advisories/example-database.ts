import { AdvisoryError } from './advisory-error.ts';
import {
  exampleDebian12,
  exampleEol,
  exampleKev,
  exampleNpm,
  exampleRatings,
  exampleTexts,
} from './example/example-advisories.ts';
import { ratingsShard } from './shard-names.ts';
import { readCatalog, writeCatalog } from './store/catalog.ts';
import { GroupSink } from './store/group-sink.ts';
import { withWriteLock } from './store/lock.ts';
import { emptyTemp } from './store/retired-shards.ts';
import { sqlite } from './store/sqlite.ts';
import { tempPath } from './store/store-paths.ts';
import type { Catalog } from './types.ts';

const license =
  'example advisories, for the demo alone (facts of the Debian security tracker, the GitHub Advisory Database, the NVD and CISA)';

/**
 * Puts the example advisories of the demo into a database directory of their own, every shard marked as an example.
 *
 * @param asOf day that goes into `checkedAt`, `YYYY-MM-DD`
 * @throws AdvisoryError `store-failed`
 */
export async function exampleDatabase(dbDir: string, asOf: string): Promise<Catalog> {
  return withWriteLock(dbDir, undefined, async () => {
    if (readCatalog(dbDir)?.shards.some(({ example }) => example !== true)) {
      throw new AdvisoryError(
        'store-failed',
        `${dbDir} holds real advisories; the examples need a directory of their own`,
      );
    }
    emptyTemp(dbDir);
    const sink = new GroupSink(sqlite(), tempPath(dbDir), undefined);
    try {
      for (const statement of exampleDebian12) sink.statement('debian-12', statement);
      for (const statement of exampleNpm) sink.statement('npm', statement);
      for (const record of exampleKev) sink.kev(record);
      for (const record of exampleEol) sink.endOfLife(record);
      for (const record of exampleRatings) sink.rating(ratingsShard(record.id)!, record);
      for (const [shard, texts] of Object.entries(exampleTexts)) for (const text of texts) sink.text([shard], text);
      const shards = sink.finish(dbDir).map(({ name, digest, size, records, kind, dataDate }) => ({
        name,
        digest,
        size,
        records,
        kind,
        licenses: [license],
        feeds: [],
        dataDate,
        checkedAt: asOf,
        example: true as const,
      }));
      return writeCatalog(dbDir, shards);
    } finally {
      sink.discard();
    }
  });
}
