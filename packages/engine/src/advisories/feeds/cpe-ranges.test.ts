import { describe, expect, test } from 'vitest';
import { type CpeConfigurations, softwareRanges } from './cpe-ranges.ts';

const cpe = (name: string, more: object = {}, vulnerable = true) => ({
  vulnerable,
  criteria: `cpe:2.3:${name}`,
  ...more,
});
const any = ':*:*:*:*:*:*:*';
const or = (...cpeMatch: ReturnType<typeof cpe>[]): CpeConfigurations => [{ nodes: [{ cpeMatch }] }];
const and = (...nodes: ReturnType<typeof cpe>[][]): CpeConfigurations => [
  { operator: 'AND', nodes: nodes.map((cpeMatch) => ({ cpeMatch })) },
];
const node = cpe(`a:nodejs:node.js:*${any}`, { versionEndExcluding: '18.9.1' });
const open = { introduced: null, fixed: null, lastAffected: null };

describe('configurations of the NVD', () => {
  test('bounds become ranges, exact versions a list', () => {
    const bounds = { versionStartIncluding: '1.1.1', versionEndExcluding: '1.1.1n' };
    expect(
      softwareRanges(
        or(
          cpe(`a:openssl:openssl:*${any}`, bounds),
          cpe(`a:openssl:openssl:*${any}`, { versionEndIncluding: '1.0.2zc' }),
          cpe(`a:openssl:openssl:*${any}`, { versionStartExcluding: '3.0' }),
          cpe('a:openssl:openssl:3.0.0:beta1:*:*:*:*:*:*'),
          cpe(`a:openssl:openssl:2.9${any}`),
          cpe(`a:openssl:openssl:-${any}`),
        ),
      ),
    ).toEqual([
      {
        product: 'openssl:openssl',
        ranges: [
          { introduced: '1.1.1', fixed: '1.1.1n', lastAffected: null },
          { introduced: null, fixed: null, lastAffected: '1.0.2zc' },
          { introduced: '3.0.0.0.0.1', fixed: null, lastAffected: null },
        ],
        versions: ['2.9', '3.0.0-beta1'],
      },
    ]);
  });

  test.each([
    ['the application alone', or(node), ['nodejs:node.js']],
    ['an operating system', or(cpe(`o:linux:linux_kernel:*${any}`), cpe(`h:intel:xeon:-${any}`)), []],
    ['running on Windows', and([node], [cpe(`o:microsoft:windows:-${any}`, {}, false)]), []],
    [
      'running on Linux or Windows',
      and([node], [cpe(`o:microsoft:windows:-${any}`, {}, false), cpe(`o:linux:linux_kernel:-${any}`, {}, false)]),
      ['nodejs:node.js'],
    ],
    [
      'what it runs on is never the flawed part',
      and([node], [cpe(`a:openssl:openssl:*${any}`, {}, false)]),
      ['nodejs:node.js'],
    ],
    ['two that are flawed together', and([node], [cpe(`a:x:y:*${any}`)]), ['nodejs:node.js', 'x:y']],
    ['a port for Windows', or(cpe('a:redis:redis:*:*:*:*:*:windows:*:*')), []],
    ['a module of the same name', or(cpe('a:redis:redis:*:*:*:*:*:node.js:*:*')), []],
    ['negated', [{ negate: true, nodes: [{ cpeMatch: [node] }] }], []],
    ['an older name', or(cpe(`a:igor_sysoev:nginx:*${any}`)), ['f5:nginx']],
    ['escaped', or(cpe(`a:erlang:erlang\\/otp:*${any}`)), ['erlang:erlang/otp']],
    ['no CPE', or(cpe('a:b')), []],
  ] as const)('%s', (_what, configurations, products) => {
    expect(softwareRanges(configurations as CpeConfigurations).map(({ product }) => product)).toEqual(products);
  });

  test.each([
    ['oracle:openjdk:8:update391', '1.8.0_391'],
    ['oracle:jdk:1.8.0:update391', '1.8.0_391'],
    ['oracle:openjdk:17:*', '17'],
    ['x:y:2.0:rc1', '2.0-rc1'],
  ])('%s is %s', (name, version) => {
    expect(softwareRanges(or(cpe(`a:${name}:*:*:*:*:*:*`)))[0]?.versions).toEqual([version]);
  });

  test('without bounds every version is affected', () => {
    expect(softwareRanges(or(cpe(`a:x:y:*${any}`)))).toEqual([{ product: 'x:y', ranges: [open], versions: [] }]);
  });
});
