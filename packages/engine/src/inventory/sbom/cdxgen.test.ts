import { describe, expect, test } from 'vitest';
import { SbomDocument } from './sbom-document.ts';

/** As cdxgen 12.8.4 writes it: sources are no properties, but components of their own. */
function read(components: readonly object[]) {
  const document = new SbomDocument('the SBOM');
  const tools = { components: [{ name: 'trivy' }, { group: '@cyclonedx', name: 'cdxgen', version: '12.8.4' }] };
  document.push(
    Buffer.from(JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.7', metadata: { tools }, components })),
  );
  const { packages, incomplete, distro } = document.end().inventory;
  const rows = packages.map(({ name, version, source }) => `${name} ${version} < ${source?.name} ${source?.version}`);
  return { rows, incomplete, distro };
}

const property = (name: string, value: string) => ({ name: `aquasecurity:trivy:${name}`, value });

function deb(name: string, version: string, more: object = {}) {
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=amd64&distro=debian-12&distro_name=bookworm`;
  const properties = [property('PkgID', `${name}@${version}`), property('PkgType', 'debian')];
  return { type: 'library', name, version, purl, supplier: { name: `${name.slice(0, 3)} team` }, properties, ...more };
}

const builds = (...names: readonly string[]) => ({
  tags: ['source'],
  evidence: {
    identity: [{ field: 'purl', confidence: 0, methods: names.map((value) => ({ technique: 'filename', value })) }],
  },
});

describe('cdxgen', () => {
  test('source packages are no packages of the image, and say what the others were built from', () => {
    const found = read([
      deb('libc6', '2.36-9'),
      deb('libc-bin', '2.36-9'),
      deb('glibc', '2.36-9', { ...builds('libc6', 'libc-bin'), properties: [] }),
      deb('bash', '5.2.15-2+b13'),
      deb('bsdutils', '1:2.38.1-5'),
      deb('util-linux', '2.38.1-5', builds('bsdutils')),
    ]);
    expect(found.rows).toEqual([
      'bash 5.2.15-2+b13 < bash 5.2.15-2',
      'bsdutils 1:2.38.1-5 < util-linux 2.38.1-5',
      'libc-bin 2.36-9 < glibc 2.36-9',
      'libc6 2.36-9 < glibc 2.36-9',
      'util-linux 2.38.1-5 < util-linux 2.38.1-5',
    ]);
    expect(found.incomplete).toEqual([]);
    expect(found.distro).toMatchObject({ id: 'debian', version: '12' });
  });

  const merged = { evidence: { identity: [] } };
  const maker = { supplier: { name: 'APT Development Team' } };

  test('of a source that lost the names of what it built, version and maintainer tell', () => {
    const { rows, incomplete } = read([
      deb('apt', '2.6.1', { ...merged, ...maker }),
      deb('libapt-pkg6.0', '2.6.1', maker),
      deb('other', '2.6.1'),
    ]);
    expect(rows).toEqual(['apt 2.6.1 < apt 2.6.1', 'libapt-pkg6.0 2.6.1 < apt 2.6.1', 'other 2.6.1 < other 2.6.1']);
    expect(incomplete).toEqual([]);
  });

  test.each([
    ['nobody has them', [deb('libapt-pkg6.0', '2.6.1')]],
    ['two sources have them', [deb('aptitude', '2.6.1', { ...merged, ...maker }), deb('libapt', '2.6.1', maker)]],
  ])('where %s it is said', (_, others) => {
    const { incomplete } = read([deb('apt', '2.6.1', { ...merged, ...maker }), ...others]);
    expect(incomplete).toMatchObject([{ code: 'sbom-source-unknown' }]);
    expect(incomplete[0]!.message).toContain('from the source of apt');
  });

  test('the origin of Alpine packages', () => {
    const apk = (name: string, origin: string, more: object = {}) => ({
      type: 'library',
      name,
      version: '1.35.0-r17',
      purl: `pkg:apk/alpine/${name}@1.35.0-r17?arch=x86_64&distro=alpine-3.16.9&distro_name=alpine-3.16`,
      properties: [property('PackageOrigin', origin), property('PackageSource', '5004')],
      ...more,
    });
    const { rows, incomplete } = read([apk('busybox', 'busybox', merged), apk('ssl_client', 'busybox')]);
    expect(rows).toEqual(['busybox 1.35.0-r17 < busybox 1.35.0-r17', 'ssl_client 1.35.0-r17 < busybox 1.35.0-r17']);
    expect(incomplete).toEqual([]);
  });

  test('files, repositories and keys are no packages', () => {
    const { rows, incomplete } = read([
      deb('bash', '5.2.15-2'),
      { type: 'file', name: 'fstab', purl: 'pkg:generic/fstab?path=%2Fetc%2Ffstab' },
      { type: 'data', name: 'mirror.example.org', version: 'bookworm', purl: 'pkg:generic/os-repository/x@bookworm' },
      { type: 'library', name: 'gpg-pubkey', version: 'd4-5b', purl: 'pkg:rpm/rhel/gpg-pubkey@d4-5b?arch=None' },
    ]);
    expect(rows).toEqual(['bash 5.2.15-2 < bash 5.2.15-2']);
    expect(incomplete).toEqual([]);
  });

  test('twenty thousand that all lost their names', () => {
    const drafts = Array.from({ length: 100_000 }, (_, at) =>
      deb(`p${at}`, '1', at % 2 ? { ...merged, ...maker } : maker),
    );
    const started = process.threadCpuUsage();
    expect(read(drafts).incomplete).toMatchObject([{ code: 'sbom-source-unknown' }]);
    expect(process.threadCpuUsage(started).user).toBeLessThan(30_000_000);
  });
});
