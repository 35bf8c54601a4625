import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { zipOf } from '../packages/engine/src/inventory/testing/zip.ts';
import type { ScanResult } from '../packages/engine/src/result/types.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { buildDatabase, feedsDay } from './scans.ts';

const folder = scratchFolder();
const at = (...parts: readonly string[]) => join(folder.path, ...parts);
afterAll(folder.remove);

function put(path: string, body: string | Buffer): string {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), body);
  return at(path);
}

beforeAll(async () => {
  const osv = 'mirror/osv-vulnerabilities.storage.googleapis.com';
  const said = (ecosystem: string, id: string, name: string, fixed: string) =>
    JSON.stringify({
      id,
      modified: '2024-01-02T00:00:00Z',
      affected: [
        {
          package: { ecosystem, name },
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
        },
      ],
    });
  put(`${osv}/ecosystems.txt`, 'Maven\nPackagist\n');
  put(
    `${osv}/Maven/all.zip`,
    zipOf({
      'CVE-2017-5638.json': said('Maven', 'CVE-2017-5638', 'org.apache.struts:struts2-core', '2.3.32'),
      'CVE-2019-17571.json': said('Maven', 'CVE-2019-17571', 'log4j:log4j', '99'),
    }),
  );
  put(
    `${osv}/Packagist/all.zip`,
    zipOf({ 'CVE-2022-1.json': said('Packagist', 'CVE-2022-1', 'monolog/monolog', '2.0.0') }),
  );
  put(
    'mirror/www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
    JSON.stringify({
      dateReleased: '2026-07-31T00:00:00Z',
      vulnerabilities: [{ cveID: 'CVE-2024-0002', dateAdded: '2024-04-01', knownRansomwareCampaignUse: 'Unknown' }],
    }),
  );
  await buildDatabase(at('db'), at('mirror'), ['maven', 'packagist', 'kev']);
});

async function scan(subject: string): Promise<{ readonly result: ScanResult; readonly file: string }> {
  // biome-ignore format: one option a pair
  const ran = await plimsoll(['scan', subject, '--db-dir', at('db'), '--no-update', '--no-cache', '--at', feedsDay, '--format', 'json']);
  expect([ran.status, ran.stderr]).toEqual([0, '']);
  return { result: JSON.parse(ran.stdout) as ScanResult, file: put('result.json', ran.stdout) };
}

describe('a Maven package that names no group is never silently clean', () => {
  test('an archive with a plain manifest', async () => {
    const jar = zipOf({ 'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0\n', 'org/example/A.class': 'x' });
    put('root/app/struts2-core-2.3.20.jar', jar);
    put('root/app/struts2-core-2.5.33.jar', jar);
    put('root/app/house-library-1.0.jar', jar);
    const { result } = await scan(`rootfs:${at('root')}`);
    expect(result.packages).toHaveLength(3);
    expect(result.incomplete).toEqual([
      {
        code: 'not-comparable',
        path: '/app/struts2-core-2.3.20.jar',
        message:
          'maven package struts2-core 2.3.20 names no group and was not judged: as org.apache.struts:struts2-core it would be affected by CVE-2017-5638',
      },
    ]);
    expect(result.verdict).toMatchObject({ result: 'warn', rules: [{ id: 'not-judged' }] });
  });

  test('a component of an SBOM, and what explain says of it', async () => {
    const component = { type: 'library', name: 'log4j', version: '1.2.17', purl: 'pkg:maven/log4j@1.2.17' };
    const sbom = put(
      'bom.json',
      JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components: [component] }),
    );
    const { result, file } = await scan(sbom);
    const message = 'as log4j:log4j it would be affected by CVE-2019-17571';
    expect(result.incomplete).toMatchObject([{ code: 'not-comparable', message: expect.stringContaining(message) }]);
    const why = await plimsoll(['explain', file, 'CVE-2019-17571', '--db-dir', at('db'), '--format', 'json']);
    expect(JSON.parse(why.stdout).summary).toContain('it names no group');
  });
});

test('nor is a Composer package that names no vendor', async () => {
  const component = { type: 'library', name: 'monolog', version: '1.0.0', purl: 'pkg:composer/monolog@1.0.0' };
  const sbom = put(
    'composer.json',
    JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components: [component] }),
  );
  const { result, file } = await scan(sbom);
  const message = 'names no vendor and was not judged: as monolog/monolog it would be affected by CVE-2022-1';
  expect(result.incomplete).toMatchObject([{ code: 'not-comparable', message: expect.stringContaining(message) }]);
  const why = await plimsoll(['explain', file, 'CVE-2022-1', '--db-dir', at('db'), '--format', 'json']);
  expect(JSON.parse(why.stdout).summary).toContain("whether the image's monolog is that is not known");
});
