import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { proofFilter, readers } from './catalogers.ts';
import { CatalogError } from './error.ts';
import { takeInventory } from './take-inventory.ts';
import { fakeImage } from './testing/fake-image.ts';

const good: readonly (readonly [path: string, body: string])[] = [
  ['etc/os-release', 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME=\'a b\'\n'],
  ['etc/lsb-release', 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\n'],
  ['etc/redhat-release', 'CentOS release 6.10 (Final)\n'],
  ['etc/debian_version', '12.5\n'],
  [
    'var/lib/dpkg/status',
    'Package: a\nStatus: install ok installed\nVersion: 1:2-3\nSource: b (4)\nArchitecture: all\n d\n\n',
  ],
  ['var/lib/dpkg/status.d/a', 'Package: a\nVersion: 1\n'],
  ['var/lib/dpkg/info/a.list', '/.\n/usr/x-1.dist-info/METADATA\n/node_modules/a/package.json\n'],
  ['var/lib/dpkg/diversions', '/usr/bin/a\n/usr/bin/a.distrib\n:\n/bin/b\n/bin/b.x\nc\n'],
  ['usr/share/doc/a/copyright', 'Format: x/copyright-format/1.0/\n\nLicense: MIT\n text\n\nLicense: GPL-2\n'],
  ['lib/apk/db/installed', 'P:a\nV:1-r0\nA:x86_64\no:b\nL:MIT\nF:x-1.dist-info\nR:METADATA\n\nP:c\nV:2\n\n'],
  [
    'var/lib/rpmmanifest/container-manifest-2',
    'a\t1-2\t1\t2\tV\t(none)\t3\tx86_64\t0\tb-1-2.src.rpm\nc\t1-2\t1\t2\tV\t4\t3\tnoarch\t4\tb-1-2.src.rpm\n',
  ],
  ['var/lib/rpmmanifest/container-manifest-1', 'a-b-1-2.x86_64\nc-1-2.noarch\n'],
  ['var/lib/pacman/local/a-1-2/desc', '%NAME%\na\n\n%VERSION%\n1-2\n\n%BASE%\nb\n\n%LICENSE%\nMIT\nGPL\n\n'],
  ['var/lib/pacman/local/a-1-2/files', '%FILES%\nusr/\nusr/x-1.dist-info/METADATA\n\n'],
  ['usr/lib/opkg/status', 'Package: a\nVersion: 1-r2\nStatus: install user installed\nArchitecture: all\n\n'],
  ['usr/lib/opkg/info/a.control', 'Package: a\nSourceName: b\nLicense: MIT\n'],
  ['usr/lib/opkg/info/a.list', '/usr/bin/a\t0100755\n/usr/x-1.dist-info/METADATA\n'],
  ['var/db/pkg/a-b/c-1.2_p3-r4/CONTENTS', 'dir /usr\nobj /usr/x-1.dist-info/METADATA 0123 17\nsym /a -> b 17\n'],
  ['var/db/pkg/a-b/c-1.2_p3-r4/SLOT', '0/3\n'],
  ['etc/apt/sources.list', 'deb [arch=amd64] http://x sid main\nSuites: sid unstable\n'],
  [
    'node_modules/a/package.json',
    '{"name":"@s/a","version":"1.0.0","license":{"type":"MIT"},"licenses":["X",{"type":"Y"}]}',
  ],
  [
    'x-1.dist-info/METADATA',
    'Name: x\nVersion: 1\nLicense: MIT\nClassifier: License :: OSI Approved :: MIT License\n\ntext',
  ],
];

/** Bytes of a good file with some flipped, the end cut off, or a part repeated. */
function mutated(body: string): fc.Arbitrary<Buffer> {
  const bytes = Buffer.from(body);
  const flip = fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) });
  return fc
    .record({
      flips: fc.array(flip, { maxLength: 8 }),
      end: fc.nat(bytes.length),
      cut: fc.boolean(),
      again: fc.nat(3),
    })
    .map(({ flips, end, cut, again }) => {
      const copy = Buffer.from(bytes);
      for (const { at, byte } of flips) copy[at] = byte;
      const part = cut ? copy.subarray(0, end) : copy;
      return Buffer.concat(Array.from({ length: again + 1 }, () => part));
    });
}

describe.each(good)('%s', (path, body) => {
  const matching = readers.filter(({ reads }) => reads.some((pattern) => !pattern.presence));
  const bodies = fc.oneof({ weight: 4, arbitrary: mutated(body) }, fc.uint8Array({ maxLength: 300 }).map(Buffer.from));

  test('any bytes give facts or an error of this room', () => {
    fc.assert(
      fc.property(bodies, (bytes) => {
        for (const reader of matching) {
          try {
            const { facts, damage } = reader.parse(path, bytes, proofFilter);
            expect(JSON.parse(JSON.stringify({ facts, damage }))).toEqual({ facts, damage });
          } catch (error) {
            if (!(error instanceof CatalogError)) throw error;
          }
        }
      }),
      { seed: 20261123, numRuns: 300 },
    );
  });

  test('in an image, they end in an inventory', async () => {
    const image = (bytes: Buffer) => fakeImage([Object.fromEntries(good), { [path]: bytes }]);
    await fc.assert(
      fc.asyncProperty(bodies, async (bytes) => {
        const { packages, incomplete } = await takeInventory(image(bytes));
        for (const { name, version, purl } of packages) {
          expect(`${name}${version}`).toMatch(/^[^\s\u0000-\u001f]+$/);
          expect(purl).toMatch(/^pkg:[a-z]+\/[\w.~:%/-]+@[\w.~:%-]+(\?[\w.~:%=&-]+)?$/);
        }
        expect(incomplete.every(({ message }) => message.length < 300)).toBe(true);
      }),
      { seed: 20261123, numRuns: 100 },
    );
  });
});
