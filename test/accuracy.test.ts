import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bench, labels, nativeTools } from './accuracy.ts';
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

  it('cite, each, the text of their vendor, and say what it says in the words of their tool', () => {
    const cited: Readonly<Record<string, [tool: RegExp, statement: RegExp, cites: RegExp]>> = {
      deb: [/^(dpkg|the text)$/, /^(< \d\S*|names other packages)$/, /^D[SL]A-\d+-\d+$/],
      apk: [/^apk$/, /^< \d\S*$/, /^secfixes of \S+, (main|community) \d\.\d+$/],
      rpm: [/^rpm$/, /^< \d\S*$/, /^ALSA-\d{4}:A?\d+$/],
      npm: [/^npm$/, /^[\s\w.<>=|*~^-]+$/, /^nodejs\/security-wg vuln\/npm\/\d+\.json$/],
      golang: [/^npm$/, /^[\s\w.<>=|+-]+$/, /^GO-\d{4}-\d+$/],
      pypi: [/^packaging$/, /^[\s\w.<>=|,]+$/, /^PYSEC-\d{4}-\d+$/],
      gem: [/^ruby$/, /^not [\s\w.<>=~,]+$/, /^rubysec\/ruby-advisory-db gems\/\S+\/\S+\.yml$/],
      composer: [/^composer$/, /^[\s\w.<>=|,-]+$/, /^FriendsOfPHP\/security-advisories \S+\/\S+\.yaml$/],
    };
    const odd = labels.filter(({ type, tool, statement, cites }) => {
      const [ofTool, ofStatement, ofCites] = cited[type] ?? [/^$/, /^$/, /^$/];
      return !ofTool.test(tool) || !ofStatement.test(statement) || !ofCites.test(cites);
    });
    expect(odd).toEqual([]);
  });

  for (const [tool, { lacks, decide }] of Object.entries(nativeTools()))
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
