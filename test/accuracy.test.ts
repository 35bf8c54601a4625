import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bench, deciders, labels } from './accuracy.ts';
import { scratchFolder } from './program.ts';
import { buildDatabase, feedsDay } from './scans.ts';
import { needsShared, shared } from './shared.ts';

const feeds = shared('feeds');
const scratch = scratchFolder();
afterAll(scratch.remove);
const named = (title: string, reason: string | undefined) => (reason ? `${title} (skipped: ${reason})` : title);

describe('the labelled matches', () => {
  it('are some hundreds, each with its text and its tool', () => {
    expect(labels.length).toBeGreaterThan(800);
    const lacking = labels.filter((row) =>
      [row.name, row.version, row.vulnerability, row.tool, row.cites].includes(''),
    );
    expect(lacking).toEqual([]);
    expect(new Set(labels.map(({ affected }) => affected))).toEqual(new Set(['true', 'false']));
  });

  for (const [tool, { lacks, decide }] of Object.entries(deciders))
    it.skipIf(lacks)(named(`are what ${tool} says today`, lacks), () => {
      const rows = labels.filter((row) => row.tool === tool);
      const answers = decide(rows);
      expect(answers).toHaveLength(rows.length);
      expect(rows.filter((row, at) => answers[at] !== (row.affected === 'true'))).toEqual([]);
    });
});

/** All of them are in accuracy.slow.test.ts. */
describe.skipIf(!feeds)(named('what the program says of them', feeds ? undefined : needsShared), () => {
  it('is exact for Debian 12 and Alpine 3.18', async () => {
    const dbDir = join(scratch.path, 'db');
    await buildDatabase(dbDir, feeds!, ['debian-12', 'alpine-3.18', 'eol', 'kev']);
    const rows = labels.filter(({ distro }) => ['debian:12', 'alpine:3.18'].includes(distro));
    const judged = bench.judge(rows, dbDir, feedsDay, scratch.path);
    expect(judged.filter(({ row, said }) => (row.affected === 'true') !== said)).toEqual([]);
  });
});
