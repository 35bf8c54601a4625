import { describe, expect, it } from 'vitest';
import { planLookups } from './plan.ts';
import { distro, inventory, naming, pkg } from './testing.ts';

describe('planLookups', () => {
  it('asks for the distro, the ecosystems that are there, known exploited vulnerabilities and the end of support', () => {
    const source = { name: 'openssl', version: '3.0.11-1~deb12u2' };
    const plan = planLookups(
      inventory([
        pkg('deb', 'libssl3', '3.0.11-1~deb12u2+b1', { source }),
        pkg('deb', 'openssl', '3.0.11-1~deb12u2', { source }),
        pkg('deb', 'tzdata', '2024a-0+deb12u1'),
        pkg('pypi', 'Flask_Login', '0.6.0'),
      ]),
      naming,
    );
    expect(plan.shards).toEqual(['debian-12', 'eol', 'kev', 'pypi']);
    expect([...plan.names]).toEqual([
      ['debian-12', ['openssl', 'tzdata']],
      ['pypi', ['flask-login']],
    ]);
    expect(plan.lookups.map(({ name, version, via }) => [name, version, via])).toEqual([
      ['openssl', '3.0.11-1~deb12u2', 'source'],
      ['openssl', '3.0.11-1~deb12u2', 'source'],
      ['tzdata', '2024a-0+deb12u1', 'package'],
      ['flask-login', '0.6.0', 'package'],
    ]);
    expect(plan).toMatchObject({ distroShard: 'debian-12', noFeedDistro: null, incomplete: [] });
  });

  it('asks for no distro where there is none', () => {
    const plan = planLookups(inventory([pkg('npm', 'a', '1.0.0')], { distro: null }), naming);
    expect(plan.shards).toEqual(['kev', 'npm']);
    expect(plan).toMatchObject({ distroShard: null, noFeedDistro: null, incomplete: [] });
  });

  it('needs nothing for an image that holds nothing', () => {
    expect(planLookups(inventory([], { distro: null }), naming)).toMatchObject({ shards: [], incomplete: [] });
  });

  it('looks rpm packages up by their own name', () => {
    const source = { name: 'glibc', version: '2.34-1' };
    const of = inventory([pkg('rpm', 'glibc-common', '2.34-1', { source })], { distro: distro('almalinux', '9') });
    const plan = planLookups(of, naming);
    expect(plan.shards).toContain('almalinux-9');
    expect(plan.lookups).toMatchObject([{ name: 'glibc-common', version: '2.34-1', scheme: 'rpm', via: 'package' }]);
    expect(plan.incomplete).toEqual([]);
  });

  describe('what cannot be judged is never silently clean', () => {
    it.each([
      ['a derivative', distro('kali', '2024.1')],
      ['a release that nobody names', distro('debian', null)],
      ['a distro nobody knows', distro('buildroot', '1')],
    ])('%s has no feed', (_, unknown) => {
      const plan = planLookups(inventory([pkg('deb', 'bash', '5')], { distro: unknown }), naming);
      expect(plan.noFeedDistro).toEqual(unknown);
      expect(plan.lookups).toEqual([]);
    });

    it('distro packages without a distro', () => {
      const of = inventory([pkg('deb', 'bash', '5')], { distro: null });
      expect(planLookups(of, naming).incomplete).toMatchObject([{ code: 'distro-unknown' }]);
      const said = { ...of, incomplete: [{ code: 'distro-unknown', message: 'no os-release' } as const] };
      expect(planLookups(said, naming).incomplete).toEqual([]);
    });

    it('package types without feed or comparator, once per type; versions that are none, once per package', () => {
      const ahead: typeof naming = {
        ...naming,
        ecosystemShard: (type) =>
          type === 'cobol' ? { shard: 'cobol', scheme: 'not yet known' } : naming.ecosystemShard(type),
      };
      const plan = planLookups(
        inventory([
          pkg('conda', 'numpy', '1'),
          pkg('conda', 'scipy', '1'),
          pkg('deb', 'broken', 'not a version'),
          pkg('generic', 'busybox', '1'),
          pkg('cobol', 'ledger', '1.0'),
          pkg('npm', 'empty', ''),
        ]),
        ahead,
      );
      expect(plan.lookups).toEqual([]);
      expect(plan.incomplete.map(({ code, message, path }) => [code, message, path])).toEqual([
        ['no-feed', '1 generic package was not judged: no feed speaks about this type', undefined],
        ['no-feed', '2 conda packages were not judged: no feed speaks about this type', undefined],
        ['not-comparable', '1 cobol package was not judged: versions of this type cannot be compared yet', undefined],
        ['version-unparsed', expect.stringContaining('"" of npm package empty'), '/app/empty'],
        ['version-unparsed', expect.stringContaining('deb package broken'), '/var/lib/dpkg/status'],
      ]);
    });

    it('a .deb in an Alpine image', () => {
      const plan = planLookups(inventory([pkg('deb', 'bash', '5')], { distro: distro('alpine', '3.19') }), naming);
      expect(plan.lookups).toEqual([]);
      expect(plan.incomplete).toMatchObject([{ code: 'no-feed' }]);
    });
  });
});
