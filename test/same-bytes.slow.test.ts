import { cpSync, linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerArchive, ociArchive } from '../packages/engine/src/image/testing/image-builder.ts';
import { plimsoll, type RunOptions, scratchFolder } from './program.ts';
import { buildDatabase, feedsDay } from './scans.ts';
import { needsShared, shared } from './shared.ts';
import { smallImage, smallMirrorShards, writeSmallMirror } from './small-mirror.ts';
import { writeRootfs } from './unpacked-image.ts';

const images = shared('images');
const feeds = shared('feeds');
const missing = images && feeds ? undefined : needsShared;
const scratch = scratchFolder();
const at = (...path: string[]) => join(scratch.path, ...path);
afterAll(scratch.remove);

interface Run extends RunOptions {
  readonly db?: string;
  /** layer cache; none when absent */
  readonly cache?: string;
}

interface Reports {
  readonly status: number | null;
  readonly table: string;
  readonly json: string;
  readonly html: string;
}

let runs = 0;

/** One scan with every format at once. */
async function reportsOf(reference: string, { db, cache, ...options }: Run = {}): Promise<Reports> {
  const folder = at(`run-${++runs}`);
  mkdirSync(folder);
  const files = ['json', 'html'].map((name) => `--format=${name}=${join(folder, name)}`);
  const kept = cache === undefined ? ['--no-cache'] : ['--cache-dir', cache];
  const { status, stdout, stderr } = await plimsoll(
    ['scan', reference, '--offline', '--at', feedsDay, '--db-dir', db ?? at('db'), ...kept, '--format=table', ...files],
    options,
  );
  if (status !== 0 && status !== 1) throw new Error(`exit ${status}: ${stderr}`);
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  return { status, table: stdout, json: read('json'), html: read('html') };
}

/** A preload that moves the clock, as if the scan ran years later. */
const laterClock = `data:text/javascript,${encodeURIComponent(
  'const now = Date.now, D = Date; const ahead = 1e11; globalThis.Date = class extends D {' +
    'constructor(...a) { a.length ? super(...a) : super(now() + ahead); } static now() { return now() + ahead; } };',
)}`;

/** Nothing of these is an input. */
const surroundings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'in Tokyo': { TZ: 'Asia/Tokyo' },
  'west of the date line': { TZ: 'Pacific/Pago_Pago' },
  'in German': { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8', LANGUAGE: 'de' },
  'in Turkish': { LC_ALL: 'tr_TR.UTF-8' },
  'without a locale': { LC_ALL: 'C', LANG: 'C' },
  'years later': { NODE_OPTIONS: `--import=${laterClock}` },
  'for another user': { USER: 'other', HOME: '/', LOGNAME: 'other', HOSTNAME: 'elsewhere' },
  'under a CI system': { CI: 'true' },
};

function sameBytes(reference: () => string): void {
  let first: Reports;
  beforeAll(async () => {
    first = await reportsOf(reference());
  });
  const expectSame = (reports: Reports, wanted = first) => {
    expect(reports.json).toBe(wanted.json);
    expect(reports.table).toBe(wanted.table);
    expect(reports.html).toBe(wanted.html);
    expect(reports.status).toBe(wanted.status);
  };

  it('says something', () => {
    expect(JSON.parse(first.json)).toMatchObject({ schemaVersion: '1', inputs: { evaluatedAt: feedsDay } });
    expect(first.table.length).toBeGreaterThan(300);
    expect(first.html).toContain('</html>');
  });

  it('with a cold and a warm cache', async () => {
    const cache = at(`cache-${++runs}`);
    expectSame(await reportsOf(reference(), { cache }));
    expectSame(await reportsOf(reference(), { cache }));
  });

  it('two at once, on one cold cache and one database', async () => {
    const cache = at(`cache-${++runs}`);
    const both = await Promise.all([reportsOf(reference(), { cache }), reportsOf(reference(), { cache })]);
    for (const reports of both) expectSame(reports);
  });

  it.each(['GITHUB_ACTIONS', 'GITLAB_CI'])('in a job (%s), whose log has more around it', async (name) => {
    const reports = await reportsOf(reference(), { env: { CI: 'true', [name]: 'true' } });
    const inLog = reports.table.replaceAll(/\u001b\[0K/g, '');
    for (const line of first.table.split('\n')) expect(inLog).toContain(line);
    expectSame({ ...reports, table: first.table });
  });

  it.each(Object.keys(surroundings))('%s', async (name) => {
    expectSame(await reportsOf(reference(), { env: surroundings[name]! }));
  });
}

describe('the same inputs give the same bytes: an image made in code', () => {
  const file = () => at('small.tar');
  beforeAll(async () => {
    writeSmallMirror(at('mirror'));
    await buildDatabase(at('db'), at('mirror'), smallMirrorShards);
    writeFileSync(file(), dockerArchive(smallImage()));
    writeRootfs(smallImage(), at('root'));
  });

  describe('as a docker-archive with plain layers', () => sameBytes(file));
  describe('as a root file system', () => sameBytes(() => `rootfs:${at('root')}`));

  it('though the moved clock is a day that a scan without --at would take', async () => {
    const env = { NODE_OPTIONS: `--import=${laterClock}` };
    const { stdout } = await plimsoll(['sbom', file(), '--no-cache', '--format=json'], { env });
    const { evaluatedAt } = JSON.parse(stdout).inputs as { evaluatedAt: string };
    expect(Date.parse(evaluatedAt) - Date.now()).toBeGreaterThan(9e10);
  });

  it('from another folder, by the same relative reference, with the archive written anew', async () => {
    const [here, there] = [at('here'), at('there', 'deeper')];
    for (const folder of [here, there]) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'app.tar'), ociArchive([smallImage()]));
    }
    expect(await reportsOf('app.tar', { cwd: there })).toEqual(await reportsOf('app.tar', { cwd: here }));
  });

  it('with the database elsewhere, built again, and built one shard at a time', async () => {
    cpSync(at('db'), at('other place', 'db'), { recursive: true });
    await buildDatabase(at('again'), at('mirror'));
    for (const shard of [...smallMirrorShards].reverse()) await buildDatabase(at('piece'), at('mirror'), [shard]);
    const first = await reportsOf(file());
    for (const db of [at('other place', 'db'), at('again'), at('piece')]) {
      expect(await reportsOf(file(), { db })).toEqual(first);
    }
  });

  it('with a cache that another form of the image has filled', async () => {
    const cache = at('shared-cache');
    writeFileSync(at('small-oci.tar'), ociArchive([smallImage()], { compression: 'zstd' }));
    linkSync(file(), at('small-link.tar'));
    for (const other of [at('small-oci.tar'), at('small-link.tar')]) await reportsOf(other, { cache });
    // `verified` and the digests of blobs are those of this form
    expect(await reportsOf(file(), { cache })).toEqual(await reportsOf(file()));
  });
});

describe.skipIf(missing)(
  `the same inputs give the same bytes: real images${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    beforeAll(async () => {
      if (!missing) await buildDatabase(at('db'), feeds!, ['debian-11', 'debian-12', 'eol', 'kev', 'npm', 'pypi']);
    });
    describe('distroless', () => sameBytes(() => join(images!, 'distroless-base-debian11.docker.tar')));

    it('an application of seven layers, with a cold and a warm cache', async () => {
      const reference = join(images!, 'app-web-shop.oci.tar');
      const [cold, warm, none] = [
        await reportsOf(reference, { cache: at('shop') }),
        await reportsOf(reference, { cache: at('shop') }),
        await reportsOf(reference, { env: { LC_ALL: 'de_DE.UTF-8', TZ: 'Asia/Tokyo' } }),
      ];
      expect(warm).toEqual(cold);
      expect(none).toEqual(cold);
    });
  },
);
