import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildElf } from '../packages/engine/src/inventory/testing/elf-builder.ts';
import { cleanLayers, writeImage } from './images.ts';
import { type Outcome, plimsoll, scratchFolder } from './program.ts';
import { buildDatabase, feedsDay, type ScanResult } from './scans.ts';
import { writeSmallMirror } from './small-mirror.ts';

const folder = scratchFolder();
const mirror = join(folder.path, 'mirror');
const whole = join(folder.path, 'whole');
const few = join(folder.path, 'few');
const cve = 'CVE-2021-23017';
let image = '';
/** nothing is found in it, so that no ratings are asked for */
let repaired = '';
let policies = 0;

function put(url: string, body: string | Buffer): void {
  const path = join(mirror, url);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, body);
}

/** nginx before 1.20.1, as the NVD says it. */
const ranges = {
  vulnerabilities: [
    {
      cve: {
        id: cve,
        published: '2021-06-01T13:15:07.853',
        lastModified: '2024-01-01T00:00:00.000',
        vulnStatus: 'Modified',
        metrics: {
          cvssMetricV31: [
            { source: 'nvd@nist.gov', cvssData: { vectorString: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:L' } },
          ],
        },
        configurations: [
          {
            nodes: [
              {
                cpeMatch: [
                  {
                    vulnerable: true,
                    criteria: 'cpe:2.3:a:f5:nginx:*:*:*:*:*:*:*:*',
                    versionStartIncluding: '0.6.18',
                    versionEndExcluding: '1.20.1',
                  },
                ],
              },
            ],
          },
        ],
      },
    },
  ],
};

beforeAll(async () => {
  writeSmallMirror(mirror);
  put('nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-2021.json.gz', gzipSync(JSON.stringify(ranges)));
  put(
    'epss.empiricalsecurity.com/epss_scores-current.csv.gz',
    gzipSync(`#model_version:x,score_date:2026-08-20T00:00:00Z\ncve,epss,percentile\n${cve},0.7,0.98\n`),
  );
  put('gitlab.com/exploit-database/exploitdb/-/raw/main/files_exploits.csv', `id,codes,verified\n50973,${cve},0\n`);
  const nginx = (version: string) => {
    const text = Buffer.from(`\0nginx version: nginx/${version}\0${'x'.repeat(300)}`);
    const layer = [
      { path: 'opt/nginx/sbin/nginx', content: buildElf([{ name: '.rodata', bytes: text }]), mode: 0o755 },
    ];
    return writeImage(folder.path, `nginx-${version}`, [...cleanLayers, layer]);
  };
  image = nginx('1.18.0');
  repaired = nginx('1.20.1');
  await buildDatabase(whole, mirror);
  await buildDatabase(few, mirror, ['debian-12', 'kev', 'eol', 'ratings-2021']);
});
afterAll(folder.remove);

function scan(dbDir: string, policy: string, more: readonly string[] = []): Promise<Outcome> {
  const path = join(folder.path, `policy-${++policies}.yaml`);
  const rule = `{ id: it, scope: vulnerability, when: '${policy}', action: deny, message: "{finding.id} it is" }`;
  writeFileSync(path, `name: it\nrules:\n  - ${rule}\n`);
  const settings = ['--db-dir', dbDir, '--no-update', '--no-cache', '--at', feedsDay, '--format', 'json'];
  return plimsoll(['scan', image, ...settings, '--policy', path, ...more]);
}

const resultOf = ({ stdout }: Outcome): ScanResult => JSON.parse(stdout);

describe.concurrent('a program that no package owns', () => {
  test('is judged by the ranges of the NVD, and its risk says what it is made of', async () => {
    const result = resultOf(await scan(whole, 'false'));
    expect(result.findings).toMatchObject([
      {
        id: cve,
        severity: 'Medium',
        severitySource: 'nvd',
        published: '2021-06-01',
        package: { name: 'nginx', version: '1.18.0', type: 'generic' },
        fix: { state: 'fixed', versions: ['1.20.1'] },
        risk: { epss: { score: 0.7, percentile: 0.98 }, kev: false, exploit: true, maturity: 'poc', score: 46 },
        evidence: {
          path: '/opt/nginx/sbin/nginx',
          advisory: { source: 'nvd', id: cve, shard: 'cpe-n' },
          matchedPackage: { name: 'f5:nginx' },
          comparison: '1.18.0 in [0.6.18, 1.20.1) (generic)',
          exploits: [{ source: 'exploit-db', id: '50973' }],
          risk: { severity: { value: 5.6 }, likelihood: { value: 0.7, from: 'epss' }, unknown: [] },
        },
      },
    ]);
    expect(result.incomplete.filter(({ code }) => code === 'no-feed')).toEqual([]);
  });

  test('says that nobody judged it where those ranges are not at hand', async () => {
    const result = resultOf(await scan(few, 'false'));
    expect(result.findings).toEqual([]);
    expect(result.incomplete).toMatchObject([
      { code: 'no-feed', message: expect.stringMatching(/1 generic package was not judged \(nginx\).*cpe-n/) },
    ]);
  });

  test('is explained: the ranges, the comparison, and what it was looked up as', async () => {
    const path = join(folder.path, 'result.json');
    writeFileSync(path, (await scan(whole, 'false')).stdout);
    const { status, stdout } = await plimsoll(['explain', path, cve, '--db-dir', whole]);
    expect(status).toBe(0);
    expect(stdout).toContain('f5:nginx');
    expect(stdout).toContain('1.18.0');
    expect(stdout).toContain('1.20.1');
  });

  test('takes its ranges from a catalog, and no signals that nobody asks for', async () => {
    const fresh = join(folder.path, 'fresh');
    const args = [
      'scan',
      image,
      '--db-dir',
      fresh,
      '--catalog',
      whole,
      '--no-cache',
      '--at',
      feedsDay,
      '--format',
      'json',
    ];
    const result = resultOf(await plimsoll(args));
    expect(result.findings.map(({ id }) => id)).toEqual([cve]);
    expect(Object.keys(result.inputs.advisories).sort()).toEqual(
      expect.arrayContaining(['cpe-n', 'debian-12', 'eol', 'kev']),
    );
    expect(Object.keys(result.inputs.advisories)).not.toContain('epss');
    expect(result.findings[0]?.risk).toMatchObject({ epss: null, exploit: null, maturity: null });
  });
});

describe('a scan that asks the upstream hosts themselves', () => {
  /** Hosts that a scan wants to reach, by a proxy that reaches none. */
  async function hostsAsked(dbDir: string, at: string): Promise<readonly string[]> {
    const hosts = new Set<string>();
    const proxy = createServer().on('connect', (request, socket) => {
      hosts.add(request.url!);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    try {
      const env = { HTTPS_PROXY: `http://127.0.0.1:${port}` };
      await plimsoll(['scan', repaired, '--db-dir', dbDir, '--no-cache', '--at', at, '--format', 'json'], { env });
    } finally {
      proxy.close();
    }
    return [...hosts];
  }

  test('asks the NVD for ranges that are missing, and otherwise not before they are stale', async () => {
    expect(await hostsAsked(few, feedsDay)).toContain('nvd.nist.gov:443');
    const later = (days: number) => new Date(Date.parse(feedsDay) + days * 86_400_000).toISOString().slice(0, 10);
    const next = await hostsAsked(whole, later(3));
    expect(next).toContain('security-tracker.debian.org:443');
    expect(next).not.toContain('nvd.nist.gov:443');
    expect(await hostsAsked(whole, later(9))).toContain('nvd.nist.gov:443');
  });
});

describe.concurrent('the shards of signals', () => {
  test('are inputs of the verdict only where a rule reads them', async () => {
    const unread = resultOf(await scan(whole, 'finding.severity == "Critical"'));
    expect(Object.keys(unread.inputs.advisories)).toEqual(expect.arrayContaining(['cpe-n', 'epss', 'exploits']));
    expect(unread.verdict.inputs).toContain('advisories.cpe-n');
    expect(unread.verdict.inputs).not.toContain('advisories.epss');
    const read = await scan(whole, 'finding.risk.epss.score > 0.5');
    expect(read.status).toBe(1);
    expect(resultOf(read).verdict.inputs).toContain('advisories.epss');
    expect(resultOf(read).verdict.inputs).not.toContain('advisories.exploits');
  });

  test('close the gate where a rule reads them and they are not there', async () => {
    expect((await scan(few, 'finding.severity == "Critical"')).status).toBe(0);
    const closed = await scan(few, 'finding.risk.score > 90.0');
    expect(closed.status).toBe(5);
    expect(resultOf(closed).inputs.missing).toEqual(['epss', 'exploits']);
  });

  test('the order of sources is a setting that the result shows', async () => {
    const result = resultOf(await scan(whole, 'false', ['--severity-order', 'github,nvd']));
    expect(result.inputs.settings.severityOrder).toEqual(['github', 'nvd']);
    const wrong = await scan(whole, 'false', ['--severity-order', 'nvd,nvd']);
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('--severity-order')]);
    const unknown = await scan(whole, 'false', ['--severity-order', 'ndv,distro']);
    expect([unknown.status, unknown.stderr]).toEqual([
      2,
      expect.stringMatching(/"ndv".*distro, nvd, cisa-vulnrichment/),
    ]);
    const assigners = ['--severity-order', 'cna:wordfence,security@wordfence.com'];
    const named = resultOf(await scan(whole, 'false', assigners));
    expect(named.inputs.settings.severityOrder).toEqual(['wordfence', 'security@wordfence.com']);
  });
});
