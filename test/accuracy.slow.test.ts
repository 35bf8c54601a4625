import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bench, labels, labelsText, nativeTools, relabel } from './accuracy.ts';
import { noChroot } from './native-versions.ts';
import { root } from './pages.ts';
import { scratchFolder } from './program.ts';
import { buildDatabase, feedsDay } from './scans.ts';
import { needsShared, shared } from './shared.ts';
import { unpackImage, writeRootfs } from './unpacked-image.ts';

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

const images = shared('images');

describe.skipIf(!feeds)(`labels.tsv${feeds ? '' : ` (skipped: ${needsShared})`}`, () => {
  it('is what the vendors’ texts and the native tools say, byte for byte', () => {
    const apkRoot = images && noChroot === undefined ? join(scratch.path, 'alpine') : undefined;
    if (apkRoot !== undefined) writeRootfs(unpackImage(join(images!, 'alpine-3.16.docker.tar'), scratch.path), apkRoot);
    const lacking: string[] = [];
    const tools = nativeTools(apkRoot);
    const forgotten = labels.map((row) => {
      const { lacks } = tools[row.tool]!;
      // of what cannot be decided here the label stays
      return { ...row, affected: lacks === undefined ? '' : row.affected, tool: '', statement: '' };
    });
    const again = relabel(forgotten, feeds!, apkRoot, (tool) => lacking.push(tool));
    console.log(lacking.length === 0 ? 'every label was decided anew' : `not decided anew: ${lacking.join(', ')}`);
    expect(labelsText(again)).toBe(readFileSync(join(root, 'bench/accuracy/labels.tsv'), 'utf8'));
  }, 600_000);
});
