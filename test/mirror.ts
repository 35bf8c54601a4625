import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zipOf } from '../packages/engine/src/inventory/testing/zip.ts';
import { plimsoll } from './program.ts';

/** What a mirror of the upstream hosts holds, by upstream URL without its scheme. */
type MirrorFiles = Readonly<Record<string, string | Buffer>>;

const debianTracker = {
  openssl: { 'CVE-2024-0001': tracked('resolved', '3.0.13-1~deb12u1', 'high') },
  'xz-utils': { 'CVE-2024-0002': tracked('resolved', '5.4.1-1', 'low') },
  zlib: { 'CVE-2023-0003': tracked('open', undefined, 'medium') },
};

/**
 * A few invented advisories in the form of the real feeds. In Debian 12: openssl before 3.0.13-1~deb12u1 has a High with
 * a fix, xz-utils before 5.4.1-1 a Low that is known to be exploited, zlib a Medium without a fix. In Alpine 3.19: busybox
 * before 1.36.1-r20. In npm: left before 1.2.0.
 */
export const mirrorFiles = {
  'security-tracker.debian.org/tracker/data/json': JSON.stringify(debianTracker),
  'osv-vulnerabilities.storage.googleapis.com/ecosystems.txt': 'Debian\nnpm\n',
  'osv-vulnerabilities.storage.googleapis.com/Debian/all.zip': zipOf({}),
  'osv-vulnerabilities.storage.googleapis.com/npm/all.zip': zipOf({
    'GHSA-aaaa-bbbb-cccc.json': JSON.stringify({
      id: 'GHSA-aaaa-bbbb-cccc',
      modified: '2024-01-02T00:00:00Z',
      published: '2024-01-01T00:00:00Z',
      aliases: ['CVE-2024-0004'],
      affected: [
        {
          package: { ecosystem: 'npm', name: 'left' },
          ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.2.0' }] }],
        },
      ],
      database_specific: { severity: 'CRITICAL' },
    }),
  }),
  'secdb.alpinelinux.org/v3.19/main.json': JSON.stringify({
    packages: [{ pkg: { name: 'busybox', secfixes: { '1.36.1-r20': ['CVE-2023-0005'] } } }],
  }),
  'www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json': JSON.stringify({
    dateReleased: '2026-07-31T00:00:00Z',
    vulnerabilities: [{ cveID: 'CVE-2024-0002', dateAdded: '2024-04-01', knownRansomwareCampaignUse: 'Unknown' }],
  }),
  'endoflife.date/api/debian.json': JSON.stringify([
    { cycle: '12', codename: 'Bookworm', releaseDate: '2023-06-10', eol: '2026-06-10', extendedSupport: '2028-06-30' },
    { cycle: '10', codename: 'Buster', releaseDate: '2019-07-06', eol: '2022-09-10', extendedSupport: '2024-06-30' },
  ]),
  'endoflife.date/api/alpine-linux.json': JSON.stringify([
    { cycle: '3.19', releaseDate: '2023-12-07', eol: '2027-11-01' },
  ]),
} as const satisfies MirrorFiles;

/** The day on which the database of these tests was confirmed, and on which images are judged unless a test says otherwise. */
export const confirmedOn = '2026-08-01';

function tracked(status: string, fixed: string | undefined, urgency: string): unknown {
  const release = { status, repositories: {}, ...(fixed === undefined ? {} : { fixed_version: fixed }), urgency };
  return { releases: { bookworm: release } };
}

/** Writes a mirror as `--mirror DIR` reads it. */
export function writeMirror(directory: string, files: MirrorFiles = mirrorFiles): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return directory;
}

/** Makes a database with the real program; @returns its folder */
export async function buildDatabase(
  directory: string,
  { files = mirrorFiles, asOf = confirmedOn }: { readonly files?: MirrorFiles; readonly asOf?: string } = {},
): Promise<string> {
  const mirror = writeMirror(join(directory, 'mirror'), files);
  const database = join(directory, 'advisories');
  const { status, stderr } = await plimsoll(
    ['db', 'build', '--mirror', mirror, '--db-dir', database, '--as-of', asOf],
    {},
  );
  if (status !== 0) throw new Error(`db build ended with ${status}: ${stderr}`);
  return database;
}

/** The mirror's files without those that one of these words stands in. */
export function mirrorWithout(...words: readonly string[]): MirrorFiles {
  return Object.fromEntries(Object.entries(mirrorFiles).filter(([path]) => !words.some((word) => path.includes(word))));
}
