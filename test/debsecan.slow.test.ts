import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  askDebsecan,
  buildFromTracker,
  debsecanList,
  foundBy,
  noDebsecan,
  statusFileOf,
  type Tracker,
  trackerPath,
} from './debsecan.ts';
import { scratchFolder } from './program.ts';
import { scan } from './scans.ts';
import { needsShared, shared } from './shared.ts';
import { unpackImage, writeRootfs } from './unpacked-image.ts';

const feeds = shared('feeds');
const images = shared('images');
const missing = !feeds || !images ? needsShared : noDebsecan;
const named = (title: string) => (missing ? `${title} (skipped: ${missing})` : title);

const scratch = scratchFolder();
afterAll(scratch.remove);
const dbDir = join(scratch.path, 'db');

/** The kernel alone would give some million pairs. */
const maxVulnerabilities = 60;

/** A status file with three packages for each fix: at it, at a version right below, and at one right above. */
function aroundEveryFix(tracker: Tracker, codename: string): string {
  const stanzas = Object.entries(tracker).flatMap(([source, vulnerabilities]) => {
    const fixes = Object.values(vulnerabilities).flatMap(({ releases }) => releases[codename]?.fixed_version ?? []);
    const distinct = [...new Set(fixes)].filter((version) => version !== '0');
    if (fixes.length > maxVulnerabilities) return [];
    return distinct
      .flatMap((fixed) => [fixed, `${fixed}~x`, `${fixed}+x`])
      .map(
        (version, at) =>
          `Package: ${source}-${at}\nStatus: install ok installed\nArchitecture: amd64\n` +
          `Source: ${source} (${version})\nVersion: 9:1\n`,
      );
  });
  return stanzas.join('\n');
}

// unpacking a large image takes long where others use the machine too
describe.skipIf(missing)(named('the same findings as debsecan'), { timeout: 300_000 }, () => {
  beforeAll(() => buildFromTracker(dbDir, feeds!, ['debian-8', 'debian-11', 'debian-12']));

  const file = join(feeds ?? '', trackerPath);
  it.each(['debian-12-minbase.oci.tar', 'app-web-shop.oci.tar'])('%s: none', async (image) => {
    const root = join(scratch.path, `${image}.root`);
    writeRootfs(unpackImage(join(images!, image), scratch.path), root);
    const { result } = await scan(join(images!, image), dbDir);
    const theirs = await askDebsecan(debsecanList(file, 'bookworm'), 'bookworm', statusFileOf(root));
    expect(foundBy(result)).toEqual(theirs);
  });

  const releases: readonly [codename: string, number: string][] = [
    ['bookworm', '12'],
    ['bullseye', '11'],
    ['jessie', '8'],
  ];
  it.each(releases)(
    'packages at, below and above every fix that the tracker states for %s',
    async (codename, number) => {
      const root = join(scratch.path, codename);
      mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
      mkdirSync(join(root, 'etc'));
      writeFileSync(statusFileIn(root), aroundEveryFix(JSON.parse(readFileSync(file, 'utf8')) as Tracker, codename));
      writeFileSync(join(root, 'etc/os-release'), `ID=debian\nVERSION_ID="${number}"\n`);
      const theirs = await askDebsecan(debsecanList(file, codename), codename, statusFileIn(root));
      expect(theirs.length).toBeGreaterThan(9_000);
      const { result } = await scan(`rootfs:${root}`, dbDir);
      expect(foundBy(result)).toEqual(theirs);
    },
  );
});

const statusFileIn = (root: string): string => join(root, 'var/lib/dpkg/status');
