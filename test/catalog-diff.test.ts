import { expect, it } from 'vitest';
import { catalogDiffText } from '../packages/cli/src/commands/catalog-diff-text.ts';

it('what two catalogs differ in ends with how much of it there is, by shard and kind', () => {
  const of = (change: 'added' | 'changed' | 'removed', id: string, name: string | null, shard: string) => {
    return { change, id, package: name, shard };
  };
  const shards = [
    { name: 'debian-12', change: 'changed' },
    { name: 'debian-12-texts', change: 'changed' },
    { name: 'kev', change: 'added' },
  ] as const;
  const records = [
    of('removed', 'CVE-2022-0778', 'openssl', 'debian-12'),
    of('added', 'CVE-2026-0001', 'openssl', 'debian-12'),
    of('added', 'CVE-2026-0002', 'zlib', 'debian-12'),
    of('added', 'CVE-2026-0001', null, 'kev'),
  ];
  expect(catalogDiffText({ shards, records })).toBe(
    [
      'removed CVE-2022-0778 openssl (debian-12)',
      'added CVE-2026-0001 openssl (debian-12)',
      'added CVE-2026-0002 zlib (debian-12)',
      'added CVE-2026-0001 (kev)',
      'changed shard debian-12: 2 added, 1 removed',
      'changed shard debian-12-texts',
      'added shard kev: 1 added',
      '3 shards, 4 records differ: 3 added, 1 removed',
      '',
    ].join('\n'),
  );
  expect(catalogDiffText({ shards: [], records: [] })).toBe('0 shards, 0 records differ\n');
});
