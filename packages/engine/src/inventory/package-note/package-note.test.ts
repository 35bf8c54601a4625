import { expect, test } from 'vitest';
import { takeInventory } from '../take-inventory.ts';
import { buildElf, type ElfOptions } from '../testing/elf-builder.ts';
import { type FakeLayer, fakeImage } from '../testing/fake-image.ts';

/** An executable with this note, after one of another owner. */
function noted(json: unknown, { bigEndian = false, ...options }: ElfOptions = {}): Buffer {
  const note = (owner: string, type: number, text: string) => {
    const name = Buffer.from(`${owner}\0`);
    const header = Buffer.alloc(12);
    [name.length, Buffer.byteLength(text), type].forEach((value, index) => {
      if (bigEndian) header.writeUInt32BE(value, 4 * index);
      else header.writeUInt32LE(value, 4 * index);
    });
    return Buffer.concat([header, name, pad(name.length), Buffer.from(text), pad(Buffer.byteLength(text))]);
  };
  const pad = (size: number) => Buffer.alloc((4 - (size % 4)) % 4);
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  const bytes = Buffer.concat([note('GNU', 1, 'x'), note('FDO', 0xcafe1a7e, `${text}\0\0`)]);
  return buildElf([{ name: '.note.package', bytes }], { ...options, bigEndian });
}

async function found(layer: FakeLayer) {
  const { packages, incomplete } = await takeInventory(fakeImage([layer]));
  return [packages.map(({ type, purl }) => `${type} ${purl}`), incomplete.map(({ code }) => code)];
}

const debian = { type: 'deb', os: 'Debian', name: 'systemd', version: '252.39-1~deb12u2', architecture: 'amd64' };
const fedora = { type: 'rpm', name: 'curl', version: '8.6.0-1.fc40', osCpe: 'cpe:/o:fedoraproject:fedora:40' };

test.each([{ bits: 64 }, { bits: 32 }, { bits: 64, bigEndian: true }] as const)(
  'an executable without its package, in an image without a distro: %o',
  async (options) => {
    expect(await found({ 'opt/systemd': { executable: noted(debian, options) } })).toEqual([
      ['deb pkg:deb/debian/systemd@252.39-1~deb12u2?arch=amd64&distro=debian'],
      [],
    ]);
    expect(await found({ 'opt/curl': { executable: noted(fedora, options) } })).toEqual([
      ['rpm pkg:rpm/fedora/curl@8.6.0-1.fc40?distro=fedora-40'],
      [],
    ]);
  },
);

test('one of another distro is none of the image’s', async () => {
  const [packages] = await found({
    'etc/os-release': 'ID=alpine\nVERSION_ID=3.20\n',
    'opt/curl': { executable: noted(fedora) },
  });
  expect(packages).toEqual(['generic pkg:generic/curl@8.6.0-1.fc40?distro=fedora-40']);
});

test('what a package owns, or is listed anyway, is not listed again', async () => {
  const stanza = (name: string, version: string) =>
    `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n\n`;
  const [packages] = await found({
    'etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
    'var/lib/dpkg/status': stanza('systemd', '252.39-1~deb12u2') + stanza('own', '1'),
    'var/lib/dpkg/info/own.list': '/usr/bin/curl\n',
    'usr/bin/curl': { executable: noted({ ...debian, name: 'curl' }) },
    'usr/bin/systemd': { executable: noted(debian) },
  });
  expect((packages as string[]).map((each) => each.replace(/\?.*/, ''))).toEqual([
    'deb pkg:deb/debian/own@1',
    'deb pkg:deb/debian/systemd@252.39-1~deb12u2',
  ]);
});

test.each<[string, unknown, readonly string[]]>([
  ['no JSON', '{', ['package-manifest-damaged']],
  ['no object', 'null', ['package-manifest-damaged']],
  ['no version', { type: 'deb', name: 'a' }, []],
  ['a name with spaces', { type: 'deb', name: 'a b', version: '1' }, []],
])('a note that says nothing: %s', async (_, json, codes) => {
  expect(await found({ 'opt/a': { executable: noted(json) } })).toEqual([[], codes]);
});

test('a note that ends early', async () => {
  const executable = noted(debian);
  executable.writeUInt32LE(0xffffff00, executable.indexOf('FDO') - 8);
  expect(await found({ 'opt/a': { executable } })).toEqual([[], ['package-manifest-damaged']]);
});
