import { expect, it } from 'vitest';
import { parseChallenges } from './challenge.ts';

it.each<[string | undefined, [string, Record<string, string>][]]>([
  [undefined, []],
  ['', []],
  ['Basic realm="a \\"b\\", c"', [['basic', { realm: 'a "b", c' }]]],
  [
    'Bearer realm="https://auth.example/token",service="r.example",scope="repository:a/b:pull"',
    [['bearer', { realm: 'https://auth.example/token', service: 'r.example', scope: 'repository:a/b:pull' }]],
  ],
  ['BEARER Realm = x , SCOPE=y', [['bearer', { realm: 'x', scope: 'y' }]]],
  [
    'Negotiate, Basic realm="x", Bearer realm="y"',
    [
      ['negotiate', {}],
      ['basic', { realm: 'x' }],
      ['bearer', { realm: 'y' }],
    ],
  ],
  ['Basic realm="never closed', [['basic', { realm: '' }]]],
  ['realm="x"', []],
])('%j', (header, expected) => {
  const found = parseChallenges(header);
  expect(found.map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])).toEqual(expected);
});

it('takes no time for a header made to take it', () => {
  const started = process.threadCpuUsage().user;
  for (const text of ['"', '\\', ' ', ',', 'a=', 'a="\\', 'Bearer a="b",']) {
    parseChallenges(`Bearer realm="${text.repeat(16_000)}`);
    parseChallenges(text.repeat(16_000));
  }
  expect(process.threadCpuUsage().user - started).toBeLessThan(2_000_000);
});
