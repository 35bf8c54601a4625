import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bench, labels } from './accuracy.ts';
import { scratchFolder } from './program.ts';
import { buildDatabase, feedsDay } from './scans.ts';
import { needsShared, shared } from './shared.ts';

const feeds = shared('feeds');
const scratch = scratchFolder();
afterAll(scratch.remove);

describe.skipIf(!feeds)(
  `what the program says of all labelled matches${feeds ? '' : ` (skipped: ${needsShared})`}`,
  () => {
    it('misses none; what it reports too much is known', async () => {
      const dbDir = join(scratch.path, 'db');
      await buildDatabase(dbDir, feeds!);
      const judged = bench.judge(labels, dbDir, feedsDay, scratch.path);
      expect(bench.score(judged).recall).toBe(1);
      const wrong = judged.filter(({ row, said }) => said && row.affected === 'false').map(({ row }) => row);
      // bench/accuracy/README.md says why
      const known = ({ type, version }: (typeof wrong)[number]): boolean =>
        type === 'composer' && version.endsWith('-beta1');
      expect(wrong.filter((row) => !known(row))).toEqual([]);
      expect(bench.score(judged).f1).toBeGreaterThan(0.99);
    }, 600_000);
  },
);
