import { describe, expect, test } from 'vitest';
import { takeInventory } from '../take-inventory.ts';
import { type FakeLayer, fakeImage } from '../testing/fake-image.ts';
import { parseOsRelease } from './os-release.ts';

describe('parseOsRelease', () => {
  test.each([
    ['ID=debian', 'debian'],
    ['ID="debian"', 'debian'],
    ["ID='debian'", 'debian'],
    ['ID="a \\"b\\" \\$c \\x"', 'a "b" $c \\x'],
    ["ID='a\\b'", 'a\\b'],
    ['ID=a\\ b', 'a b'],
    ['ID=a b', 'a'],
    ['ID=', ''],
    ['ID="de"bian', 'debian'],
    ['  ID=debian\r', 'debian'],
    ['ID=x\nID=debian', 'debian'],
    ['\ufeffID=debian', 'debian'],
    ['# ID=debian', undefined],
    ['ID="debian', undefined],
    ['ID', undefined],
    ['export ID=debian', undefined],
    [`ID=${'x'.repeat(1_000_000)}`, undefined],
  ])('%j', (text, id) => {
    expect(parseOsRelease(text).get('ID')).toBe(id);
  });
});

const debian = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n';

/** os-release files as the distros write them, cut down to the fields that are read. */
describe('each distro, by its own os-release', () => {
  const distros: readonly (readonly [string, string, readonly (string | null)[]])[] = [
    [
      'RHEL',
      'ID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.3"\nPRETTY_NAME="Red Hat Enterprise Linux 9.3 (Plow)"\n',
      ['rhel', '9.3', null],
    ],
    ['CentOS', 'ID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="7"\n', ['centos', '7', null]],
    ['CentOS Stream', 'NAME="CentOS Stream"\nID="centos"\nVERSION_ID="9"\n', ['centos', '9', null]],
    ['Fedora', 'ID=fedora\nVERSION_ID=40\nVERSION_CODENAME=""\n', ['fedora', '40', null]],
    ['AlmaLinux', 'ID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.3"\n', ['almalinux', '9.3', null]],
    ['Rocky', 'ID="rocky"\nVERSION_ID="8.9"\n', ['rocky', '8.9', null]],
    ['Oracle', 'ID="ol"\nID_LIKE="fedora"\nVERSION_ID="8.9"\n', ['ol', '8.9', null]],
    ['Amazon 1', 'ID="amzn"\nID_LIKE="rhel fedora"\nVERSION_ID="2018.03"\n', ['amzn', '2018.03', null]],
    ['Amazon 2', 'ID="amzn"\nVERSION_ID="2"\n', ['amzn', '2', null]],
    ['Amazon 2023', 'ID="amzn"\nVERSION_ID="2023"\n', ['amzn', '2023', null]],
    ['SLES', 'ID="sles"\nID_LIKE="suse"\nVERSION_ID="15.5"\n', ['sles', '15.5', null]],
    ['Leap', 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.6"\n', ['opensuse-leap', '15.6', null]],
    ['Tumbleweed', 'ID="opensuse-tumbleweed"\nVERSION_ID="20240501"\n', ['opensuse-tumbleweed', '20240501', null]],
    ['Photon', 'ID=photon\nVERSION_ID=5.0\n', ['photon', '5.0', null]],
    ['Mariner', 'ID=mariner\nVERSION_ID="2.0"\n', ['mariner', '2.0', null]],
    ['Azure Linux', 'ID=azurelinux\nVERSION_ID="3.0"\n', ['azurelinux', '3.0', null]],
    ['Debian', 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n', ['debian', '12', 'bookworm']],
    [
      'Debian testing',
      'ID=debian\nPRETTY_NAME="Debian GNU/Linux forky/sid"\nVERSION_CODENAME=forky\n',
      ['debian', null, 'forky'],
    ],
    ['Debian testing of before', 'ID=debian\nPRETTY_NAME="Debian GNU/Linux buster/sid"\n', ['debian', null, 'buster']],
    ['Ubuntu', 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy\n', ['ubuntu', '22.04', 'jammy']],
    ['Ubuntu of before', 'ID=ubuntu\nVERSION_ID="16.04"\nUBUNTU_CODENAME=xenial\n', ['ubuntu', '16.04', 'xenial']],
    ['Alpine', 'ID=alpine\nVERSION_ID=3.19.1\n', ['alpine', '3.19.1', null]],
    [
      'Alpine edge',
      'ID=alpine\nVERSION_ID=3.21.0_alpha20240807\nPRETTY_NAME="Alpine Linux edge"\n',
      ['alpine', '3.21.0_alpha20240807', null],
    ],
    ['Wolfi', 'ID=wolfi\nVERSION_ID="20230201"\n', ['wolfi', '20230201', null]],
    ['Chainguard', 'ID=chainguard\nVERSION_ID="20230214"\n', ['chainguard', '20230214', null]],
    ['Arch', 'ID=arch\nBUILD_ID=rolling\nPRETTY_NAME="Arch Linux"\n', ['arch', null, null]],
    ['Gentoo', 'ID=gentoo\nVERSION_ID="2.17"\n', ['gentoo', '2.17', null]],
    ['OpenWrt', 'ID="openwrt"\nID_LIKE="lede openwrt"\nVERSION_ID="23.05.3"\n', ['openwrt', '23.05.3', null]],
    // derivatives are themselves, with names of their own alone
    [
      'Kali',
      'ID=kali\nID_LIKE=debian\nVERSION_ID="2024.1"\nVERSION_CODENAME=kali-rolling\n',
      ['kali', '2024.1', 'kali-rolling'],
    ],
    [
      'Raspbian',
      'ID=raspbian\nID_LIKE=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
      ['raspbian', '12', 'bookworm'],
    ],
    [
      'Mint',
      'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="21.3"\nVERSION_CODENAME=virginia\nUBUNTU_CODENAME=jammy\n',
      ['linuxmint', '21.3', 'virginia'],
    ],
    ['Pop', 'ID=pop\nID_LIKE="ubuntu debian"\nVERSION_ID="22.04"\nUBUNTU_CODENAME=jammy\n', ['pop', '22.04', null]],
  ];
  test.each(distros)('%s', async (_, text, want) => {
    const { distro } = await takeInventory(fakeImage([{ 'usr/lib/os-release': text }]));
    expect(distro && [distro.id, distro.version, distro.codename]).toEqual(want);
  });
});

describe('each distro without os-release', () => {
  const files: readonly (readonly [string, FakeLayer, readonly (string | null)[] | null])[] = [
    [
      'CentOS 6',
      { 'etc/centos-release': 'CentOS release 6.10 (Final)\n', 'etc/redhat-release': { link: 'centos-release' } },
      ['centos', '6.10', null],
    ],
    ['CentOS 5', { 'etc/redhat-release': 'CentOS release 5.11 (Final)\n' }, ['centos', '5.11', null]],
    ['CentOS 7', { 'etc/centos-release': 'CentOS Linux release 7.9.2009 (Core)\n' }, ['centos', '7.9.2009', null]],
    ['CentOS Stream', { 'etc/redhat-release': 'CentOS Stream release 8\n' }, ['centos', '8', null]],
    [
      'RHEL 6',
      { 'etc/redhat-release': 'Red Hat Enterprise Linux Server release 6.10 (Santiago)\n' },
      ['rhel', '6.10', null],
    ],
    [
      'Oracle 6',
      {
        'etc/oracle-release': 'Oracle Linux Server release 6.10\n',
        'etc/redhat-release': 'Red Hat Enterprise Linux Server release 6.10 (Santiago)\n',
      },
      ['ol', '6.10', null],
    ],
    ['Fedora', { 'etc/fedora-release': 'Fedora release 40 (Forty)\n' }, ['fedora', '40', null]],
    ['Amazon 1', { 'etc/system-release': 'Amazon Linux AMI release 2018.03\n' }, ['amzn', '2018.03', null]],
    ['Amazon 2', { 'etc/system-release': 'Amazon Linux release 2 (Karoo)\n' }, ['amzn', '2', null]],
    ['Scientific', { 'etc/redhat-release': 'Scientific Linux release 6.10 (Carbon)\n' }, ['scientific', '6.10', null]],
    [
      'SLES 11',
      { 'etc/SuSE-release': 'SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n' },
      ['sles', '11.4', null],
    ],
    [
      'openSUSE',
      { 'etc/SuSE-release': 'openSUSE 13.2 (x86_64)\nVERSION = 13.2\nCODENAME = Harlequin\n' },
      ['opensuse', '13.2', null],
    ],
    [
      'OpenWrt',
      { 'etc/openwrt_release': "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='15.05'\n" },
      ['openwrt', '15.05', null],
    ],
    ['a release file of nobody', { 'etc/redhat-release': 'Some Linux release 1\n' }, null],
  ];
  test.each(files)('%s', async (_, layer, want) => {
    const { distro } = await takeInventory(fakeImage([layer]));
    expect(distro && [distro.id, distro.version, distro.codename]).toEqual(want);
  });
});

describe('Debian’s testing and unstable', () => {
  const forky = { 'etc/os-release': 'ID=debian\nPRETTY_NAME="Debian GNU/Linux forky/sid"\nVERSION_CODENAME=forky\n' };
  const [list, sources] = ['etc/apt/sources.list', 'etc/apt/sources.list.d/debian.sources'];
  test.each<[string, FakeLayer, string]>([
    ['no sources', {}, 'forky'],
    ['sid', { [list]: '# x\ndeb http://deb.debian.org/debian sid main\ndeb-src http://x forky main\n' }, 'sid'],
    ['with options', { [list]: 'deb [arch=amd64 trusted=yes] http://deb.debian.org/debian unstable main\n' }, 'sid'],
    [
      'the newer form',
      { [sources]: 'Types: deb\nURIs: http://deb.debian.org/debian\nSuites: sid experimental\n' },
      'sid',
    ],
    ['testing', { [sources]: 'Types: deb\nSuites: testing testing-updates\n' }, 'forky'],
    ['both', { [list]: 'deb http://x sid main\n', [sources]: 'Suites: forky\n' }, 'forky'],
    ['an option that is not closed', { [list]: 'deb [arch=amd64 http://x sid main\n' }, 'forky'],
  ])('%s', async (_, layer, codename) => {
    expect((await takeInventory(fakeImage([{ ...forky, ...layer }]))).distro).toMatchObject({
      version: null,
      codename,
    });
  });

  test('a release stays what it says', async () => {
    const layer = { 'etc/os-release': debian, [list]: 'deb http://x sid main\n' };
    expect((await takeInventory(fakeImage([layer]))).distro).toMatchObject({ version: '12', codename: 'bookworm' });
  });
});

describe('the distro of an image', () => {
  const plain: readonly (readonly [string, FakeLayer, readonly (string | null)[] | null])[] = [
    ['os-release', { 'etc/os-release': debian }, ['debian', '12', 'bookworm']],
    ['the other place', { 'usr/lib/os-release': debian }, ['debian', '12', 'bookworm']],
    [
      'a link',
      { 'etc/os-release': { link: '../usr/lib/os-release' }, 'usr/lib/os-release': debian },
      ['debian', '12', 'bookworm'],
    ],
    [
      'a link to what nobody reads',
      { 'etc/os-release': { link: '/opt/r' }, 'opt/r': debian },
      ['debian', '12', 'bookworm'],
    ],
    ['a hard link', { 'opt/r': debian, 'etc/os-release': { hardLink: 'opt/r' } }, ['debian', '12', 'bookworm']],
    ['etc before usr', { 'usr/lib/os-release': debian, 'etc/os-release': 'ID=kali\n' }, ['kali', null, null]],
    ['no version', { 'etc/os-release': 'ID=arch\n' }, ['arch', null, null]],
    ['Alpine by its own file', { 'etc/alpine-release': '3.12.1\n' }, ['alpine', '3.12.1', null]],
    ['Debian by its own file', { 'etc/debian_version': '12.5\n' }, ['debian', '12', null]],
    ['Debian testing', { 'etc/debian_version': 'trixie/sid\n' }, ['debian', null, 'trixie']],
    [
      'Devuan by its own file',
      { 'etc/devuan_version': 'daedalus\n', 'etc/debian_version': '12.5\n' },
      ['devuan', null, 'daedalus'],
    ],
    [
      'a derivative with the version of Debian',
      {
        'etc/debian_version': '12.5\n',
        'etc/dpkg/origins/debian': 'Vendor: Debian\n',
        'etc/dpkg/origins/kali': 'Vendor: Kali\nParent: Debian\n',
        'etc/dpkg/origins/default': { link: 'kali' },
      },
      ['kali', null, null],
    ],
    [
      'Debian, which says so',
      {
        'etc/debian_version': '12.5\n',
        'etc/dpkg/origins/debian': 'Vendor: Debian\nVendor-URL: https://www.debian.org/\n',
        'etc/dpkg/origins/default': { link: '/etc/dpkg/origins/debian' },
      },
      ['debian', '12', null],
    ],
    [
      'Photon',
      { 'etc/photon-release': 'VMware Photon OS 4.0\nPHOTON_BUILD_NUMBER=1526e30ba\n' },
      ['photon', '4.0', null],
    ],
    [
      'Mariner',
      { 'etc/mariner-release': 'CBL-Mariner 2.0.20220226\nMARINER_BUILD_NUMBER=8efd187\n' },
      ['mariner', '2.0', null],
    ],
    [
      'Azure Linux',
      { 'etc/azurelinux-release': 'Microsoft Azure Linux 3.0.20240824\nAZURELINUX_BUILD_NUMBER=1\n' },
      ['azurelinux', '3.0', null],
    ],
    ['Gentoo', { 'etc/gentoo-release': 'Gentoo Base System release 2.14\n' }, ['gentoo', '2.14', null]],
    ['Arch', { 'etc/arch-release': '' }, ['arch', null, null]],
    ['what is made from Arch', { 'etc/arch-release': 'Manjaro Linux\n' }, null],
    ['a release file that says nothing', { 'etc/photon-release': `${'x '.repeat(50_000)}` }, null],
    ['lsb-release', { 'etc/lsb-release': 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\n' }, ['ubuntu', '10.04', null]],
    ['redhat-release', { 'etc/redhat-release': 'CentOS release 6.10 (Final)\n' }, ['centos', '6.10', null]],
    ['os-release without ID', { 'etc/os-release': 'NAME=x\n', 'etc/alpine-release': '3.1\n' }, ['alpine', '3.1', null]],
    ['garbage', { 'etc/os-release': Buffer.from([0, 255, 61, 10, 0]) }, null],
    ['an ID that is no word', { 'etc/os-release': 'ID="a b"\n' }, null],
    ['nothing', { 'bin/app': 'x' }, null],
    ['a loop', { 'etc/os-release': { link: 'os-release' } }, null],
  ];
  test.each(plain)('%s', async (_, layer, want) => {
    const { distro } = await takeInventory(fakeImage([layer]));
    expect(distro && [distro.id, distro.version, distro.codename]).toEqual(want);
  });
});
