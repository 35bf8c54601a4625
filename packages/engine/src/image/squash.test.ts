import { describe, expect, it } from 'vitest';
import { squash } from './squash.ts';
import { layer } from './testing/listing.ts';
import type { LayerListing } from './types.ts';

/** `path@layer`, `path:entry path@layer` where they differ. */
function filesOf(layers: readonly LayerListing[]): string[] {
  const nodes = [...squash(layers).files()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return nodes.map((node) =>
    node.path === node.entry.path ? `${node.path}@${node.layer}` : `${node.path}:${node.entry.path}@${node.layer}`,
  );
}

describe('applying layers', () => {
  const cases: readonly (readonly [string, readonly LayerListing[], readonly string[]])[] = [
    ['later files replace earlier ones', [layer('a', 'b'), layer('b')], ['a@0', 'b@1']],
    ['a whiteout removes what is below', [layer('d/a', 'd/b'), layer('d/.wh.a')], ['d/b@0']],
    ['a whiteout removes a whole directory', [layer('d/a', 'd/e/b', 'x'), layer('.wh.d')], ['x@0']],
    ['a whiteout leaves its own layer alone, before or after', [layer('a'), layer('a', '.wh.a')], ['a@1']],
    ['a whiteout of nothing does nothing', [layer('a'), layer('.wh.b', 'x/.wh.y')], ['a@0']],
    ['an opaque mark hides lower layers only', [layer('d/a', 'd/b'), layer('d/c', 'd/.wh..wh..opq')], ['d/c@1']],
    ['an opaque root hides nothing', [layer('a', 'd/b'), layer('.wh..wh..opq', 'c')], ['a@0', 'c@1', 'd/b@0']],
    ['whiteouts last: a later layer may bring it back', [layer('a'), layer('.wh.a'), layer('a')], ['a@2']],
    ['a file replaces a directory with all below', [layer('d/a', 'd/b'), layer('d')], ['d@1']],
    ['a directory replaces a file', [layer('d'), layer('d/', 'd/a')], ['d/a@1']],
    ['an entry below a file replaces it by a directory', [layer('d'), layer('d/a')], ['d/a@1']],
    ['directories merge', [layer('d/', 'd/a'), layer('d/', 'd/b')], ['d/a@0', 'd/b@1']],
    [
      'a removed and remade directory keeps what was below',
      [layer('d/a', 'd/b'), layer('.wh.d', 'd/', 'd/b')],
      ['d/a@0', 'd/b@1'],
    ],
    [
      'a removed directory with new files, which is not stated, is empty below',
      [layer('d/a', 'd/b'), layer('.wh.d', 'd/b')],
      ['d/b@1'],
    ],
    [
      'a directory that a file took the place of is stated no more',
      [layer('d/a'), layer('.wh.d', 'd/b', 'd/', 'd', 'd/c')],
      ['d/c@1'],
    ],
    ['a removed and remade file is the new one', [layer('a'), layer('.wh.a', 'a')], ['a@1']],
    [
      'entries behind a directory link of their layer land where it leads (merged /usr)',
      [layer('usr/lib/', 'lib -> usr/lib', 'lib/x', 'lib/sub/y')],
      ['lib@0', 'usr/lib/sub/y:lib/sub/y@0', 'usr/lib/x:lib/x@0'],
    ],
    [
      'entries behind a directory link of another layer take its place',
      [layer('usr/lib/x', 'lib -> usr/lib'), layer('lib/x', 'lib/sub/y')],
      ['lib/sub/y@1', 'lib/x@1', 'usr/lib/x@0'],
    ],
    ['absolute links stay inside', [layer('usr/', 'l -> /usr', 'l/x')], ['l@0', 'usr/x:l/x@0']],
    ['links that climb stay inside', [layer('usr/', 'l -> ../../usr', 'l/x')], ['l@0', 'usr/x:l/x@0']],
    [
      'links that pass a file, or nothing, and climb leave both as they are',
      [layer('app/lock', 'd/', 'k -> d', 'l -> app/lock/./../x', 'l/y', 'm -> no/a/../../k', 'm/z')],
      ['app/lock@0', 'app/x/y:l/y@0', 'd/z:m/z@0', 'k@0', 'l@0', 'm@0'],
    ],
    [
      'what such a link led to changes when a link takes the place of what it passed',
      [layer('f', 'd/e/', 'l -> f/../x', 'l/y', 'f -> d/e', 'l/z')],
      ['d/x/z:l/z@0', 'f@0', 'l@0', 'x/y:l/y@0'],
    ],
    [
      'a whiteout acts through a directory link of its layer',
      [layer('usr/lib/x'), layer('usr/lib/', 'lib -> usr/lib', 'lib/.wh.x')],
      ['lib@1'],
    ],
    [
      'an opaque mark acts through one, too',
      [layer('usr/lib/x'), layer('usr/lib/', 'lib -> usr/lib', 'lib/.wh..wh..opq')],
      ['lib@1'],
    ],
    [
      'neither acts through a link of another layer',
      [layer('usr/x', 'usr/y', 'l -> usr', 'm -> usr'), layer('l/.wh.x', 'm/.wh..wh..opq')],
      ['usr/x@0', 'usr/y@0'],
    ],
    [
      'a whiteout below a directory that replaces a link leaves the link’s target alone',
      [layer('app/x', 'a -> app'), layer('a/', 'a/.wh.x')],
      ['app/x@0'],
    ],
    [
      'a whiteout is gone with the directory that it was in',
      [
        layer('usr/x', 'd/x', 'e/x'),
        layer('l/.wh.x', 'usr/', 'l -> usr', 'd/.wh.x', 'd', 'd/', 'e/.wh..wh..opq', 'e', 'e/'),
      ],
      ['d/x@0', 'e/x@0', 'l@1', 'usr/x@0'],
    ],
    [
      'one in a directory that was made anew acts',
      [layer('d/x', 'd/y'), layer('d/.wh.x', 'd', 'd/', 'd/.wh.y')],
      ['d/x@0'],
    ],
    ['a whiteout below a file of its layer does nothing', [layer('d/x'), layer('d', 'd/.wh.x')], ['d@1']],
    [
      'a whiteout of a link removes the link',
      [layer('usr/lib/x', 'lib -> usr/lib'), layer('.wh.lib')],
      ['usr/lib/x@0'],
    ],
    [
      'a directory over a link replaces the link',
      [layer('usr/lib/x', 'lib -> usr/lib'), layer('lib/', 'lib/y')],
      ['lib/y@1', 'usr/lib/x@0'],
    ],
    [
      'a link over a directory hides what was in it',
      [layer('lib/x'), layer('usr/lib/', 'lib -> usr/lib', 'lib/y')],
      ['lib@1', 'usr/lib/y:lib/y@1'],
    ],
    [
      'a link that its own layer turns',
      [layer('a/', 'l -> a', 'l/x', 'l -> b', 'l/y')],
      ['a/x:l/x@0', 'b/y:l/y@0', 'l@0'],
    ],
    ['a link that its own layer ends', [layer('a/', 'l -> a', 'l/x', 'l', 'l/y')], ['a/x:l/x@0', 'l/y@0']],
    ['a dangling directory link makes its target', [layer('l -> new/place', 'l/x')], ['l@0', 'new/place/x:l/x@0']],
    ['hard links are the file they share', [layer('a', 'b = a'), layer('.wh.a')], ['b:a@0']],
    ['hard links keep the old content of a replaced name', [layer('a', 'b = a'), layer('a')], ['a@1', 'b:a@0']],
    ['hard links into a lower layer', [layer('a'), layer('b = a', '.wh.a')], ['b:a@0']],
    ['hard links to what is not there stay what they are', [layer('b = a')], ['b@0']],
  ];
  it.each(cases)('%s', (_, layers, expected) => {
    expect(filesOf(layers)).toEqual(expected);
  });

  it('tells where engines differ: a path through a link of a layer below', () => {
    const below = layer('usr/lib/x', 'lib -> usr/lib', 'app/x', 'a -> app');
    expect(squash([below, layer('lib/x', 'lib/y'), layer('a/.wh.x')]).problems).toMatchObject([
      { code: 'unsafe-path', path: 'lib', layer: 1 },
    ]);
    const track = (path: string) => path === 'a/status';
    expect(squash([below, layer('lib/x'), layer('a/b')], { track }).problems).toEqual([]);
    expect(squash([below, layer('a/status')], { track }).problems).toMatchObject([{ path: 'a', layer: 1 }]);
    expect(squash([below, layer('usr/lib/y', 'lib/'), layer('.wh.a')]).problems).toEqual([]);
  });

  it('tells whiteouts that engines see in different places, and shows what they may hide', () => {
    const view = squash([
      layer('a/f', 'a/x/y'),
      layer('a/', 'a/x/', 'a/f', 'l -> a/f/../x', 'l/.wh.y', 'l/.wh..wh..opq'),
    ]);
    expect(view.problems).toMatchObject([
      { code: 'unsafe-path', path: 'l', layer: 1 },
      { code: 'unsafe-path', path: 'l', layer: 1 },
    ]);
    expect(view.lstat('a/x/y')).toBeDefined();
  });

  it('tells entries that no extraction could place', () => {
    const view = squash([layer('a -> b', 'b -> a', 'a/x', 'ok')]);
    expect(view.problems).toMatchObject([{ code: 'unsafe-path', path: 'a/x', layer: 0 }]);
    expect(view.lstat('ok')).toBeDefined();
  });
});

describe('hostile layers', () => {
  it('cost a bounded number of steps', () => {
    const lines = ['t/t/t/t/t/t/t/t/', 'l0 -> t/t/t/t/t/t/t/t'];
    for (let index = 1; index < 30; index += 1) {
      lines.push(`l${index} -> l${index - 1}`);
    }
    const entries = Array.from({ length: 1000 }, (_, index) => `l${20 + (index % 10)}/d${index}/f`);
    const view = squash([layer(), layer(...lines, ...entries)], { maxSteps: 5000 });
    expect(view.problems).toMatchObject([{ code: 'limit-reached', layer: 1 }]);
    expect([...view.files()].length).toBeLessThan(400);
    expect(squash([layer(), layer(...lines, ...entries)]).problems).toEqual([]);
  });

  const chain = [
    't/',
    't/f',
    'l0 -> ./././././././t',
    ...Array.from({ length: 30 }, (_, at) => `l${at + 1} -> ./././././././l${at}`),
  ];
  const times = (line: (index: number) => string) => Array.from({ length: 1000 }, (_, index) => line(index));
  const spent = { code: 'limit-reached', path: expect.stringMatching(/^l\d+$/), layer: 0 };

  it.each<readonly [string, readonly LayerListing[], number]>([
    ['entries behind them', [layer(...chain, ...times((index) => `l30/d${index}/f`))], 100],
    ['hard links to what is below', [layer(...chain), layer(...times((index) => `h${index} = l30/f`))], 2000],
    ['whiteouts behind them', [layer(...chain, ...times((index) => `l30/.wh.${index}`))], 100],
    ['opaque marks behind them', [layer(...chain, ...times((index) => `l30/d${index}/.wh..wh..opq`))], 100],
  ])('links upon links are followed so often: %s', (_, layers, mostFiles) => {
    const view = squash(layers, { maxLinkComponents: 5000 });
    expect(view.problems).toMatchObject([spent]);
    expect([...view.files()].length).toBeLessThan(mostFiles);
    expect(squash(layers).problems).toEqual([]);
  });

  it('links upon links are followed so often by those who ask', () => {
    const view = squash([layer(...chain)], { maxLinkComponents: 5000 });
    for (let index = 0; index < 19; index += 1) {
      expect(view.resolve('l30/f')).toMatchObject({ node: { path: 't/f' } });
    }
    expect(view.problems).toEqual([]);
    for (const path of ['l30/f', 'l30/f', 'l30/g']) view.realPath(path);
    expect(view.resolve('l30/f')).toEqual({ broken: 'limit' });
    expect(view.realPath('l0/f')).toBeUndefined();
    expect(view.resolve('t/f')).toMatchObject({ node: { path: 't/f' } });
    expect(view.problems).toMatchObject([spent]);
  });

  it('whiteouts count as steps, too', () => {
    const deep = 'd/'.repeat(100);
    const layers = [layer(...times((index) => `${deep}${index}`)), layer(...times((index) => `${deep}.wh.${index}`))];
    const view = squash(layers, { maxSteps: 20_000 });
    expect(view.problems).toMatchObject([{ code: 'limit-reached', layer: 1 }]);
    expect([...view.files()].length).toBeGreaterThan(500);
    expect([...squash(layers).files()]).toEqual([]);
  });

  it('with more problems than are listed say that there are more', () => {
    const { problems } = squash([
      layer('a -> b', 'b -> a', ...Array.from({ length: 1500 }, (_, index) => `a/${index}/x`)),
    ]);
    expect(problems).toHaveLength(1001);
    expect(problems.at(-1)).toMatchObject({ code: 'limit-reached', layer: 0 });
  });

  it('may remove a directory with any number of files', () => {
    const many = layer(...Array.from({ length: 300_000 }, (_, index) => `d/${index}`));
    const view = squash([many, layer('.wh.d')], { track: (path) => path === 'd/7' });
    expect([...view.files()]).toEqual([]);
    expect(view.history('d/7')).toHaveLength(2);
  });
});

describe('looking at the view', () => {
  const view = squash([
    layer('usr/lib/os-release', 'etc/os-release -> ../usr/lib/os-release', 'lib -> usr/lib', 'file'),
    layer('loop -> loop2', 'loop2 -> /loop', 'out -> ../../etc/passwd', 'deep -> file/x', 'dangling -> nowhere'),
  ]);

  it.each([
    ['etc/os-release', 'usr/lib/os-release'],
    ['/etc/os-release', 'usr/lib/os-release'],
    ['lib/os-release', 'usr/lib/os-release'],
    ['lib/../lib/./os-release', 'usr/lib/os-release'],
    ['lib', 'usr/lib'],
    ['', ''],
  ])('%s resolves to %s', (path, real) => {
    expect(view.resolve(path)).toMatchObject({ node: { path: real } });
  });

  it.each([
    ['loop', { broken: 'loop' }],
    ['loop/x', { broken: 'loop' }],
    ['out', { broken: 'outside' }],
    ['../x', { broken: 'outside' }],
    ['deep', { broken: 'not-a-directory' }],
    ['file/x', { broken: 'not-a-directory' }],
    ['dangling', { missing: true }],
    ['nowhere/at/all', { missing: true }],
    ['nowhere/..', { missing: true }],
    ['nowhere/../../x', { missing: true }],
  ])('%s does not resolve', (path, expected) => {
    expect(view.resolve(path)).toEqual(expected);
  });

  it('knows real paths, nodes and children', () => {
    expect(view.realPath('lib/os-release')).toBe('usr/lib/os-release');
    expect(view.realPath('etc/os-release')).toBe('etc/os-release');
    expect(view.realPath('nothing')).toBeUndefined();
    expect(view.lstat('lib')?.entry.type).toBe('symlink');
    expect(view.lstat('lib/os-release')).toBeUndefined();
    expect([...view.children('')].map((node) => node.path)).toEqual([
      'dangling',
      'deep',
      'etc',
      'file',
      'lib',
      'loop',
      'loop2',
      'out',
      'usr',
    ]);
    expect([...view.children('usr')].map((node) => node.entry.type)).toEqual(['directory']);
    expect([...view.children('file')]).toEqual([]);
  });
});

describe('history', () => {
  const db = 'var/lib/dpkg/status';
  const cases: readonly (readonly [string, readonly LayerListing[], string])[] = [
    ['added and replaced', [layer(db), layer('x'), layer(db)], '+0 +2'],
    ['removed by a whiteout', [layer(db), layer('var/lib/dpkg/.wh.status')], '+0 -1'],
    ['removed with a directory above', [layer(db), layer(), layer('.wh.var')], '+0 -2'],
    ['hidden by an opaque directory', [layer(db), layer('var/lib/.wh..wh..opq')], '+0 -1'],
    ['removed and written again', [layer(db), layer('.wh.var'), layer(db)], '+0 -1 +2'],
    ['removed and written again by one layer', [layer(db), layer('.wh.var', db)], '+0 -1 +1'],
    ['replaced by a directory', [layer(db), layer(`${db}/`)], '+0 -1'],
    ['under another file in place of its directory', [layer(db), layer('var/lib')], '+0 -1'],
    ['written twice by one layer', [layer(db, db)], '+0'],
    ['written behind a directory link', [layer('var/', 'v -> var', 'v/lib/dpkg/status')], '+0'],
    ['never there', [layer('x')], ''],
  ];
  it.each(cases)('%s', (_, layers, expected) => {
    const view = squash(layers, { track: (path) => path === db });
    expect(
      view
        .history(db)
        .map(({ event, layer: at }) => `${event === 'added' ? '+' : '-'}${at}`)
        .join(' '),
    ).toBe(expected);
    expect([...view.tracked()]).toEqual(expected === '' ? [] : [db]);
  });
});
