import { describe, expect, it } from 'vitest';
import type { AdvisoryRecord } from '../advisories/types.ts';
import type { Package } from '../inventory/types.ts';
import { before, distro, findings, inventory, match, pkg, record } from './testing.ts';

/** Rules of docs/matching.md, "rpm". */

function rpm(name: string, version: string, more: Partial<Package> = {}): Package {
  return pkg('rpm', name, version, { arch: 'x86_64', vendor: 'AlmaLinux', ...more });
}

function fixed(name: string, version: string | null, more: Partial<AdvisoryRecord> = {}): AdvisoryRecord {
  return record('CVE-1', name, { scheme: 'rpm', ranges: [before(version)], ...more });
}

const alma = { distro: distro('almalinux', '9') };

function matched(packages: readonly Package[], records: readonly AdvisoryRecord[]): string[] {
  const { candidates } = match(inventory(packages, alma), { 'almalinux-9': records });
  return candidates.map(({ lookup, id }) => `${lookup.package.name} ${id}`);
}

const fromOpenssl = (version: string) => ({ source: { name: 'openssl', version } });

describe('binary and source packages', () => {
  const libs = rpm('openssl-libs', '1:3.0.1-1.el9', fromOpenssl('3.0.1-1.el9'));

  it('what is said of a source is about every binary built of it, and about no other of that name', () => {
    const other = rpm('openssl', '1:3.0.1-1.el9', { source: { name: 'openssl3', version: '3.0.1-1.el9' } });
    expect(matched([libs, other], [fixed('src:openssl', '1:3.0.1-2.el9')])).toEqual(['openssl-libs CVE-1']);
  });

  it('what is said of a binary is about that binary alone', () => {
    const tools = rpm('openssl', '1:3.0.1-1.el9', fromOpenssl('3.0.1-1.el9'));
    expect(matched([libs, tools], [fixed('openssl', '1:3.0.1-2.el9')])).toEqual(['openssl CVE-1']);
  });

  it('what is said of the binary stands before what is said of its source', () => {
    const spared = fixed('openssl-libs', null, { status: 'not-affected', ranges: [] });
    expect(matched([libs], [fixed('src:openssl', null), spared])).toEqual([]);
    expect(matched([libs], [fixed('openssl-libs', '1:3.0.1-2.el9'), fixed('src:openssl', '1:3.0.1-1.el9')])).toEqual([
      'openssl-libs CVE-1',
    ]);
  });

  it('evidence names what was compared', () => {
    const [finding] = findings(inventory([libs], alma), { 'almalinux-9': [fixed('src:openssl', '1:3.0.1-2.el9')] });
    expect(finding?.evidence.matchedPackage).toEqual({ name: 'openssl', version: '1:3.0.1-1.el9', via: 'source' });
    expect(finding?.evidence.comparison).toBe('1:3.0.1-1.el9 < 1:3.0.1-2.el9 (rpm)');
  });
});

describe('epochs', () => {
  it('a missing one is 0', () => {
    expect(matched([rpm('a', '1.0-1.el9')], [fixed('a', '0:1.0-2.el9')])).toEqual(['a CVE-1']);
    expect(matched([rpm('a', '0:1.0-2.el9')], [fixed('a', '1.0-2.el9')])).toEqual([]);
    expect(matched([rpm('a', '9.0-1.el9')], [fixed('a', '1:1.0-1.el9')])).toEqual(['a CVE-1']);
  });

  it('a source has that of the binary which shares its version', () => {
    const bind = rpm('bind-libs', '32:9.16.23-1.el9', { source: { name: 'bind', version: '9.16.23-1.el9' } });
    expect(matched([bind], [fixed('src:bind', '32:9.16.23-2.el9')])).toEqual(['bind-libs CVE-1']);
    expect(matched([bind], [fixed('src:bind', '33:9.0-1.el9')])).toEqual(['bind-libs CVE-1']);
  });

  it('a binary with a version of its own does not tell the source’s epoch: it is left out on both sides', () => {
    const errno = rpm('perl-Errno', '1.30-480.el9', { source: { name: 'perl', version: '5.32.1-480.el9' } });
    expect(matched([errno], [fixed('src:perl', '4:5.32.1-480.el9')])).toEqual([]);
    expect(matched([errno], [fixed('src:perl', '4:5.32.1-481.el9')])).toEqual(['perl-Errno CVE-1']);
  });
});

describe('module streams', () => {
  const label = 'nodejs:16:8070020230101:bd1311ed';
  const version = '1:16.18.1-1.module+el8.7.0+1+a';
  const node16 = rpm('nodejs', version, { modularity: label });

  it.each<[string, string | undefined, Partial<Package>, string[]]>([
    ['the same stream', 'nodejs:16', { modularity: label }, ['nodejs CVE-1']],
    ['another stream', 'nodejs:18', { modularity: label }, []],
    ['outside modules, for a modular package', undefined, { modularity: label }, []],
    ['inside a module, for a package of none', 'nodejs:16', { modularity: null, version: '1:16.18.1-1.el8' }, []],
    [
      'outside modules, for a package of none',
      undefined,
      { modularity: null, version: '1:16.18.1-1.el8' },
      ['nodejs CVE-1'],
    ],
  ])('a statement about %s', (_, module, more, expected) => {
    const statement = fixed('nodejs', '1:18.0.0-1', module === undefined ? {} : { module });
    expect(matched([{ ...node16, ...more }], [statement])).toEqual(expected);
  });

  it.each<[string, AdvisoryRecord, Partial<Package>]>([
    ['of the advisory', fixed('nodejs', '1:18.0.0-1', { module: '*' }), {}],
    ['of the package', fixed('nodejs', '1:18.0.0-1', { module: 'nodejs:18' }), { modularity: null }],
  ])('a stream that is not known (%s) is said to be so', (_, statement, more) => {
    const { candidates, incomplete } = match(inventory([{ ...node16, ...more }], alma), { 'almalinux-9': [statement] });
    expect(candidates).toEqual([]);
    expect(incomplete).toMatchObject([{ code: 'not-comparable', message: expect.stringContaining('module stream') }]);
  });

  it('what is older than no fix of any stream needs no stream', () => {
    expect(
      match(inventory([node16], alma), { 'almalinux-9': [fixed('nodejs', version, { module: '*' })] }),
    ).toMatchObject({
      candidates: [],
      incomplete: [],
    });
  });
});

it('builds for patching while they run, and validated ones, are held against their own kind', () => {
  const ksplice = rpm('glibc', '2:2.28-200.0.1.ksplice1.el8');
  const statements = [
    fixed('glibc', '2:2.28-236.0.1.ksplice1.el8', { module: 'ksplice:oracle' }),
    { ...fixed('glibc', '2.28-236.el8'), id: 'CVE-2' },
  ];
  expect(matched([ksplice], statements)).toEqual(['glibc CVE-1']);
  expect(matched([rpm('glibc', '2.28-200.el8')], statements)).toEqual(['glibc CVE-2']);
});

describe('architecture', () => {
  const statement = fixed('shim', '15.8-1.el9', { arches: ['aarch64', 'x86_64'] });

  it.each([
    ['x86_64', ['shim CVE-1']],
    ['s390x', []],
    [null, ['shim CVE-1']],
  ])('a statement about aarch64 and x86_64 counts for %s: %j', (arch, expected) => {
    expect(matched([rpm('shim', '15.6-1.el9', { arch })], [statement])).toEqual(expected);
  });
});

describe('minor releases', () => {
  // CVE-2023-38545, curl in RHEL 9: RHSA-2023:5763 and RHSA-2023:6745
  const fixes = [fixed('curl', '7.76.1-23.el9_2.4'), fixed('curl', '7.76.1-26.el9_3.2')];

  it.each([
    ['7.76.1-23.el9_2.3', true],
    ['7.76.1-23.el9_2.4', false],
    ['7.76.1-26.el9_3.1', true],
    ['7.76.1-26.el9_3.2', false],
    ['7.76.1-26.el9', true],
    ['7.76.1-29.el9', false],
  ])('the fix of its own minor release is enough: %s is affected: %s', (version, affected) => {
    expect(matched([rpm('curl', version)], fixes)).toEqual(affected ? ['curl CVE-1'] : []);
  });

  it('of several in one minor release the last counts', () => {
    const again = [...fixes, fixed('curl', '7.76.1-23.el9_2.9')];
    expect(matched([rpm('curl', '7.76.1-23.el9_2.4')], again)).toEqual(['curl CVE-1']);
  });
});

describe('other vendors', () => {
  it('EPEL’s build is not judged by the distro’s feed, and that is said', () => {
    const epel = rpm('nginx', '1.0-1.el9', { vendor: 'Fedora Project' });
    const { plan, candidates } = match(inventory([epel], alma), { 'almalinux-9': [fixed('nginx', '2.0-1.el9')] });
    expect(candidates).toEqual([]);
    expect(plan.incomplete).toEqual([
      {
        code: 'no-feed',
        message: '1 rpm package of "Fedora Project" not judged: the distro\'s feed speaks about its own packages',
      },
    ]);
  });

  it.each([undefined, null])('a package that does not say who built it (%s) is judged', (vendor) => {
    const { vendor: _, ...rest } = rpm('nginx', '1.0-1.el9');
    const package_ = vendor === undefined ? rest : { ...rest, vendor };
    expect(matched([package_], [fixed('nginx', '2.0-1.el9')])).toEqual(['nginx CVE-1']);
  });
});

it('a bulletin that fixes two vulnerabilities is two findings, each naming it', () => {
  const records = ['CVE-1', 'CVE-2'].map((id) => ({ ...fixed('a', '2-1'), id, bulletins: ['ALSA-2024:1'] }));
  const found = findings(inventory([rpm('a', '1-1')], alma), { 'almalinux-9': records });
  expect(found.map(({ id, advisories }) => [id, advisories])).toEqual([
    ['CVE-1', ['ALSA-2024:1']],
    ['CVE-2', ['ALSA-2024:1']],
  ]);
});

it.each(['will-not-fix', 'deferred', 'end-of-life', 'under-investigation'] as const)(
  '%s is the fix’s state',
  (status) => {
    const [finding] = findings(inventory([rpm('a', '1-1')], alma), { 'almalinux-9': [fixed('a', null, { status })] });
    expect(finding?.fix).toEqual({ state: status, versions: [], since: null });
  },
);
