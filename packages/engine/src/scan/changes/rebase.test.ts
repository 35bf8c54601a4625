import { describe, expect, it } from 'vitest';
import type { Inventory, Package } from '../../inventory/types.ts';
import { makePackage, makeSubject } from '../../policy/testing/subjects.ts';
import { rebase } from './rebase.ts';

const distro = (id: string, version: string) => ({ id, version, codename: null, prettyName: null, like: [] });
const layer = (diffId: string) =>
  ({ diffId, digest: null, instruction: null }) as unknown as Inventory['layers'][number];
const pkg = (name: string, version: string, at: string, type: Package['type'] = 'deb') =>
  makePackage({ type, name, version, locations: [{ path: `/lib/${name}`, layer: at }] });
const file = { type: 'file', mode: '4755', uid: 0, gid: 0, size: 1 } as const;

function holding(more: Partial<Inventory>, facts: Partial<Inventory['facts']> = {}): Inventory {
  const { inventory } = makeSubject();
  return { ...inventory, distro: distro('debian', '12'), ...more, facts: { ...inventory.facts, ...facts } };
}

const image = holding(
  {
    layers: [layer('base'), layer('own')],
    packages: [
      pkg('bash', '1', 'base'),
      pkg('curl', '2', 'own'),
      pkg('openssl', '3', 'own'),
      pkg('lodash', '4', 'base', 'npm'),
      pkg('express', '5', 'own', 'npm'),
    ],
    incomplete: [
      { code: 'file-malformed', message: 'below', layer: 'base' },
      { code: 'file-malformed', message: 'mine', layer: 'own' },
    ] as unknown as Inventory['incomplete'],
  },
  {
    files: [
      { ...file, path: '/bin/su', layer: 'base' },
      { ...file, path: '/bin/mine', layer: 'own' },
    ],
  },
);
const named = (packages: readonly Package[]) => packages.map(({ name, version }) => `${name} ${version}`);

describe('rebase', () => {
  it('puts what another base holds in the place of what the base brought', () => {
    const other = holding(
      {
        layers: [layer('a'), layer('b')],
        packages: [pkg('bash', '1.1', 'a'), pkg('curl', '1.9', 'a'), pkg('openssl', '3.1', 'b')],
      },
      { files: [{ ...file, path: '/bin/mount', layer: 'a' }] },
    );
    const { inventory, left } = rebase(image, 1, other);
    expect(left).toEqual([]);
    // of a package that both have the newer one stays
    expect(named(inventory.packages)).toEqual(['bash 1.1', 'curl 2', 'openssl 3.1', 'express 5']);
    expect(inventory.facts.files?.map(({ path }) => path)).toEqual(['/bin/mine', '/bin/mount']);
    expect(inventory.incomplete.map(({ message }) => message)).toEqual(['mine']);
    expect(inventory.layers.map(({ diffId }) => diffId)).toEqual(['a', 'b', 'own']);
    expect(inventory.facts.config).toBe(image.facts.config);
  });

  it('leaves out own packages that another release would have in another version, and names them', () => {
    const other = holding({ distro: distro('debian', '13'), layers: [layer('a')], packages: [pkg('bash', '9', 'a')] });
    const { inventory, left } = rebase(image, 1, other);
    expect(named(left)).toEqual(['curl 2', 'openssl 3']);
    expect(named(inventory.packages)).toEqual(['bash 9', 'express 5']);
    expect(inventory.distro?.version).toBe('13');
  });

  it('keeps the licence of each package beside it', () => {
    const licensed = (inventory: Inventory): Inventory => ({
      ...inventory,
      facts: { ...inventory.facts, licenses: inventory.packages.map(({ purl }) => ({ purl })) as never },
    });
    const other = licensed(holding({ layers: [layer('a')], packages: [pkg('bash', '1.1', 'a')] }));
    const { inventory } = rebase(licensed(image), 1, other);
    expect(inventory.facts.licenses?.map(({ purl }) => purl)).toEqual(inventory.packages.map(({ purl }) => purl));
  });
});
