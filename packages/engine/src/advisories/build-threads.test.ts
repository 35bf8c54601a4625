import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GroupSink } from './store/group-sink.ts';
import { sqlite } from './store/sqlite.ts';
import { makeStore, tempPath } from './store/store-paths.ts';
import { buildFrom } from './testing/build-from.ts';
import { osvFiles, tempDirectory } from './testing/make-mirror.ts';

const record = (id: string, name: string) => ({
  id,
  modified: '2026-01-02T00:00:00Z',
  summary: `about ${id}`,
  affected: [
    {
      package: { ecosystem: 'npm', name },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.0.0' }] }],
    },
  ],
});
const records = Array.from({ length: 40 }, (_, n) => record(`GHSA-${n}`, `p-${n % 7}`));
const secdb = (name: string) => ({ packages: [{ pkg: { name, secfixes: { '1-r1': ['CVE-2022-37434'] } } }] });
const files = {
  ...osvFiles({ npm: records, PyPI: [], Maven: [{ id: '' }] }),
  'https://secdb.alpinelinux.org/v3.18/main.json': secdb('zlib'),
  'https://secdb.alpinelinux.org/v3.19/main.json': secdb('zlib'),
  'https://secdb.alpinelinux.org/v3.20/main.json': '<html>',
};

/** Bytes of all that a build leaves. */
function bytesOf(dbDir: string): Record<string, string> {
  const names = readdirSync(dbDir, { recursive: true, encoding: 'utf8' }).filter((name) => /\.[a-z]+$/.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(dbDir, name)).toString('base64')]));
}

test('any number of threads gives the same bytes and the same report, in the same order', async () => {
  using one = await buildFrom(files, { jobs: 1, forOthers: true });
  expect(one.report.failed.map(({ feed }) => feed)).toEqual(['alpine-secdb/3.20', 'osv/Maven']);
  expect(one.report.failed[1]!.message).toContain('id: Too small: expected string to have >=1 characters');
  using many = await buildFrom(files, { jobs: 3, threadFrom: 0, forOthers: true });
  expect(many.report).toEqual(one.report);
  expect(readdirSync(join(many.dbDir, 'tmp'))).toEqual([]);
  const [expected, found] = [bytesOf(one.dbDir), bytesOf(many.dbDir)];
  for (const built of [expected, found]) delete built['state.json'];
  expect(found).toEqual(expected);
});

test('a signal ends the threads', async () => {
  const controller = new AbortController();
  const stopped = buildFrom(files, {
    jobs: 2,
    threadFrom: 0,
    signal: controller.signal,
    progress: ({ phase }) => phase === 'read' && controller.abort(),
  });
  await expect(stopped).rejects.toMatchObject({ name: 'AdvisoryError', code: 'aborted' });
});

test('statements that wait in a file give the shard of those that waited in memory', () => {
  using directory = tempDirectory();
  makeStore(directory.path);
  const write = (maxHeld: number) => {
    const sink = new GroupSink(sqlite(), tempPath(directory.path), undefined, maxHeld);
    for (const { id, affected } of records.toSorted((a, b) => (maxHeld === 0 ? 1 : -1) * a.id.localeCompare(b.id))) {
      for (const shard of ['npm', 'other']) {
        sink.statement(shard, {
          ids: [id],
          source: 'osv',
          aliases: [],
          bulletins: [],
          package: affected[0]!.package.name,
          scheme: 'semver',
          ranges: [],
          versions: ['1'],
          status: 'affected',
          labels: [],
          cvss: [],
          published: null,
          modified: null,
          fixedSince: null,
          malicious: false,
          cwes: [],
        });
      }
    }
    try {
      return sink.finish(directory.path);
    } finally {
      sink.discard();
    }
  };
  const held = write(1 << 20);
  expect(held.map(({ name, records }) => [name, records])).toEqual([
    ['npm', 40],
    ['other', 40],
  ]);
  for (const maxHeld of [0, 500]) expect(write(maxHeld)).toEqual(held);
  expect(readdirSync(tempPath(directory.path))).toEqual([]);
});
