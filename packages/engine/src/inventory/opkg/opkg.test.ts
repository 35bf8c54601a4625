import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { takeInventory } from '../take-inventory.ts';
import { fakeImage } from '../testing/fake-image.ts';
import { parseOpkgStatus } from './opkg-status.ts';

const release = { 'etc/os-release': 'ID=openwrt\nVERSION_ID="23.05.3"\n' };
const stanza = (name: string, version: string, status = 'install ok installed') =>
  `Package: ${name}\nVersion: ${version}\nDepends: libc\nStatus: ${status}\nArchitecture: x86_64\n\n`;

describe('the status', () => {
  test.each([
    ['install ok installed', 1],
    ['install user installed', 1],
    ['install user,hold installed', 1],
    ['install ok unpacked', 1],
    ['install ok half-installed', 1],
    ['install ok post-inst-failed', 1],
    ['deinstall ok not-installed', 0],
    ['deinstall ok config-files', 0],
  ])('%s', (status, count) => {
    const { packages, damage } = parseOpkgStatus(Buffer.from(stanza('a', '1-r1', status)));
    expect([packages.length, damage]).toEqual([count, null]);
  });

  test.each([
    ['no status', 'Package: a\nVersion: 1\n\n'],
    ['a status that nobody knows', stanza('a', '1', 'install ok instaled')],
    ['no version', 'Package: a\nStatus: install ok installed\n\n'],
    ['cut short', stanza('a', '1').trimEnd()],
    ['noise', '\u0000\u0001\n'],
  ])('%s is damage, and others are listed', (_, text) => {
    const { packages, damage } = parseOpkgStatus(Buffer.from(`${stanza('b', '2')}${text}`));
    expect(damage).not.toBeNull();
    expect(packages[0]?.name).toBe('b');
  });

  test('any bytes end in packages of words', () => {
    const good = stanza('a', '1') + stanza('b', '2');
    const change = fc.record({ at: fc.nat(good.length - 1), text: fc.constantFrom('', '\n', '\0', ' ', ':', '\n\n') });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat(good.length), (changes, end) => {
        let text = good;
        for (const { at, text: by } of changes) text = text.slice(0, at) + by + text.slice(at + 1);
        for (const { name, version } of parseOpkgStatus(Buffer.from(text.slice(0, end))).packages) {
          expect(`${name}${version}`).toMatch(/^[^\s\u0000-\u001f]+$/);
        }
      }),
      { seed: 20261123, numRuns: 500 },
    );
  });
});

test.each(['usr/lib/opkg', 'var/lib/opkg', 'opt/lib/opkg'])(
  'packages of %s, with their layers, licences and owners',
  async (place) => {
    const manifest = 'usr/lib/node_modules/left/package.json';
    const layers = [
      { ...release, [`${place}/status`]: stanza('libubus2023', '2023.1-r1') },
      {
        [`${place}/status`]:
          stanza('libubus2023', '2023.1-r1') +
          stanza('left', '1.0-r1') +
          stanza('no', '1', 'deinstall ok not-installed'),
        [`${place}/info/libubus2023.control`]:
          'Package: libubus2023\nSourceName: ubus\nLicense: LGPL-2.1\nSection: libs\n',
        [`${place}/info/left.list`]: `/usr/bin/left\t0100755\t/x\n/${manifest}\n`,
        [`${place}/info/no.list`]: '/usr/lib/node_modules/no/package.json\n',
        [manifest]: '{"name":"left","version":"1.0.0"}',
      },
    ];
    const { packages, incomplete } = await takeInventory(fakeImage(layers));
    expect(incomplete).toEqual([]);
    expect(packages.find(({ name }) => name === 'libubus2023')).toEqual({
      type: 'opkg',
      name: 'libubus2023',
      version: '2023.1-r1',
      purl: 'pkg:opkg/openwrt/libubus2023@2023.1-r1?arch=x86_64&distro=openwrt-23.05.3',
      arch: 'x86_64',
      source: { name: 'ubus', version: '2023.1-r1' },
      licenses: ['LGPL-2.1'],
      locations: [{ path: `/${place}/status`, layer: 'sha256:layer-0' }],
      ownedBy: null,
    });
    expect(packages.map(({ type, name, ownedBy }) => [type, name, ownedBy])).toEqual([
      ['npm', 'left', 'left'],
      ['opkg', 'left', null],
      ['opkg', 'libubus2023', null],
    ]);
  },
);

test('a database that a later layer removes', async () => {
  const path = 'usr/lib/opkg/status';
  const { incomplete } = await takeInventory(
    fakeImage([{ ...release, [path]: stanza('a', '1') }, { [path]: { whiteout: true } }]),
  );
  expect(incomplete.map(({ code, path: at }) => [code, at])).toEqual([['package-database-removed', `/${path}`]]);
});
