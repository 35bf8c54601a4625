import { describe, expect, test } from 'vitest';
import { codes, component, cyclonedx, read } from './testing/documents.ts';

describe('a distro', () => {
  const os = (name: string, version: string) => ({ type: 'operating-system', name, version });
  test.each([
    ['debian', '12.5', 'debian', '12'],
    ['Debian', '8', 'debian', '8'],
    ['redhat', '8.9', 'rhel', '8.9'],
    ['amazon', '2023.3.20240312 (Amazon Linux)', 'amzn', '2023'],
    ['amazon', '2018.03', 'amzn', '2018.03'],
    ['alma', '9.3', 'almalinux', '9.3'],
    ['alpine', '3.18.4', 'alpine', '3.18.4'],
    ['ubuntu', '22.04', 'ubuntu', '22.04'],
  ])('%s %s', (name, version, id, release) => {
    expect(read(cyclonedx({ components: [os(name, version)] })).distro).toMatchObject({ id, version: release });
  });

  test.each([
    ['pkg:deb/debian/a@1?distro=debian-12', 'debian', '12', null],
    ['pkg:deb/debian/a@1?distro=debian-12.5', 'debian', '12', null],
    ['pkg:deb/debian/a@1?distro=jessie', 'debian', null, 'jessie'],
    ['pkg:deb/debian/a@1?os_distro=bookworm&os_name=debian&os_version=12', 'debian', '12', null],
    ['pkg:deb/debian/a@1?os_name=debian&os_version=bullseye', 'debian', null, 'bullseye'],
    ['pkg:deb/ubuntu/a@1?os_distro=jammy&os_name=ubuntu&os_version=22.04', 'ubuntu', '22.04', null],
    ['pkg:apk/alpine/a@1?os_name=alpine&os_version=3.18', 'alpine', '3.18', null],
    ['pkg:deb/debian/a@1?os_distro=jessie', 'debian', null, 'jessie'],
    ['pkg:deb/debian/a@1?distro=debian-trixie', 'debian', null, 'trixie'],
    ['pkg:rpm/opensuse/a@1?distro=opensuse-leap-15.3', 'opensuse-leap', '15.3', null],
    ['pkg:rpm/redhat/a@1?distro=redhat-9.1', 'rhel', '9.1', null],
    ['pkg:alpm/arch/a@1?distro=arch', 'arch', null, null],
    ['pkg:apk/alpine/a@1?distro=3.19.1', 'alpine', '3.19.1', null],
    ['pkg:apk/alpine/a@1?distro=3.24.0_alpha20260127', 'alpine', '3.24.0_alpha20260127', null],
    ['pkg:rpm/redhat/a@1?distro=rhel-9.4%2Beus', 'rhel', '9.4', null],
    ['pkg:rpm/redhat/a@1?repository_id=rhel-9-for-x86_64-baseos-rpms', 'rhel', '9', null],
    ['pkg:rpm/redhat/a@1?repository_id=ubi-8-for-x86_64-appstream-rpms', 'rhel', '8', null],
    ['pkg:apk/wolfi/a@1?arch=x86_64', 'wolfi', null, null],
  ])('of %s', (purl, id, version, codename) => {
    const found = read(cyclonedx({ components: [component(`${purl}&upstream=x`)] }));
    expect(found.distro).toMatchObject({ id, version, codename });
    expect(found.incomplete).toEqual([]);
  });

  test('of which the component says no release, or that it is none', () => {
    const components = [
      component('pkg:deb/debian/a@1?upstream=a&distro=debian-12'),
      { type: 'operating-system', name: 'debian' },
    ];
    expect(read(cyclonedx({ components })).distro).toMatchObject({ id: 'debian', version: '12' });
    const none = read(cyclonedx({ components: [components[0], os('none', ''), os('unknown', '3.0')] }));
    expect([none.distro?.id, codes(none)]).toEqual(['debian', []]);
    const twice = read(cyclonedx({ components: [components[0], os('debian', '12.5'), os('debian', '12.5')] }));
    expect([twice.distro?.version, codes(twice)]).toEqual(['12', []]);
  });

  test('that nobody names, and several that contradict', () => {
    const purl = (name: string, distro: string) => component(`pkg:deb/${name}/a@1?${distro}upstream=a`);
    expect(codes(read(cyclonedx({ components: [purl('debian', '')] })))).toEqual([
      'distro-unknown: the SBOM has packages of a distro, but does not say which release it is: they were not judged',
    ]);
    const several = [purl('debian', 'distro=debian-12&'), purl('ubuntu', 'distro=ubuntu-22.04&')];
    expect(codes(read(cyclonedx({ components: several })))).toEqual([
      'distro-unknown: the SBOM has packages of several distros (debian 12, ubuntu 22.04): none of their packages was judged',
    ]);
    expect(codes(read(cyclonedx({ components: [...several, os('debian', '12')] })))).toEqual([
      'distro-unknown: the SBOM has packages of several distros (debian 12, ubuntu 22.04): all were judged as debian 12',
    ]);
  });
});
