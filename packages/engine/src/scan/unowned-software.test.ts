import { expect, test } from 'vitest';
import { planLookups } from '../matching/plan.ts';
import { inventory, pkg } from '../matching/testing.ts';
import { unownedSoftware } from './unowned-software.ts';

const at = (path: string) => ({ locations: [{ path, layer: null }] });

test('programs that no package owns are looked up by the names of the NVD; others by what owns them', () => {
  const packages = [
    pkg('generic', 'nginx', '1.18.0', at('/opt/nginx/sbin/nginx')),
    pkg('generic', 'nginx', '1.25.1', at('/opt/bitnami/nginx/sbin/nginx')),
    pkg('generic', 'redis', '7.0.15', at('/opt/bitnami/redis/bin/redis-server')),
    pkg('generic', 'openssl', '3.0.1', { ...at('/usr/lib/libssl.so.3'), ownedBy: 'libssl3' }),
    pkg('generic', 'java-temurin', '1.8.0_391', at('/opt/java/release')),
    pkg('generic', 'akismet', '5.3', at('/srv/akismet')),
    pkg('bitnami', 'nginx', '1.25.1-0', at('/opt/bitnami/nginx/.spdx-nginx.spdx')),
  ];
  const plan = planLookups(inventory(packages, { distro: null }), {
    distroShard: () => undefined,
    ecosystemShard: (type) => (type === 'bitnami' ? { shard: 'bitnami', scheme: 'bitnami' } : undefined),
    shardPackageName: (_shard, name) => name,
    softwareShard: unownedSoftware(packages),
  });
  expect(plan.lookups.map(({ shard, name, version }) => [shard, name, version])).toEqual([
    ['cpe-n', 'f5:nginx', '1.18.0'],
    // not listed as a component: judged as what it is
    ['cpe-r', 'redis:redis', '7.0.15'],
    ['cpe-o', 'oracle:openjdk', '1.8.0_391'],
    ['bitnami', 'nginx', '1.25.1-0'],
  ]);
  expect([plan.software, plan.shards]).toEqual([
    ['cpe-n', 'cpe-o', 'cpe-r'],
    ['bitnami', 'kev'],
  ]);
  expect(plan.incomplete.map(({ message }) => message)).toEqual([
    '2 generic packages were not judged: no feed speaks about this type',
  ]);
});
