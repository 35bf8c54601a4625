/**
 * A mirror of upstream hosts with a few facts, made in code: enough advisories for tests that run everywhere. It speaks
 * about Debian 12, Alpine 3.18, npm and PyPI, known exploitation and ends of support.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  type FixtureEntry,
  type FixtureImage,
  fixtureImage,
} from '../packages/engine/src/image/testing/image-builder.ts';
import { zipOf } from '../packages/engine/src/inventory/testing/zip.ts';

export const smallMirrorShards = ['debian-12', 'eol', 'kev', 'npm', 'pypi'] as const;

export function writeSmallMirror(folder: string): void {
  const put = (url: string, body: string | Buffer) => {
    const path = join(folder, url);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, body);
  };
  const fixedIn = (version: string) => ({
    releases: { bookworm: { status: 'resolved', repositories: {}, fixed_version: version, urgency: 'high' } },
  });
  const tracker = {
    openssl: { 'CVE-2023-5363': fixedIn('3.0.11-1~deb12u2'), 'CVE-2022-0778': fixedIn('1.1.1n-1') },
    curl: { 'CVE-2023-38545': fixedIn('7.88.1-10+deb12u4') },
    zlib: {
      'CVE-2023-45853': { releases: { bookworm: { status: 'open', repositories: {}, urgency: 'unimportant' } } },
    },
  };
  put('security-tracker.debian.org/tracker/data/json', JSON.stringify(tracker));
  const osv = 'osv-vulnerabilities.storage.googleapis.com';
  put(`${osv}/ecosystems.txt`, 'Debian\nPyPI\nnpm\n');
  put(`${osv}/Debian/all.zip`, zipOfRecords([bulletin('DSA-5532-1', 'openssl', '3.0.11-1~deb12u2', 'CVE-2023-5363')]));
  put(
    `${osv}/npm/all.zip`,
    zipOfRecords([record('GHSA-35jh-r3h4-6jhm', 'npm', 'lodash', '4.17.21', 'CVE-2021-23337')]),
  );
  put(`${osv}/PyPI/all.zip`, zipOfRecords([record('PYSEC-2023-74', 'PyPI', 'requests', '2.31.0', 'CVE-2023-32681')]));
  const exploited = { cveID: 'CVE-2023-38545', dateAdded: '2024-01-10', dueDate: '2024-01-31' };
  put(
    'www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
    JSON.stringify({
      catalogVersion: '2026.08.20',
      dateReleased: '2026-08-20T00:00:00Z',
      count: 1,
      vulnerabilities: [{ ...exploited, knownRansomwareCampaignUse: 'Known' }],
    }),
  );
  const cycle = { cycle: '12', codename: 'Bookworm', eol: '2026-06-10', extendedSupport: '2028-06-30', lts: false };
  put('endoflife.date/api/debian.json', JSON.stringify([cycle]));
}

/** What the NVD says of a Node before 16.6. */
const nodeBefore16 = {
  vulnerabilities: [
    {
      cve: {
        id: 'CVE-2021-22930',
        published: '2021-10-07T14:15:07.853',
        lastModified: '2024-01-01T00:00:00.000',
        vulnStatus: 'Modified',
        metrics: {},
        configurations: [
          {
            nodes: [
              {
                cpeMatch: [
                  {
                    vulnerable: true,
                    criteria: 'cpe:2.3:a:nodejs:node.js:*:*:*:*:*:*:*:*',
                    versionEndExcluding: '16.6.0',
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

/** Adds what the NVD says of Node, for the shard `cpe-n`. */
export function writeRangesOfNode(folder: string): void {
  const place = join(folder, 'nvd.nist.gov/feeds/json/cve/2.0');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'nvdcve-2.0-2021.json.gz'), gzipSync(JSON.stringify(nodeBefore16)));
}

function record(id: string, ecosystem: string, name: string, fixed: string, cve: string): object {
  return {
    schema_version: '1.7.3',
    id,
    aliases: [cve],
    summary: `${name} before ${fixed}`,
    modified: '2024-01-02T00:00:00Z',
    published: '2023-10-01T00:00:00Z',
    database_specific: { severity: 'HIGH' },
    affected: [
      {
        package: { ecosystem, name },
        ranges: [{ type: ecosystem === 'npm' ? 'SEMVER' : 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
      },
    ],
  };
}

function bulletin(id: string, name: string, fixed: string, cve: string): object {
  const {
    aliases: _,
    database_specific: __,
    ...rest
  } = record(id, 'Debian:12', name, fixed, cve) as Record<string, unknown>;
  return { ...rest, summary: `${name} - security update`, upstream: [cve] };
}

/** A zip of one JSON file a record. */
function zipOfRecords(records: readonly object[]): Buffer {
  return zipOf(Object.fromEntries(records.map((value, index) => [`${index}.json`, JSON.stringify(value)])));
}

const stanza = (name: string, version: string, source = name) =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nSource: ${source}\nVersion: ${version}\n\n`;

const directory = (path: string): FixtureEntry => ({ path, type: 'directory' });

/**
 * An image of four layers with what makes layers hard: packages added in each, one removed by a whiteout, an opaque
 * folder, a file that becomes a folder, merged /usr.
 */
export function smallImage(): FixtureImage {
  const base = stanza('base-files', '12.4+deb12u1') + stanza('zlib1g', '1:1.2.13.dfsg-1', 'zlib');
  const tools = base + stanza('libssl3', '3.0.9-1', 'openssl') + stanza('curl', '7.88.1-10+deb12u1');
  const manifest = (name: string, version: string) => JSON.stringify({ name, version, license: 'MIT' });
  const modules = 'srv/app/node_modules';
  const python = 'usr/lib/python3/dist-packages';
  return fixtureImage({
    names: ['small/app:1'],
    layers: [
      [
        ...['etc/', 'usr/', 'usr/lib/', 'var/', 'var/lib/', 'var/lib/dpkg/', 'srv/', 'srv/app/'].map(directory),
        { path: 'lib', type: 'symlink', linkTarget: 'usr/lib' },
        {
          path: 'usr/lib/os-release',
          content:
            'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
        },
        { path: 'etc/os-release', type: 'symlink', linkTarget: '../usr/lib/os-release' },
        { path: 'var/lib/dpkg/status', content: base },
        { path: 'srv/app/data', content: 'a file that becomes a folder' },
      ],
      [{ path: 'var/lib/dpkg/status', content: tools }],
      [
        ...[`${modules}/`, `${modules}/lodash/`, `${modules}/gone/`, `${modules}/opaque/`].map(directory),
        { path: `${modules}/lodash/package.json`, content: manifest('lodash', '4.17.15') },
        { path: `${modules}/gone/package.json`, content: manifest('gone', '1.0.0') },
        { path: `${modules}/opaque/package.json`, content: manifest('opaque', '1.0.0') },
        ...[`${python}/`, `${python}/requests-2.28.1.dist-info/`].map(directory),
        {
          path: `${python}/requests-2.28.1.dist-info/METADATA`,
          content: 'Metadata-Version: 2.1\nName: requests\nVersion: 2.28.1\nLicense: Apache 2.0\n\ntext\n',
        },
      ],
      [
        { path: `${modules}/.wh.gone` },
        directory(`${modules}/opaque/`),
        { path: `${modules}/opaque/.wh..wh..opq` },
        ...['srv/app/data/', 'srv/app/data/node_modules/', 'srv/app/data/node_modules/kept/'].map(directory),
        { path: 'srv/app/data/node_modules/kept/package.json', content: manifest('kept', '2.0.0') },
      ],
    ],
    config: { User: 'root', ExposedPorts: { '22/tcp': {} }, Labels: { stage: 'test' } },
  });
}
