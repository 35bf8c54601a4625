import { expect, test } from 'vitest';
import { compilePatterns, type FilePattern } from './file-pattern.ts';

const cases: readonly (readonly [FilePattern, readonly string[], readonly string[]])[] = [
  [{ path: 'etc/os-release' }, ['etc/os-release'], ['os-release', 'usr/etc/os-release', 'etc/os-release/x']],
  [{ name: 'package.json' }, ['package.json', 'a/package.json'], ['a/package.json5', 'package.json/a']],
  [{ suffix: '.jar' }, ['a.jar', 'b/c.d.jar', '.jar'], ['a.jar.txt', 'jar', 'x.jar/y']],
  [{ directory: 'var/d' }, ['var/d/x', 'var/d/.y'], ['var/d', 'var/d/x/y', 'var/dd/x', 'x/var/d/x']],
  [{ directory: 'var/d', suffix: '.list' }, ['var/d/x.list'], ['var/d/x', 'var/x.list', 'var/d/y/x.list']],
  [{ name: 'desc', below: 'var/p' }, ['var/p/a/desc', 'var/p/desc'], ['var/desc', 'var/pp/desc', 'x/var/p/desc']],
  [
    { name: 'METADATA', parentSuffix: '.dist-info' },
    ['a-1.dist-info/METADATA', 'x/.dist-info/METADATA'],
    ['METADATA', 'a/METADATA', 'a-1.dist-info/x/METADATA'],
  ],
  [
    { name: 'p', inside: 'node_modules' },
    ['node_modules/p', 'a/node_modules/b/p'],
    ['p', 'xnode_modules/p', 'node_modulesx/p', 'node_modules'],
  ],
  [{ suffix: '.json', accepts: (path) => path.endsWith('.deps.json') }, ['a.deps.json'], ['a.json', 'deps.json']],
];

test.each(cases)('%j', (pattern, yes, no) => {
  const match = compilePatterns([{ name: 'r', reads: [pattern] }]);
  const found = (paths: readonly string[]) => paths.filter((path) => match(path).length > 0);
  expect(found(yes)).toEqual(yes);
  expect(found(no)).toEqual([]);
});

test('names every reader that wants a file', () => {
  const match = compilePatterns([
    { name: 'a', reads: [{ name: 'x.json' }] },
    { name: 'b', reads: [{ suffix: '.json' }, { path: 'd/x.json' }] },
  ]);
  expect(match('d/x.json').map(({ reader }) => reader)).toEqual(['a', 'b', 'b']);
  expect(match('d/y.json').map(({ reader }) => reader)).toEqual(['b']);
});

test('refuses a pattern that would match everything', () => {
  expect(() => compilePatterns([{ name: 'a', reads: [{ inside: 'node_modules' }] }])).toThrow(TypeError);
});
