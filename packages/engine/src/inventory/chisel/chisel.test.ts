import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { proofFilter } from '../catalogers.ts';
import { CatalogError } from '../error.ts';
import { takeInventory } from '../take-inventory.ts';
import { fakeImage } from '../testing/fake-image.ts';
import { parseChiselManifest } from './chisel-manifest.ts';

const release = { 'etc/os-release': 'ID=ubuntu\nVERSION_ID="24.04"\n' };
const at = 'var/lib/chisel/manifest.wall';
const metadata = 'Metadata-Version: 2.1\nName: six\nVersion: 1.16.0\n';
const proof = 'usr/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA';
const sha256 = createHash('sha256').update(metadata).digest('hex');
const openssl = { kind: 'package', name: 'openssl', version: '3.0.13-0ubuntu3.5', sha256: '00', arch: 'amd64' };
const six = { kind: 'package', name: 'python3-six', version: '1.16.0-4', sha256: '00', arch: 'all' };
const paths = [
  { kind: 'path', path: '/usr/', mode: '0755', slices: ['base-files_base'] },
  { kind: 'path', path: `/${proof}`, mode: '0644', slices: ['python3-six_core'], sha256, size: 50 },
];

function text(...entries: readonly object[]): string {
  const lines = [{ jsonwall: '1.0', schema: '1.0', count: entries.length + 1 }, ...entries];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
const wall = (...entries: readonly object[]) => zstdCompressSync(text(...entries));

test('packages, their layers, and the files that prove others', async () => {
  const layers = [
    { ...release, [at]: wall(openssl) },
    { [at]: wall(openssl, six, ...paths), [proof]: metadata },
  ];
  const { packages, incomplete } = await takeInventory(fakeImage(layers));
  expect(packages.map(({ purl, ownedBy, locations: [place] }) => [purl, ownedBy, place?.layer?.slice(-1)])).toEqual([
    ['pkg:deb/ubuntu/openssl@3.0.13-0ubuntu3.5?arch=amd64&distro=ubuntu-24.04', null, '0'],
    ['pkg:deb/ubuntu/python3-six@1.16.0-4?arch=all&distro=ubuntu-24.04', null, '1'],
    ['pkg:pypi/six@1.16.0', 'python3-six', '1'],
  ]);
  // advisories of Ubuntu name source packages, and nothing here does
  expect(incomplete.map(({ code, path }) => [code, path])).toEqual([['package-database-unread', `/${at}`]]);
});

test('several manifests, where another release of slices has them written', async () => {
  const other = 'opt/slices/manifest.wall';
  const image = fakeImage([
    { ...release, [at]: wall(openssl), [other]: wall(openssl, six, ...paths), [proof]: metadata },
    { [other]: { whiteout: true } },
  ]);
  const all = await takeInventory(fakeImage([{ ...release, [at]: wall(openssl), [other]: wall(openssl, six) }]));
  expect(all.packages.map(({ name, locations: [place] }) => [name, place?.path])).toEqual([
    ['openssl', `/${other}`],
    ['python3-six', `/${other}`],
  ]);
  const { packages } = await takeInventory(image);
  expect(packages.map(({ name, ownedBy }) => [name, ownedBy])).toEqual([
    ['openssl', null],
    ['six', null],
  ]);
});

test('a list of dpkg beside it says more', async () => {
  const status = 'Package: openssl\nStatus: install ok installed\nVersion: 3.0.13-0ubuntu3.5\nArchitecture: amd64\n\n';
  const { packages, incomplete } = await takeInventory(
    fakeImage([{ ...release, [at]: wall(openssl), 'var/lib/dpkg/status': status }]),
  );
  expect([packages.length, incomplete]).toEqual([1, []]);
});

describe('damage', () => {
  test.each([
    ['fewer lines than it says', text(openssl, six).replace('"count":3', '"count":4')],
    ['cut short', text(openssl, six).slice(0, -20)],
    ['a package without version', text(openssl, { kind: 'package', name: 'a' })],
    ['a line that is no JSON', text(openssl, six).replace('{"kind":"package","name":"python3', '{"kind":"package",,')],
    ['a line ten thousand deep', `${text(openssl)}${'['.repeat(10_000)}\n`],
  ])('%s', (_, manifest) => {
    const { packages, damage } = parseChiselManifest(zstdCompressSync(manifest), proofFilter);
    expect(packages[0]?.name).toBe('openssl');
    expect(damage).not.toBeNull();
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['noise', Buffer.from('noise')],
    ['no head', zstdCompressSync('{"kind":"package"}\n')],
    ['an empty text', zstdCompressSync('')],
    ['a bomb', zstdCompressSync(Buffer.alloc(100 * 1024 * 1024))],
  ])('%s', async (_, body) => {
    expect(() => parseChiselManifest(body, proofFilter)).toThrow(CatalogError);
    if (body.length === 0) return;
    const { incomplete } = await takeInventory(fakeImage([{ ...release, [at]: body }]));
    expect(incomplete.map(({ code }) => code)).toEqual(['package-database-damaged']);
  });

  test('any change ends in packages or an error of this room', () => {
    const good = text(openssl, six, ...paths);
    const body = wall(openssl, six, ...paths);
    const change = fc.record({ at: fc.nat(), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), fc.boolean(), (changes, inside) => {
        const bytes = Buffer.from(inside ? good : body);
        for (const { at: place, byte } of changes) bytes[place % bytes.length] = byte;
        try {
          parseChiselManifest(inside ? zstdCompressSync(bytes) : bytes, proofFilter);
        } catch (error) {
          if (!(error instanceof CatalogError)) throw error;
        }
      }),
      { seed: 20261123, numRuns: 1000 },
    );
  });
});
