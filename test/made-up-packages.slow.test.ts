import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerArchive, type FixtureEntry, fixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';
import {
  expectedOfAlpine,
  expectedOfDebian,
  expectedOfOsv,
  type InstalledPackage,
  type OsvRecord,
  readOsv,
} from './expected-findings.ts';
import { apkIn, dpkg, noChroot, noDpkg } from './native-versions.ts';
import { scratchFolder } from './program.ts';
import { buildDatabase, type ScanResult, scan } from './scans.ts';
import { needsShared, shared } from './shared.ts';
import { unpackImage, writeRootfs } from './unpacked-image.ts';

/*
 * Real images hold few packages. These hold hundreds, in versions that sit on the edges of what the feeds say: the fixed
 * versions themselves, where being wrong by one revision is a vulnerability missed or invented.
 */
const images = shared('images');
const feeds = shared('feeds');
const missing = images && feeds ? undefined : needsShared;
const named = (title: string, ...reasons: (string | undefined)[]) =>
  title + reasons.flatMap((reason) => (reason ? ` (skipped: ${reason})` : [])).join('');
const npmSemver = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'npm'))
  .filter(existsSync)
  .map((npm) => join(realpathSync(npm), '../../node_modules/semver'))
  .find(existsSync);
const noSemver = npmSemver ? undefined : 'needs npm';

/** One in so many of the feeds' packages is tried: all of them take minutes. */
const oneIn = 5;
const scratch = scratchFolder();
const dbDir = join(scratch.path, 'db');

beforeAll(async () => {
  if (!missing) await buildDatabase(dbDir, feeds!, ['debian-11', 'debian-12', 'alpine-3.15', 'npm', 'eol', 'kev']);
});
afterAll(scratch.remove);

async function scanOf(name: string, entries: readonly FixtureEntry[]): Promise<ScanResult> {
  const file = join(scratch.path, `${name}.tar`);
  writeFileSync(file, dockerArchive(fixtureImage({ layers: [entries] })));
  const { result } = await scan(file, dbDir);
  expect(result.incomplete).toEqual([]);
  return result;
}

function found({ findings }: ScanResult): string[] {
  const vulnerabilities = findings.filter(({ kind }) => kind === 'vulnerability');
  return vulnerabilities.map(({ id, package: subject }) => `${subject!.name} ${subject!.version}: ${id}`).sort();
}

/** The lowest, a middle and the highest version, each as a package of its own. */
function edges(source: string, versions: readonly string[]): InstalledPackage[] {
  const picked = new Set([versions[0], versions[versions.length >> 1], versions.at(-1)]);
  return [...picked]
    .filter((version) => version !== undefined)
    .map((version, at) => ({ name: `${source}-${at}`, version, source, sourceVersion: version }));
}

describe.skipIf(missing ?? noDpkg)(named('Debian packages, judged as dpkg compares', missing, noDpkg), () => {
  it.each([
    ['bullseye', '11'],
    ['bookworm', '12'],
  ])('%s', async (codename, number) => {
    const tracker = join(feeds!, 'security-tracker.debian.org/tracker/data/json');
    const osv = join(feeds!, 'osv-vulnerabilities.storage.googleapis.com/Debian/all.zip');
    const said = JSON.parse(readFileSync(tracker, 'utf8')) as Record<
      string,
      Record<string, { releases: Record<string, { fixed_version?: string }> }>
    >;
    const packages = Object.entries(said)
      .filter((_, at) => at % oneIn === 0)
      .flatMap(([source, ids]) => {
        const states = Object.values(ids).flatMap(({ releases }) => Object.values(releases));
        return edges(source, [...new Set(states.flatMap((state) => state.fixed_version ?? []))]);
      });
    const stanzas = packages.map(
      ({ name, version, source }) =>
        `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nSource: ${source}\nVersion: ${version}\n\n`,
    );
    const result = await scanOf(codename, [
      { path: 'etc/os-release', content: `ID=debian\nVERSION_ID="${number}"\nVERSION_CODENAME=${codename}\n` },
      { path: 'var/lib/dpkg/status', content: stanzas.join('') },
    ]);
    expect(result.packages).toHaveLength(packages.length);
    const expected = expectedOfDebian({ tracker, osv }, { codename, number }, packages, dpkg);
    expect(expected.length).toBeGreaterThan(500);
    expect(found(result)).toEqual(expected);
  });
});

describe.skipIf(missing ?? noChroot)(named('Alpine packages, judged as apk compares', missing, noChroot), () => {
  it('3.15', async () => {
    const root = join(scratch.path, 'alpine');
    writeRootfs(unpackImage(join(images!, 'alpine-3.16.docker.tar'), scratch.path), root);
    const files = ['main', 'community'].map((name) => join(feeds!, 'secdb.alpinelinux.org/v3.15', `${name}.json`));
    const origins = files.flatMap(
      (file) =>
        (JSON.parse(readFileSync(file, 'utf8')) as { packages: { pkg: { name: string; secfixes: object } }[] })
          .packages,
    );
    const packages = origins
      .filter(({ pkg }, at) => at % oneIn === 0 || pkg.name === 'gnutls')
      .flatMap(({ pkg }) =>
        edges(
          pkg.name,
          Object.keys(pkg.secfixes).filter((version) => version !== '0'),
        ),
      );
    const installed = packages.map(({ name, version, source }) => `P:${name}\nV:${version}\nA:x86_64\no:${source}\n\n`);
    const result = await scanOf('alpine', [
      { path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.15.11\n' },
      { path: 'lib/apk/db/installed', content: installed.join('') },
    ]);
    expect(result.packages).toHaveLength(packages.length);
    const expected = expectedOfAlpine(files, packages, apkIn(root));
    expect(expected.length).toBeGreaterThan(300);
    // two vulnerabilities that one bulletin of the vendor names
    expect(expected).toEqual(expect.arrayContaining([expect.stringMatching(/^gnutls-.*CVE-2021-20232$/)]));
    expect(found(result)).toEqual(expected);
  });
});

describe.skipIf(missing ?? noSemver)(named('npm packages, judged as npm compares', missing, noSemver), () => {
  it('at the edges of every range', async () => {
    const { compare, valid } = createRequire(import.meta.url)(npmSemver!) as {
      compare(a: string, b: string): number;
      valid(version: string): string | null;
    };
    const archive = join(feeds!, 'osv-vulnerabilities.storage.googleapis.com/npm/all.zip');
    const edgesOf = new Map<string, Set<string>>();
    for (const record of readOsv<OsvRecord>(archive)) {
      if (record.id.startsWith('MAL-')) continue;
      for (const { package: subject, ranges = [], versions = [] } of record.affected) {
        const all = [...ranges.flatMap(({ events }) => events.flatMap((event) => Object.values(event))), ...versions];
        const known = edgesOf.get(subject.name) ?? new Set(['1.0.0-alpha.1']);
        edgesOf.set(subject.name, known);
        for (const version of all) if (valid(version) === version) known.add(version);
      }
    }
    const packages = [...edgesOf].flatMap(([name, versions]) => [...versions].map((version) => ({ name, version })));
    const result = await scanOf(
      'npm',
      packages.map(({ name, version }) => ({
        path: `srv/${version}/node_modules/${name}/package.json`,
        content: JSON.stringify({ name, version }),
      })),
    );
    expect(result.packages).toHaveLength(packages.length);
    const byPackage = Map.groupBy(result.findings, (f) => `${f.package?.name} ${f.package?.version}`);
    const expected = Map.groupBy(expectedOfOsv(archive, packages, compare), (e) => `${e.name} ${e.version}`);
    expect(expected.size).toBeGreaterThan(500);
    for (const { name, version } of packages) {
      const [have, want] = [byPackage, expected].map((map) => map.get(`${name} ${version}`) ?? []);
      const haveIds = (have as ScanResult['findings']).map(({ id, aliases }) => [id, ...aliases]);
      const wantIds = (want as { ids: readonly string[] }[]).map(({ ids }) => ids);
      const sharesOne = (a: readonly string[]) => (b: readonly string[]) => a.some((id) => b.includes(id));
      expect(
        wantIds.filter((ids) => !haveIds.some(sharesOne(ids))),
        `missed in ${name} ${version}`,
      ).toEqual([]);
      expect(
        haveIds.filter((ids) => !wantIds.some(sharesOne(ids))),
        `invented in ${name} ${version}`,
      ).toEqual([]);
    }
  });
});
