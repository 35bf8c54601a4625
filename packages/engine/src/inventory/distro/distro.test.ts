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
