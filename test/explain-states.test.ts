import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { osvZip } from '../packages/engine/src/advisories/testing/make-mirror.ts';
import { fixtureImage, ociArchive } from '../packages/engine/src/image/testing/image-builder.ts';
import { explanationText } from '../packages/engine/src/report/explanation-text.ts';
import type { Explanation } from '../packages/engine/src/result/explanation.ts';
import { explain } from '../packages/engine/src/scan/explain/explain.ts';
import { alpineRelease, apkInstalled, dpkgStatus, osRelease, writeImage } from './images.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { buildDatabase, type ScanResult, scan } from './scans.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);
const at = (name: string) => join(scratch.path, name);
const dbDir = at('db');

/** CVE → state of one source package of Debian 12, as the tracker writes it. */
const debian: Readonly<Record<string, object>> = {
  'CVE-2024-0001': { status: 'resolved', fixed_version: '2.0-1' },
  'CVE-2024-0002': { status: 'resolved', fixed_version: '1.0-0.1' },
  'CVE-2024-0003': { status: 'resolved', fixed_version: '0' },
  'CVE-2024-0004': { status: 'open', urgency: 'unimportant' },
  'CVE-2024-0005': { status: 'open', nodsa: 'Minor issue', nodsa_reason: '' },
  'CVE-2024-0006': { status: 'open', nodsa: 'Minor issue', nodsa_reason: 'postponed' },
  'CVE-2024-0007': { status: 'open', nodsa: 'Minor issue', nodsa_reason: 'ignored' },
  'CVE-2024-0008': { status: 'open', urgency: 'end-of-life' },
  'CVE-2024-0009': { status: 'undetermined' },
  'CVE-2024-0010': { status: 'resolved', fixed_version: 'no version' },
};
const alpine = { '1.0-r1': ['CVE-2024-0001'], '0.9-r0': ['CVE-2024-0002'], '0': ['CVE-2024-0003'] };

const npm = [
  ['GHSA-aaaa-aaaa-aaaa', 'CVE-2024-0101', '1.0.0'],
  ['GHSA-bbbb-bbbb-bbbb', 'CVE-2024-0102', '3.0.0'],
  ['GHSA-cccc-cccc-cccc', 'CVE-2024-0103', '3.0.0', '2026-05-06T07:08:09Z'],
].map(([id, alias, fixed, withdrawn]) => ({
  id: id!,
  aliases: [alias],
  modified: '2026-05-07T00:00:00Z',
  withdrawn,
  affected: [
    {
      package: { ecosystem: 'npm', name: 'left' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }],
    },
  ],
}));

function put(url: string, body: object): void {
  const path = join(at('mirror'), url);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(body));
}

let results: Readonly<Record<'debian' | 'alpine' | 'node', ScanResult>>;

beforeAll(async () => {
  const states = Object.entries(debian).map(([id, state]) => [
    id,
    { releases: { bookworm: { repositories: {}, urgency: 'not yet assigned', ...state } } },
  ]);
  put('security-tracker.debian.org/tracker/data/json', {
    flawed: Object.fromEntries(states),
    absent: { 'CVE-2024-0020': { releases: { bookworm: { repositories: {}, status: 'open', urgency: 'low' } } } },
  });
  put('secdb.alpinelinux.org/v3.19/main.json', { packages: [{ pkg: { name: 'flawed', secfixes: alpine } }] });
  const osv = 'osv-vulnerabilities.storage.googleapis.com/npm/all.zip';
  mkdirSync(dirname(join(at('mirror'), osv)), { recursive: true });
  writeFileSync(join(at('mirror'), osv), osvZip(npm));
  await buildDatabase(dbDir, at('mirror'), ['debian-12', 'alpine-3.19', 'npm']);
  const images = {
    debian: writeImage(scratch.path, 'debian', [[osRelease, dpkgStatus({ flawed: '1.0-1' })]]),
    alpine: writeImage(scratch.path, 'alpine', [[alpineRelease, apkInstalled({ flawed: '1.0-r0' })]]),
    node: writeImage(scratch.path, 'node', [
      [osRelease, { path: 'app/node_modules/left/package.json', content: '{"name":"left","version":"2.0.0"}' }],
    ]),
  };
  results = {
    debian: (await scan(images.debian, dbDir)).result,
    alpine: (await scan(images.alpine, dbDir)).result,
    node: (await scan(images.node, dbDir)).result,
  };
}, 60_000);

/** What is said of the package, with the status of the deciding record, why, and the state of the fix where it is reported. */
function said(result: ScanResult, id: string): readonly unknown[] {
  const { matches } = explain(result, id, dbDir);
  return matches.flatMap(({ outcome, why, finding, records }) => [
    outcome,
    records[0]?.status,
    why,
    finding?.fix?.state,
  ]);
}

describe('every state of Debian’s tracker', () => {
  it.each([
    ['CVE-2024-0001', 'reported', 'affected', '1.0-1 < 2.0-1', 'fixed'],
    ['CVE-2024-0002', 'fixed', 'affected', 'flawed 1.0-1 has the fix: 1.0-0.1 or later', undefined],
    [
      'CVE-2024-0003',
      'not-affected',
      'not-affected',
      'debian-tracker says that flawed 1.0-1 is not affected',
      undefined,
    ],
    ['CVE-2024-0004', 'reported', 'affected', 'every version', 'not-fixed'],
    ['CVE-2024-0005', 'reported', 'affected', 'every version', 'not-fixed'],
    ['CVE-2024-0006', 'reported', 'deferred', 'every version', 'deferred'],
    ['CVE-2024-0007', 'reported', 'will-not-fix', 'every version', 'will-not-fix'],
    ['CVE-2024-0008', 'reported', 'end-of-life', 'every version', 'end-of-life'],
    ['CVE-2024-0009', 'reported', 'under-investigation', 'every version', 'under-investigation'],
    ['CVE-2024-0010', 'undetermined', 'affected', 'not-comparable', undefined],
  ])('%s: %s, as it is %s', (id, outcome, status, why, fix) => {
    const [found, record, because, state] = said(results.debian, id);
    expect([found, record, state]).toEqual([outcome, status, fix]);
    expect(because).toContain(why);
    expect(results.debian.findings.some((finding) => finding.id === id)).toBe(outcome === 'reported');
  });
});

describe('every state of Alpine’s secdb', () => {
  it.each([
    ['CVE-2024-0001', 'reported', 'affected', '1.0-r0 < 1.0-r1', 'fixed'],
    ['CVE-2024-0002', 'fixed', 'affected', 'flawed 1.0-r0 has the fix: 0.9-r0 or later', undefined],
    ['CVE-2024-0003', 'not-affected', 'not-affected', 'says that flawed 1.0-r0 is not affected', undefined],
  ])('%s: %s, as it is %s', (id, outcome, status, why, fix) => {
    const [found, record, because, state] = said(results.alpine, id);
    expect([found, record, state]).toEqual([outcome, status, fix]);
    expect(because).toContain(why);
  });
});

describe('a vulnerability of a language, asked for by either name', () => {
  it.each(['CVE-2024-0101', 'GHSA-aaaa-aaaa-aaaa', 'ghsa-AAAA-aaaa-aaaa'])('%s: the version has the fix', (id) => {
    const [match] = explain(results.node, id, dbDir).matches;
    expect(match).toMatchObject({ outcome: 'fixed', why: 'left 2.0.0 has the fix: 1.0.0 or later', finding: null });
  });

  it.each(['cve-2024-0102', 'GHSA-bbbb-bbbb-bbbb'])('%s: is reported', (id) => {
    const [match] = explain(results.node, id, dbDir).matches;
    expect(match).toMatchObject({ outcome: 'reported', finding: { id: 'CVE-2024-0102' } });
  });

  it.each([
    ['CVE-2024-0103', 'GHSA-cccc-cccc-cccc was withdrawn on 2026-05-06 (npm).'],
    ['ghsa-cccc-cccc-cccc', 'It was withdrawn on 2026-05-06 (npm).'],
  ])('%s: its record was withdrawn', (id, told) => {
    const { answer, summary, matches } = explain(results.node, id, dbDir);
    expect([answer, matches]).toEqual(['not-reported', []]);
    expect(summary).toContain(told);
  });
});

describe('what no package of the image is named for', () => {
  it('names the packages that it is about', () => {
    expect(explain(results.debian, 'CVE-2024-0020', dbDir)).toMatchObject({
      answer: 'not-reported',
      matches: [],
      elsewhere: [{ shard: 'debian-12', packages: ['absent'] }],
    });
  });

  it('says that a feed is not held', () => {
    const { summary, gaps } = explain(results.debian, 'CVE-2024-0001', at('none'));
    expect(summary).toContain('is reported in 1 place');
    expect(gaps).toContain('advisories debian-12 are not at hand (--db-dir)');
    expect(explain(results.alpine, 'CVE-2024-0009', at('none')).gaps).toContain(
      'advisories alpine-3.19 are not at hand (--db-dir)',
    );
  });
});

it('what is more than one reads is counted, and said where to find', () => {
  const result = results.alpine;
  const unread = Array.from({ length: 30 }, (_, index) => ({
    code: 'package-manifest-damaged' as const,
    message: `number ${index} is damaged`,
  }));
  const told = explain({ ...result, incomplete: unread }, 'CVE-2024-0099', dbDir);
  const gaps = unread.map(({ code, message }) => `${code}: ${message}`);
  expect(told.gaps).toEqual(expect.arrayContaining(gaps));
  const packages = unread.map((_, index) => `package-${index}`);
  const explanation = { ...told, gaps, elsewhere: [{ shard: 'npm', packages }] };
  const text = explanationText(explanation, { columns: 80, color: false, unicode: true }).replace(/\s+/g, ' ');
  expect(text).toContain('package-19, and 10 more packages; --format json has all of them');
  expect(text).toContain('number 19 is damaged and 10 more gaps; --format json has all of them');
  expect(text).not.toMatch(/package-20|number 20/);
});

describe('a result of several platforms', () => {
  it('is explained for each', async () => {
    const image = (platform: string, version: string) =>
      fixtureImage({ platform, layers: [[osRelease, dpkgStatus({ flawed: version })]], config: {}, names: ['app:1'] });
    const [index, file] = [at('index.tar'), at('all.json')];
    writeFileSync(
      index,
      ociArchive([image('linux/s390x', '1.0-1'), image('linux/riscv64', '2.0-1')], { nested: true }),
    );
    const scanned = await plimsoll(
      ['scan', index, '--platform', 'all', '--db-dir', dbDir, '--offline', '--no-cache', '--at', '2026-08-22'].concat(
        '--format',
        `json=${file}`,
        '--no-gate',
      ),
    );
    expect(readFileSync(file, 'utf8'), scanned.stderr).toContain('riscv64');
    const args = ['explain', file, 'CVE-2024-0001', '--db-dir', dbDir];
    const json = await plimsoll([...args, '--format', 'json']);
    const { explanations } = JSON.parse(json.stdout) as { explanations: Explanation[] };
    expect(explanations.map(({ image: { platform }, answer }) => `${platform} ${answer}`)).toEqual([
      'linux/s390x reported',
      'linux/riscv64 not-reported',
    ]);
    const text = await plimsoll(args);
    expect([json.status, text.status]).toEqual([0, 0]);
    expect(text.stdout).toMatch(
      /^linux\/s390x\n\nCVE-2024-0001 is reported.*\nlinux\/riscv64\n\nCVE-2024-0001 is not/s,
    );
  }, 60_000);
});
