import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AdvisoryRecord } from '../advisories/types.ts';
import { before, debian12, distro, findings, inventory, match, pkg, record, tracker } from './testing.ts';

const openssl = { source: { name: 'openssl', version: '3.0.9-1' } };
const libssl = pkg('deb', 'libssl3', '3.0.9-1', { arch: 'amd64', ...openssl });

describe('aliases', () => {
  const cve = 'CVE-2023-1';
  const range = { ranges: [before('2.0.0')], scheme: 'pypi' };
  const chain = [
    record('PYSEC-2023-9', 'lib', { ...range, aliases: ['GHSA-aaaa'] }),
    record('GHSA-aaaa', 'lib', { ...range, aliases: [cve] }),
    record(cve, 'lib', range),
  ];

  it.each<[string, AdvisoryRecord[], [string, string[]][]]>([
    ['CVE, GHSA and PYSEC of one vulnerability are one finding', chain, [[cve, ['GHSA-aaaa', 'PYSEC-2023-9']]]],
    [
      'the GHSA names it without a CVE',
      [record('PYSEC-1', 'lib', { ...range, aliases: ['GHSA-b'] })],
      [['GHSA-b', ['PYSEC-1']]],
    ],
    ['else its source does', [record('PYSEC-1', 'lib', range)], [['PYSEC-1', []]]],
    [
      'a bulletin that fixes two joins nothing',
      [
        record('CVE-1', 'lib', { ...range, bulletins: ['USN-1'] }),
        record('CVE-2', 'lib', { ...range, bulletins: ['USN-1'] }),
      ],
      [
        ['CVE-1', []],
        ['CVE-2', []],
      ],
    ],
    [
      'a record that names two CVEs is about two vulnerabilities',
      [
        record('GO-1', 'lib', { ...range, aliases: ['CVE-1', 'CVE-2', 'GHSA-a', 'GHSA-b'] }),
        record('GHSA-a', 'lib', { ...range, aliases: ['CVE-1'] }),
      ],
      [
        ['CVE-1', ['GHSA-a', 'GO-1']],
        ['CVE-2', ['GO-1']],
      ],
    ],
    [
      'a further name that records of two CVEs share joins nothing, whatever the order',
      [
        record('GHSA-b', 'lib', { ...range, aliases: ['CVE-2', 'OSVDB-1'] }),
        record('GHSA-a', 'lib', { ...range, aliases: ['CVE-1', 'OSVDB-1'] }),
      ],
      [
        ['CVE-1', ['GHSA-a', 'OSVDB-1']],
        ['CVE-2', ['GHSA-b', 'OSVDB-1']],
      ],
    ],
    [
      'a record’s own id joins its CVE, though a record of another one names it too',
      [
        record('PYSEC-1', 'lib', { ...range, aliases: ['CVE-1', 'GHSA-b'] }),
        record('GHSA-b', 'lib', { ...range, aliases: ['CVE-2'] }),
        record('PYSEC-2', 'lib', { ...range, aliases: ['CVE-2', 'GHSA-b'] }),
      ],
      [
        ['CVE-1', ['GHSA-b', 'PYSEC-1']],
        ['CVE-2', ['GHSA-b', 'PYSEC-2']],
      ],
    ],
    [
      'a record under a bulletin id speaks of each CVE apart',
      [record('DSA-1', 'lib', { ...range, bulletins: ['DSA-1'], aliases: ['CVE-1', 'CVE-2'] })],
      [
        ['CVE-1', []],
        ['CVE-2', []],
      ],
    ],
  ])('%s', (_, records, expected) => {
    const { candidates } = match(inventory([pkg('pypi', 'lib', '1.0')]), { pypi: records });
    expect(candidates.map(({ id, aliases }) => [id, aliases])).toEqual(expected);
  });

  it('one of several records is enough, and the others stay as evidence', () => {
    const [finding] = findings(inventory([pkg('pypi', 'lib', '1.5')]), {
      pypi: [chain[2]!, record('PYSEC-2', 'lib', { scheme: 'pypi', aliases: [cve], ranges: [before('1.2')] })],
    });
    expect(finding?.evidence.advisory).toEqual({ source: 'osv', id: cve, shard: 'pypi' });
    expect(finding?.evidence.records?.map(({ id }) => id)).toEqual([cve, 'PYSEC-2']);
  });
});

it('follows a long chain of aliases to one finding', () => {
  const chain = Array.from({ length: 20_000 }, (_, index) =>
    record(`X-${index}`, 'lib', {
      aliases: [`X-${(index * 7919) % 20_000}`, `X-${index + 1}`],
      ranges: [before('2.0.0')],
    }),
  );
  const { candidates } = match(inventory([pkg('npm', 'lib', '1.0.0')]), { npm: chain });
  expect(candidates.map(({ records }) => records.length)).toEqual([20_000]);
});

describe('distro packages', () => {
  const dsa = record('CVE-1', 'openssl', {
    scheme: 'deb',
    ranges: [before('3.0.11-1')],
    bulletins: ['DSA-1'],
    fixedSince: '2023-10-01',
  });

  it.each<[string, AdvisoryRecord[], string[]]>([
    ['the copy alone counts', [dsa], ['CVE-1']],
    ['a tracker that says fixed earlier silences the copy', [dsa, tracker('CVE-1', 'openssl', '3.0.8-1')], []],
    ['a tracker that says fixed in the installed version too', [dsa, tracker('CVE-1', 'openssl', '3.0.9-1')], []],
    [
      'a tracker that says not affected too',
      [dsa, tracker('CVE-1', 'openssl', null, { status: 'not-affected', ranges: [] })],
      [],
    ],
    [
      'a tracker silences its own CVE alone where a copy names two',
      [{ ...dsa, id: 'X-1', aliases: ['CVE-1', 'CVE-2'] }, tracker('CVE-1', 'openssl', '3.0.8-1')],
      ['CVE-2'],
    ],
    [
      'a tracker that speaks of another vulnerability does not',
      [dsa, tracker('CVE-2', 'openssl', '3.0.8-1')],
      ['CVE-1'],
    ],
    [
      'the tracker finds what the copy thinks fixed',
      [{ ...dsa, ranges: [before('3.0.8-1')] }, tracker('CVE-1', 'openssl', null)],
      ['CVE-1'],
    ],
    ['records of a binary of that name are not asked', [tracker('CVE-3', 'libssl3', null)], []],
  ])('%s', (_, records, ids) => {
    const { candidates } = match(inventory([libssl]), { 'debian-12': records });
    expect(candidates.map(({ id }) => id)).toEqual(ids);
  });

  it('takes bulletin and date of the fix from the copy, the fix from the tracker', () => {
    const [finding] = findings(inventory([libssl]), { 'debian-12': [dsa, tracker('CVE-1', 'openssl', '3.0.11-1')] });
    expect(finding).toMatchObject({
      key: 'vulnerability:CVE-1:deb/libssl3@3.0.9-1:amd64:/var/lib/dpkg/status',
      advisories: ['DSA-1'],
      fix: { state: 'fixed', versions: ['3.0.11-1'], since: '2023-10-01' },
      evidence: {
        path: '/var/lib/dpkg/status',
        layer: 'sha256:base',
        instruction: 'ADD rootfs.tar /',
        advisory: { source: 'debian-tracker', id: 'CVE-1', shard: 'debian-12' },
        matchedPackage: { name: 'openssl', version: '3.0.9-1', via: 'source' },
        comparison: '3.0.9-1 < 3.0.11-1 (deb)',
      },
    });
  });

  it('gives every binary package of the source its own finding', () => {
    const of = inventory([libssl, pkg('deb', 'openssl', '3.0.9-1', { arch: 'amd64', ...openssl })]);
    const found = findings(of, { 'debian-12': [dsa] });
    expect(found.map((finding) => finding.package?.name)).toEqual(['libssl3', 'openssl']);
    expect(new Set(found.map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });

  it('compares the version of the source, not of a rebuilt binary', () => {
    const rebuilt = pkg('deb', 'libssl3', '3.0.11-1+b1', { source: { name: 'openssl', version: '3.0.11-1' } });
    expect(match(inventory([rebuilt]), { 'debian-12': [dsa] }).candidates).toEqual([]);
  });
});

describe('language packages that a distro package ships', () => {
  const flask = (ownedBy: string | null) => pkg('pypi', 'flask', '1.0', { ownedBy });
  const owner = pkg('deb', 'python3-flask', '1.0-1', { source: { name: 'flask', version: '1.0-1' } });
  const pypi = [record('CVE-5', 'flask', { scheme: 'pypi', ranges: [before('2.0')] })];
  const known = [tracker('CVE-4', 'flask', '0.9-1')];

  it.each([
    ['of the distro: judged by the distro alone', 'python3-flask', { pypi, 'debian-12': known }, []],
    ['of a source that the release does not know', 'python3-flask', { pypi, 'debian-12': [] }, ['CVE-5']],
    ['of the distro, whose advisories are not at hand', 'python3-flask', { pypi }, ['CVE-5']],
    ["of a vendor's package", 'vendor-agent', { pypi, 'debian-12': known }, ['CVE-5']],
    ['of nobody', null, { pypi, 'debian-12': known }, ['CVE-5']],
  ])('%s', (_, ownedBy, shards, ids) => {
    const found = findings(inventory([owner, flask(ownedBy)]), shards);
    expect(found.map(({ id }) => id)).toEqual(ids);
    for (const { evidence } of found) expect(evidence.ownedBy).toBe(ownedBy ?? undefined);
  });

  it.each([
    ["the distro's own rpm", 'AlmaLinux', []],
    ["a vendor's rpm", 'Example Corp', ['CVE-5']],
    ['an rpm of nobody', null, ['CVE-5']],
  ])('of %s', (_, vendor, ids) => {
    const rpm = { ...pkg('rpm', 'python3-flask', '1.0-1.el9'), vendor };
    const of = inventory([rpm, flask('python3-flask')], { distro: distro('almalinux', '9') });
    expect(findings(of, { pypi, 'almalinux-9': [] }).map(({ id }) => id)).toEqual(ids);
  });

  it('gives packages in two places two findings with keys of their own', () => {
    const at = (path: string) => pkg('npm', 'lodash', '4.0.0', { locations: [{ path, layer: null }] });
    const found = findings(inventory([at('/a'), at('/b'), at('/b')]), {
      npm: [record('CVE-6', 'lodash', { ranges: [before('4.1.0')] })],
    });
    expect(found.map(({ key }) => key)).toEqual([
      'vulnerability:CVE-6:npm/lodash@4.0.0:/a',
      'vulnerability:CVE-6:npm/lodash@4.0.0:/b',
      'vulnerability:CVE-6:npm/lodash@4.0.0:/b#2',
    ]);
    expect(new Set(found.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    expect(found[0]?.evidence).toMatchObject({ path: '/a', layer: null, instruction: null });
  });
});

describe('ranges and fixes', () => {
  const open = { introduced: '4.0.0', fixed: null, lastAffected: null };
  it.each<[string, Partial<AdvisoryRecord>[], string, string[]]>([
    ['a fixed bound', [{ ranges: [before('4.17.19')] }], '4.17.15 < 4.17.19 (npm)', ['fixed', '4.17.19']],
    [
      'the range that holds the installed version, not the others',
      [
        {
          ranges: [
            before('3.0.5'),
            { introduced: '4.0.0', fixed: '4.17.19', lastAffected: null },
            { introduced: '5.0.0', fixed: '5.0.1', lastAffected: null },
          ],
        },
      ],
      '4.17.15 in [4.0.0, 4.17.19) (npm)',
      ['fixed', '4.17.19'],
    ],
    [
      'from 0',
      [{ ranges: [{ introduced: '0', fixed: '5.0.0', lastAffected: null }] }],
      '4.17.15 < 5.0.0 (npm)',
      ['fixed', '5.0.0'],
    ],
    [
      'several records, lowest first, each once',
      [{ ranges: [before('4.17.21')] }, { ranges: [before('4.17.19')] }, { ranges: [before('4.17.21')] }],
      '4.17.15 < 4.17.19 (npm)',
      ['fixed', '4.17.19', '4.17.21'],
    ],
    [
      'a record that names a fix decides before one that names none',
      [{ ranges: [open] }, { ranges: [before('4.17.21')] }],
      '4.17.15 < 4.17.21 (npm)',
      ['fixed', '4.17.21'],
    ],
    [
      'the last affected version',
      [{ ranges: [{ introduced: null, fixed: null, lastAffected: '4.17.15' }] }],
      '4.17.15 <= 4.17.15 (npm)',
      ['unknown'],
    ],
    ['no end', [{ ranges: [open] }], '4.17.15 >= 4.0.0 (npm)', ['not-fixed']],
    ['every version', [{ ranges: [before(null)] }], '4.17.15: every version (npm)', ['not-fixed']],
    ['a listed version', [{ versions: ['4.17.14', '4.17.15'] }], '= 4.17.15 (listed)', ['unknown']],
    [
      'a listed version beside ranges: the next fix',
      [
        {
          versions: ['4.17.15'],
          ranges: [before('4.0.0'), { introduced: '5.0.0', fixed: '5.1.0', lastAffected: null }],
        },
      ],
      '= 4.17.15 (listed)',
      ['fixed', '5.1.0'],
    ],
    [
      'will not fix',
      [{ ranges: [before(null)], status: 'will-not-fix' }],
      '4.17.15: every version (npm)',
      ['will-not-fix'],
    ],
    ['deferred', [{ ranges: [before(null)], status: 'deferred' }], '4.17.15: every version (npm)', ['deferred']],
    [
      'end of life',
      [{ ranges: [before(null)], status: 'end-of-life' }],
      '4.17.15: every version (npm)',
      ['end-of-life'],
    ],
    [
      'under investigation',
      [{ ranges: [before(null)], status: 'under-investigation' }],
      '4.17.15: every version (npm)',
      ['under-investigation'],
    ],
  ])('%s', (_, records, comparison, [state, ...versions]) => {
    const of = inventory([pkg('npm', 'lodash', '4.17.15')]);
    const { candidates } = match(of, {
      npm: records.map((more, index) => record(`GHSA-${9 - index}`, 'lodash', { aliases: ['CVE-1'], ...more })),
    });
    expect(candidates.map((candidate) => candidate.fix)).toEqual([{ state, versions, since: null }]);
    expect(candidates[0]?.comparison).toBe(comparison);
  });

  it.each<[string, Partial<AdvisoryRecord>]>([
    ['below', { ranges: [{ introduced: '5.0.0', fixed: null, lastAffected: null }] }],
    ['above', { ranges: [before('4.17.15')] }],
    ['not affected', { ranges: [before(null)], status: 'not-affected' }],
    ['said about nothing', {}],
  ])('no finding when the version is %s', (_, more) => {
    const result = match(inventory([pkg('npm', 'lodash', '4.17.15')]), { npm: [record('CVE-1', 'lodash', more)] });
    expect(result).toMatchObject({ candidates: [], incomplete: [] });
  });

  it('takes the earliest day on which one of the fixes was there', () => {
    const fixedSince = (day: string, fixed: string) => ({
      ranges: [before(fixed)],
      fixedSince: day,
      aliases: ['CVE-1'],
    });
    const { candidates } = match(inventory([pkg('npm', 'lodash', '4.0.0')]), {
      npm: [
        record('GHSA-1', 'lodash', fixedSince('2024-03-01', '4.1.0')),
        record('GHSA-2', 'lodash', fixedSince('2024-02-01', '4.1.0')),
        // fixed something that was not installed
        record('GHSA-3', 'lodash', fixedSince('2020-01-01', '3.0.0')),
      ],
    });
    expect(candidates[0]?.fix.since).toBe('2024-02-01');
  });

  it('knows a listed Python version however it is written', () => {
    const { candidates } = match(inventory([pkg('pypi', 'lib', '1.0')]), {
      pypi: [record('PYSEC-1', 'lib', { scheme: 'pypi', versions: ['1.0.0'] })],
    });
    expect(candidates).toHaveLength(1);
  });

  it('says so when the version in an advisory cannot be read', () => {
    const broken = { ranges: [before('4.x-broken!')] };
    const { candidates, incomplete } = match(inventory([pkg('npm', 'lodash', '4.0.0')]), {
      npm: [record('CVE-1', 'lodash', broken), record('CVE-2', 'lodash', { ...broken, scheme: 'maven' })],
    });
    expect(candidates).toEqual([]);
    expect(incomplete).toEqual([
      {
        code: 'not-comparable',
        message: 'npm package lodash 4.0.0 was not judged for CVE-1, CVE-2: a version in the advisory cannot be read',
        path: '/app/lodash',
        layer: 'sha256:base',
      },
    ]);
  });
});

it('calls a malicious package malware, as bad as it gets', () => {
  const [finding] = findings(inventory([pkg('npm', 'evil', '1.0.0')]), {
    npm: [record('MAL-2025-1', 'evil', { malicious: true, ranges: [before(null)] })],
  });
  expect(finding).toMatchObject({
    kind: 'malware',
    id: 'MAL-2025-1',
    severity: 'Critical',
    severitySource: 'osv',
    risk: { malware: true },
  });
});

describe('the order of the records', () => {
  it('changes nothing', () => {
    const id = fc.constantFrom('CVE-1', 'CVE-2', 'GHSA-1', 'GHSA-2', 'PYSEC-1', 'DSA-1');
    const some = fc.array(id, { maxLength: 2 });
    const version = fc.constantFrom(null, '1.0', '2.0', '3.0', 'no version!');
    const records = fc.array(
      fc.record({
        id,
        aliases: some,
        bulletins: fc.subarray(['DSA-1']),
        source: fc.constantFrom('osv', 'debian-tracker'),
        status: fc.constantFrom<AdvisoryRecord['status']>('affected', 'not-affected', 'deferred', 'will-not-fix'),
        ranges: fc.array(fc.record({ introduced: version, fixed: version, lastAffected: fc.constant(null) }), {
          maxLength: 2,
        }),
        fixedSince: fc.constantFrom(null, '2024-01-01', '2023-01-01'),
        labels: fc.constantFrom([], [{ source: 'debian', severity: 'Low' as const }]),
      }),
      { maxLength: 8 },
    );
    const of = inventory([pkg('deb', 'a', '1.5'), pkg('deb', 'b', '1.5', { source: { name: 'a', version: '2.5' } })]);
    const shuffled = records.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        const run = (list: typeof one) => {
          const shards = { 'debian-12': list.map((more) => record(more.id, 'a', { ...more, scheme: 'deb' })) };
          return { findings: findings(of, shards), incomplete: match(of, shards).incomplete };
        };
        const result = run(one);
        expect(run(other)).toEqual(result);
        expect(new Set(result.findings.map(({ key }) => key)).size).toBe(result.findings.length);
      }),
    );
  });
});

it('matches 500 packages against 30,000 records without comparing each with each', () => {
  const packages = Array.from({ length: 500 }, (_, index) => pkg('deb', `p${index}`, `1.${index}-1`));
  const records = packages.flatMap(({ name }) =>
    Array.from({ length: 60 }, (_, index) => tracker(`CVE-2024-${index}`, name, `1.${index}-1+deb12u${index}`)),
  );
  const of = inventory(packages, { distro: debian12 });
  match(of, { 'debian-12': records });
  const start = process.threadCpuUsage();
  const { candidates } = match(of, { 'debian-12': records });
  // of this process: others may have the cores
  const { user, system } = process.threadCpuUsage(start);
  const elapsed = (user + system) / 1000;
  expect(candidates.length).toBeGreaterThan(1_000);
  // it takes 50 ms on an idle machine; comparing everything with everything would take minutes
  expect(elapsed).toBeLessThan(2000);
});

it('judges Alpine packages by their origin', () => {
  const of = inventory([pkg('apk', 'libcrypto3', '3.1.4-r1', { source: { name: 'openssl', version: '3.1.4-r1' } })], {
    distro: distro('alpine', '3.19'),
  });
  const secfix = record('CVE-1', 'openssl', { source: 'alpine-secdb', scheme: 'apk', ranges: [before('3.1.4-r5')] });
  expect(match(of, { 'alpine-3.19': [secfix] }).candidates[0]?.comparison).toBe('3.1.4-r1 < 3.1.4-r5 (apk)');
});
