/**
 * A mirror of upstream hosts as large as the real ones, made in code: 400,000 pairs of packages and vulnerabilities of
 * Debian over four releases, 30,000 records each of npm, Maven and PyPI, 8,000 of Alpine, 300,000 rated CVEs with estimates
 * of EPSS. What does not
 * compress in reality (numbers, versions, words) does not compress here either.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeZip } from '../packages/engine/src/advisories/testing/make-zip.ts';

const years = Array.from({ length: 24 }, (_, n) => 2003 + n);
const cvesPerYear = 12_500;
const debianReleases = ['bullseye', 'bookworm', 'trixie', 'sid'];
const debianPairs = 400_000;
const debianSources = 3_500;
const records = 30_000;

export function writeFullMirror(folder: string): void {
  const random = lehmer(20_260_822);
  const put = (url: string, body: string | Buffer) => {
    const path = join(folder, url);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, body);
  };
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const cve = () => `CVE-${pick(years)}-${1000 + Math.floor(random() * cvesPerYear)}`;
  const version = () => `${1 + Math.floor(random() * 20)}.${Math.floor(random() * 40)}.${Math.floor(random() * 30)}`;
  const words = (count: number) =>
    Array.from({ length: count }, () => Math.floor(random() * 60_000).toString(36)).join(' ');
  const vector = () =>
    `CVSS:3.1/AV:${pick([...'NALP'])}/AC:${pick([...'LH'])}/PR:${pick([...'NLH'])}/UI:${pick([...'NR'])}/S:${pick([...'UC'])}` +
    `/C:${pick([...'NLH'])}/I:${pick([...'NLH'])}/A:${pick([...'NLH'])}`;

  const tracker: Record<string, Record<string, unknown>> = {};
  for (let pair = 0; pair < debianPairs / debianReleases.length; pair++) {
    const fixed = `${version()}-${1 + Math.floor(random() * 9)}`;
    const releases = debianReleases.map((release) => {
      const state = random() < 0.7 ? { status: 'resolved', fixed_version: fixed } : { status: 'open' };
      return [
        release,
        { ...state, repositories: {}, urgency: pick(['not yet assigned', 'low', 'unimportant', 'high']) },
      ];
    });
    const source = `source-${Math.floor(random() ** 2 * debianSources)}`;
    tracker[source] ??= {};
    tracker[source][cve()] = { description: words(12), releases: Object.fromEntries(releases) };
  }
  put('security-tracker.debian.org/tracker/data/json', JSON.stringify(tracker));

  const osv = 'osv-vulnerabilities.storage.googleapis.com';
  put(`${osv}/ecosystems.txt`, 'Maven\nPyPI\nnpm\n');
  for (const [ecosystem, prefix] of [
    ['npm', ''],
    ['PyPI', ''],
    ['Maven', 'org.example:'],
  ]) {
    const parts = Array.from({ length: records }, (_, n) => {
      const id = `GHSA-${words(3).replaceAll(' ', '-')}-${n}`;
      const range = {
        type: ecosystem === 'npm' ? 'SEMVER' : 'ECOSYSTEM',
        events: [{ introduced: '0' }, { fixed: version() }],
      };
      const record = {
        schema_version: '1.7.3',
        id,
        aliases: random() < 0.7 ? [cve()] : [],
        summary: words(9),
        details: words(60),
        modified: '2026-01-02T00:00:00Z',
        published: `${pick(years)}-0${1 + Math.floor(random() * 9)}-11T00:00:00Z`,
        severity: [{ type: 'CVSS_V3', score: vector() }],
        database_specific: {
          severity: pick(['HIGH', 'LOW', 'MODERATE']),
          cwe_ids: [`CWE-${Math.floor(random() * 900)}`],
        },
        references: [{ type: 'WEB', url: `https://example.org/${words(2)}` }],
        affected: [
          { package: { ecosystem, name: `${prefix}package-${Math.floor(random() * 12_000)}` }, ranges: [range] },
        ],
      };
      return { name: `${id}.json`, body: JSON.stringify(record) };
    });
    put(`${osv}/${ecosystem}/all.zip`, makeZip(parts));
  }

  const secfixes = Array.from({ length: 800 }, (_, n) => ({
    pkg: { name: `source-${n}`, secfixes: { [`${version()}-r${n % 5}`]: Array.from({ length: 10 }, cve) } },
  }));
  for (const repository of ['main', 'community']) {
    const head = { distroversion: 'v3.19', reponame: repository, urlprefix: 'x', apkurl: 'x' };
    put(`secdb.alpinelinux.org/v3.19/${repository}.json`, JSON.stringify({ ...head, packages: secfixes }));
  }

  for (const year of years) {
    const vulnerabilities = Array.from({ length: cvesPerYear }, (_, n) => ({
      cve: {
        id: `CVE-${year}-${1000 + n}`,
        published: `${year}-0${1 + Math.floor(random() * 9)}-1${n % 10}T00:00:00.000`,
        lastModified: '2026-01-01T00:00:00.000',
        vulnStatus: 'Analyzed',
        descriptions: [{ lang: 'en', value: words(40) }],
        metrics: {
          cvssMetricV31: [
            {
              source: 'nvd@nist.gov',
              type: 'Primary',
              cvssData: { version: '3.1', vectorString: vector(), baseScore: Math.floor(random() * 100) / 10 },
            },
          ],
        },
        weaknesses: [
          {
            source: 'nvd@nist.gov',
            type: 'Primary',
            description: [{ lang: 'en', value: `CWE-${Math.floor(random() * 900)}` }],
          },
        ],
      },
    }));
    const body = gzipSync(JSON.stringify({ format: 'NVD_CVE', version: '2.0', vulnerabilities }), { level: 1 });
    put(`nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-${year}.json.gz`, body);
  }
  // a few in a hundred are likely to be exploited, most hardly; percentiles are their ranks
  const estimates = years
    .flatMap((year) => Array.from({ length: cvesPerYear }, (_, n) => `CVE-${year}-${1000 + n}`))
    .map((id) => ({ id, score: random() ** 12 }))
    .sort((a, b) => a.score - b.score);
  const lines = estimates
    .map(({ id, score }, rank) => `${id},${score.toFixed(5)},${((rank + 1) / estimates.length).toFixed(5)}`)
    .sort();
  const head = '#model_version:v2025.03.14,score_date:2026-08-20T12:55:00Z\ncve,epss,percentile\n';
  put('epss.empiricalsecurity.com/epss_scores-current.csv.gz', gzipSync(`${head}${lines.join('\n')}\n`, { level: 1 }));
  const exploited = Array.from({ length: 1_600 }, () => ({
    cveID: cve(),
    dateAdded: '2024-01-10',
    vulnerabilityName: words(6),
  }));
  put(
    'www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
    JSON.stringify({
      catalogVersion: '1',
      dateReleased: '2026-08-20T00:00:00Z',
      count: 1_600,
      vulnerabilities: exploited,
    }),
  );
  put(
    'endoflife.date/api/debian.json',
    JSON.stringify([{ cycle: '12', codename: 'Bookworm', eol: '2028-06-30', lts: false }]),
  );
  put('endoflife.date/api/alpine-linux.json', JSON.stringify([{ cycle: '3.19', eol: '2028-06-30', lts: false }]));
}

/** The same numbers everywhere. */
function lehmer(seed: number): () => number {
  let state = seed % 2_147_483_647;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
