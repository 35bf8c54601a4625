import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Expected,
  expectedOfAlpine,
  expectedOfDebian,
  expectedOfOsv,
  type InstalledPackage,
} from './expected-findings.ts';
import { apkIn, dpkg, noChroot, noDpkg } from './native-versions.ts';
import { launcher, scratchFolder } from './program.ts';
import { buildDatabase, feedsDay, inPairs, type Scan, type ScanResult, scan } from './scans.ts';
import { needsShared, shared } from './shared.ts';
import { unpackImage, writeRootfs } from './unpacked-image.ts';

const images = shared('images');
const feeds = shared('feeds');
const truthChecker = shared('checks/inventory-truth.mjs');
const missing = images && feeds ? undefined : needsShared;
const named = (title: string, ...reasons: (string | undefined)[]) =>
  [title, ...reasons.filter((reason) => reason !== undefined).map((reason) => `(skipped: ${reason})`)].join(' ');

const files = [
  'distroless-base-debian11.docker.tar',
  'debian-12-minbase.oci.tar',
  'debian-8-dpkgdb.docker.tar.gz',
  'alpine-3.12.oci.tar',
  'alpine-3.16.docker.tar',
  'alpine-3.18-multiarch.oci.tar',
  'app-web-shop.oci.tar',
] as const;
type File = (typeof files)[number];

const scratch = scratchFolder();
const scans = new Map<string, Scan>();
const resultOf = (file: File): ScanResult => scans.get(file)!.result;
const ruleOf = (file: File, id: string) => resultOf(file).verdict.rules.find((rule) => rule.id === id);
const vulnerabilities = (file: File) => resultOf(file).findings.filter(({ kind }) => kind === 'vulnerability');
const truthOf = (file: File) =>
  JSON.parse(
    readFileSync(join(images!, `${file.replace(/\.(docker|oci)\.tar(\.gz)?$/, '')}.packages.json`), 'utf8'),
  ) as {
    readonly packages: readonly InstalledPackage[];
    readonly language: { readonly npm?: readonly InstalledPackage[] };
  };

beforeAll(async () => {
  if (missing) return;
  await buildDatabase(join(scratch.path, 'db'), feeds!);
  const outcomes = await inPairs(files, (file) =>
    scan(join(images!, file), join(scratch.path, 'db'), ['--platform', 'linux/amd64']),
  );
  files.forEach((file, at) => void scans.set(file, outcomes[at]!));
});
afterAll(scratch.remove);

describe.skipIf(missing)(named('verdicts over real images and advisories', missing), () => {
  it('stops distroless-base-debian11: it carries a known exploited vulnerability', () => {
    expect(scans.get('distroless-base-debian11.docker.tar')).toMatchObject({
      status: 1,
      result: { verdict: { result: 'fail', exitCode: 1, reasons: [{ exitCode: 1, code: 'policy' }] } },
    });
    expect(ruleOf('distroless-base-debian11.docker.tar', 'known-exploited')).toMatchObject({
      action: 'deny',
      findings: [expect.stringMatching(/^vulnerability:CVE-2023-4911:deb\/libc6@/)],
    });
  });

  it('stops app-web-shop: npm packages with rated vulnerabilities that have a fix', () => {
    const file = 'app-web-shop.oci.tar';
    expect(scans.get(file)).toMatchObject({ status: 1, result: { verdict: { result: 'fail', exitCode: 1 } } });
    const broken = new Set(ruleOf(file, 'fixable-critical')?.findings);
    expect(ruleOf(file, 'fixable-critical')?.action).toBe('deny');
    const critical = resultOf(file).findings.filter(({ key }) => broken.has(key));
    expect(critical.length).toBeGreaterThan(0);
    for (const finding of critical) {
      expect(finding).toMatchObject({ severity: 'Critical', package: { type: 'npm' }, fix: { state: 'fixed' } });
    }
  });

  it('lets debian-12-minbase through with a warning: the root user is the only thing to say', () => {
    expect(scans.get('debian-12-minbase.oci.tar')).toMatchObject({
      status: 0,
      result: {
        verdict: { result: 'warn', exitCode: 0, reasons: [], rules: [{ id: 'root-user', action: 'warn' }] },
        incomplete: [],
      },
    });
    expect(resultOf('debian-12-minbase.oci.tar').findings.map(({ id }) => id)).toEqual(['root-user']);
  });

  it('stops alpine-3.12: past its end of support; CVE-2022-37434 is its only vulnerability', () => {
    const file = 'alpine-3.12.oci.tar';
    expect(scans.get(file)).toMatchObject({
      status: 1,
      result: { verdict: { result: 'fail', exitCode: 1 }, image: { distro: { endOfLife: '2022-05-01' } } },
    });
    expect(ruleOf(file, 'distro-end-of-life')).toMatchObject({ action: 'deny', findings: ['end-of-life:alpine-3.12'] });
    expect(vulnerabilities(file).map(({ id }) => id)).toEqual(['CVE-2022-37434']);
  });

  it.each(files)('ends with 0 for %s only where the verdict is not fail', (file) => {
    const { status, result } = scans.get(file)!;
    expect(result.verdict.exitCode).toBe(status);
    expect(result.verdict.result === 'fail').toBe(status !== 0);
  });
});

describe.skipIf(missing)(named('results of real images keep their contract', missing), () => {
  const schema = JSON.parse(readFileSync(new URL('../docs/reference/result.schema.json', import.meta.url), 'utf8'));
  const validate = new Ajv2020({ strict: true, allErrors: true, formats: {} }).compile(schema);
  const severities = ['Unknown', 'Negligible', 'Low', 'Medium', 'High', 'Critical'];
  const sorted = (list: readonly string[]) => [...list].sort();

  it.each(files)('%s', (file) => {
    const { image, inputs, packages, findings, incomplete, facts, verdict } = resultOf(file);
    expect(validate(JSON.parse(scans.get(file)!.stdout)), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
    expect(image.layers.length).toBeGreaterThan(0);
    expect(inputs).toMatchObject({
      subject: { digest: image.id, platform: 'linux/amd64', reference: join(images!, file), stage: 'pipeline' },
      stale: [],
      missing: [],
      evaluatedAt: feedsDay,
    });
    expect(facts).not.toHaveProperty('files');
    expect(facts).not.toHaveProperty('secrets');

    const diffIds = image.layers.map(({ diffId }) => diffId);
    const places = [...packages.flatMap(({ locations }) => locations), ...incomplete];
    for (const { layer } of places) expect(diffIds).toContain(layer);
    for (const { path } of places) expect(path).toMatch(/^\//);

    const keys = findings.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const rule of verdict.rules) expect(keys).toEqual(expect.arrayContaining([...rule.findings]));
    for (const { kind, level, severity, fix, evidence, package: subject, risk } of findings) {
      expect(severities[level]).toBe(severity);
      expect(fix === null || (fix.state === 'fixed') === fix.versions.length > 0).toBe(true);
      if (kind !== 'vulnerability') continue;
      expect([subject, fix, risk]).not.toContain(null);
      expect(packages.map(({ purl }) => purl)).toContain(subject!.purl);
      expect(diffIds).toContain(evidence.layer);
      expect(inputs.advisories).toHaveProperty([evidence.advisory!.shard]);
      // both feeds are at hand: null would say that nobody knows
      expect(risk?.exploit).not.toBe(null);
      if (risk?.epss != null) expect(risk.epss).toEqual({ score: expect.any(Number), percentile: expect.any(Number) });
    }
    expect(verdict.inputs).toEqual(sorted(verdict.inputs));
    expect(Object.keys(inputs.advisories)).toEqual(sorted(Object.keys(inputs.advisories)));
    // titles, EPSS and exploits are inputs of the result that no rule of this policy reads
    const unread = new Set(['epss', 'exploits']);
    const judgedBy = Object.keys(inputs.advisories).filter((name) => !name.endsWith('-texts') && !unread.has(name));
    const read = verdict.inputs.filter((path) => path.startsWith('advisories.'));
    expect(read).toEqual(judgedBy.map((name) => `advisories.${name}`));
  });
});

/** `NAME VERSION: ID`, as the independent matcher writes it. */
function found(file: File, type: string): Expected {
  const rows = vulnerabilities(file).filter((finding) => finding.package?.type === type);
  return [...new Set(rows.map(({ id, package: p }) => `${p!.name} ${p!.version}: ${id}`))].sort();
}

/** Installed and fixed version of each finding, as its evidence states them. */
function compared(file: File, type: string): (readonly [installed: string, fixed: string])[] {
  return vulnerabilities(file)
    .filter((finding) => finding.package?.type === type)
    .map(({ evidence, fix }) => {
      expect(evidence.comparison).toBe(`${evidence.matchedPackage?.version} < ${fix?.versions[0]} (${type})`);
      return [evidence.matchedPackage!.version, fix!.versions[0]!] as const;
    });
}

describe.skipIf(missing ?? noDpkg)(named('findings, confirmed by dpkg itself', missing, noDpkg), () => {
  const rows: readonly [file: File, codename: string, number: string, atLeast: number][] = [
    ['distroless-base-debian11.docker.tar', 'bullseye', '11', 80],
    ['debian-12-minbase.oci.tar', 'bookworm', '12', 0],
    ['debian-8-dpkgdb.docker.tar.gz', 'jessie', '8', 140],
    ['app-web-shop.oci.tar', 'bookworm', '12', 0],
  ];

  it.each(rows)('%s: every installed version is lower than its fix', (file, _, __, atLeast) => {
    const pairs = compared(file, 'deb');
    expect(pairs.length).toBeGreaterThanOrEqual(atLeast);
    const confirmed = dpkg.less(pairs);
    expect(pairs.filter((___, at) => !confirmed[at])).toEqual([]);
  });

  it.each(rows)('%s: exactly what the feeds state of its packages', (file, codename, number, atLeast) => {
    const raw = {
      tracker: join(feeds!, 'security-tracker.debian.org/tracker/data/json'),
      osv: join(feeds!, 'osv-vulnerabilities.storage.googleapis.com/Debian/all.zip'),
    };
    const expected = expectedOfDebian(raw, { codename, number }, truthOf(file).packages, dpkg);
    expect(expected.length).toBeGreaterThanOrEqual(atLeast);
    expect(found(file, 'deb')).toEqual(expected);
  });
});

describe.skipIf(missing ?? noChroot)(named('findings, confirmed by apk itself', missing, noChroot), () => {
  const root = join(scratch.path, 'alpine');
  beforeAll(() => {
    if (!missing) writeRootfs(unpackImage(join(images!, 'alpine-3.16.docker.tar'), scratch.path), root);
  });
  const rows: readonly [file: File, branch: string, expected: readonly string[]][] = [
    ['alpine-3.12.oci.tar', 'v3.12', ['zlib 1.2.12-r0: CVE-2022-37434']],
    [
      'alpine-3.16.docker.tar',
      'v3.16',
      ['busybox 1.35.0-r17: CVE-2023-42366', 'ssl_client 1.35.0-r17: CVE-2023-42366'],
    ],
    ['alpine-3.18-multiarch.oci.tar', 'v3.18', []],
  ];

  it.each(rows)('%s: every installed version is lower than its fix', (file, _, { length }) => {
    const pairs = compared(file, 'apk');
    expect(pairs).toHaveLength(length);
    expect(apkIn(root).less(pairs)).not.toContain(false);
  });

  it.each(rows)('%s: exactly what the feeds state of its packages', (file, branch, expected) => {
    const secdb = ['main', 'community'].map((name) => join(feeds!, 'secdb.alpinelinux.org', branch, `${name}.json`));
    expect(expectedOfAlpine(secdb, truthOf(file).packages, apkIn(root))).toEqual(expected);
    expect(found(file, 'apk')).toEqual(expected);
  });
});

/** npm brings the comparison of versions that npm uses. */
const npmSemver = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'npm'))
  .filter(existsSync)
  .map((npm) => join(realpathSync(npm), '../../node_modules/semver'))
  .find(existsSync);
const noSemver = npmSemver ? undefined : 'needs npm';

describe.skipIf(missing ?? noSemver)(
  named('findings in npm packages, confirmed by npm’s own semver', missing, noSemver),
  () => {
    const file = 'app-web-shop.oci.tar';

    it('are exactly what the advisories state of the installed packages', () => {
      const { compare } = createRequire(import.meta.url)(npmSemver!) as { compare(a: string, b: string): number };
      const archive = join(feeds!, 'osv-vulnerabilities.storage.googleapis.com/npm/all.zip');
      const expected = expectedOfOsv(archive, truthOf(file).language.npm!, compare);
      expect(expected.length).toBeGreaterThan(60);
      const all = resultOf(file).findings.filter((finding) => finding.package?.type === 'npm');
      const speaksOf = (finding: (typeof all)[number], { name, version, ids }: (typeof expected)[number]) =>
        finding.package?.name === name &&
        finding.package.version === version &&
        [finding.id, ...finding.aliases].some((id) => ids.includes(id));
      expect(expected.filter((entry) => !all.some((finding) => speaksOf(finding, entry)))).toEqual([]);
      expect(all.filter((finding) => !expected.some((entry) => speaksOf(finding, entry)))).toEqual([]);
      const repeated = all.map(({ id, package: p, evidence }) => `${id} ${p?.name} ${p?.version} ${evidence.path}`);
      expect(new Set(repeated).size).toBe(repeated.length);
    });
  },
);

describe.skipIf(missing)(named('findings in Python packages', missing), () => {
  const file = 'app-web-shop.oci.tar';
  const of = (name: string) =>
    resultOf(file).findings.filter((f) => f.package?.type === 'pypi' && f.package.name === name);

  it.each([
    ['certifi', '2022.9.24', 'CVE-2022-23491', '2022.12.7', '2022.9.24 in [2017.11.5, 2022.12.7) (pypi)'],
    ['certifi', '2022.9.24', 'CVE-2023-37920', '2023.7.22', '2022.9.24 in [2015.4.28, 2023.7.22) (pypi)'],
    ['idna', '3.3', 'CVE-2024-3651', '3.7', '3.3 in [0.1, 3.7) (pypi)'],
    ['requests', '2.28.1', 'CVE-2023-32681', '2.31.0', '2.28.1 in [2.3.0, 2.31.0) (pypi)'],
  ])('%s %s: %s, fixed in %s', (name, version, id, fix, comparison) => {
    const finding = of(name).find((entry) => entry.id === id);
    expect(finding).toMatchObject({
      package: { version },
      fix: { state: 'fixed', versions: [fix] },
      evidence: { comparison },
    });
  });

  it.each([
    ['setuptools', 'PYSEC-2022-43012 is fixed in 65.5.1, installed is 66.1.1'],
    ['wheel', 'PYSEC-2022-43017 is fixed in 0.38.1, installed is 0.38.4'],
    ['PyYAML', 'the last of its four is fixed in 5.4, installed is 6.0'],
    ['urllib3', 'belongs to python3-urllib3, which Debian judges: its fixes are backported'],
    ['beautifulsoup4', 'nothing is known of it'],
  ])('none in %s: %s', (name) => {
    expect(resultOf(file).packages.filter((entry) => entry.type === 'pypi' && entry.name === name)).toHaveLength(1);
    expect(of(name)).toEqual([]);
  });

  it('no other', () => {
    const all = resultOf(file).findings.filter((finding) => finding.package?.type === 'pypi');
    expect(all.map(({ id }) => id).sort()).toEqual([
      'CVE-2022-23491',
      'CVE-2023-32681',
      'CVE-2023-37920',
      'CVE-2024-3651',
    ]);
  });
});

describe.skipIf(missing)(named('inventories of real images, held against their truth files', missing), () => {
  it.each(['alpine-3.12', 'alpine-3.16', 'alpine-3.18', 'debian-12', 'debian-8', 'distroless', 'app-web-shop'])(
    '%s is exact',
    (only) => {
      mkdirSync(join(scratch.path, 'cache'), { recursive: true });
      const { stdout } = spawnSync(
        process.execPath,
        [truthChecker!, '--plimsoll', `${process.execPath} ${launcher}`, images!, '--only', only],
        {
          encoding: 'utf8',
          env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', XDG_CACHE_HOME: join(scratch.path, 'cache') },
        },
      );
      expect(stdout).toMatch(/^exact /);
      expect(stdout).toMatch(/\n(\d+) of \1 exact\n$/);
    },
  );
});
