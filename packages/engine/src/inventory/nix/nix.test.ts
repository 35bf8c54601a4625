import { describe, expect, test } from 'vitest';
import { takeInventory } from '../take-inventory.ts';
import { type FakeLayer, fakeImage } from '../testing/fake-image.ts';
import { parseStorePath } from './store-path.ts';

const hash = '0c5b8vw40dy178xlpddw65q9gf1h2186';

describe('parseStorePath', () => {
  test.each([
    ['glibc-2.37-8', ['glibc', '2.37-8', null]],
    ['openssl-3.0.8-bin', ['openssl', '3.0.8', 'bin']],
    ['python3.10-requests-2.28.1', ['python3.10-requests', '2.28.1', null]],
    ['bin', null],
    ['source', null],
    ['user-environment', null],
    ['openssl-3.0.8.drv', null],
    ['python3-3.10.12-env', null],
    ['-1.0', null],
    ['a-1\u0001', null],
  ])('%s', (rest, want) => {
    const found = parseStorePath(`${hash}-${rest}`);
    expect(found && [found.name, found.version, found.output]).toEqual(want);
  });

  test('of anything else', () => {
    expect(
      ['', 'a-1.0', `${hash}`, `${hash}-${'a-'.repeat(1e6)}`, `${'e'.repeat(32)}-a-1.0`].map(parseStorePath),
    ).toEqual(Array(5).fill(null));
  });
});

describe('an image with a store', () => {
  const bash = `nix/store/${hash}-bash-5.2-p15`;
  const database = { 'nix/var/nix/db/db.sqlite': 'SQLite format 3' };

  async function rowsOf(...layers: readonly FakeLayer[]) {
    const { packages, incomplete } = await takeInventory(fakeImage(layers));
    const rows = packages.map(({ purl, locations: [at] }) => [purl, at?.path, at?.layer]);
    return { rows, codes: incomplete.map(({ code }) => code) };
  }
  const found = [`pkg:nix/bash@5.2-p15?outputhash=${hash}`, `/${bash}`, 'sha256:layer-0'];

  test.each([
    ['and its database', { [bash]: { directory: true }, ...database }, [found], []],
    ['alone', { [bash]: { directory: true }, [`nix/store/${hash}-x-1.patch`]: 'a' }, [found], []],
    ['of NixOS', { 'etc/os-release': 'ID=nixos\nVERSION_ID="23.05"\n', [bash]: { directory: true } }, [found], []],
    ['that is gone', database, [], ['distro-unknown', 'package-database-unread']],
  ] as const)('%s', async (_, layer, rows, codes) => {
    expect(await rowsOf(layer)).toEqual({ rows, codes });
  });

  test('and a package that a later layer removes', async () => {
    expect((await rowsOf({ [bash]: { directory: true } }, { [bash]: { whiteout: true } })).rows).toEqual([]);
  });
});
