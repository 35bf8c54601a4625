import { describe, expect, it, test } from 'vitest';
import { LayerScan } from '../layer-scan.ts';
import { defaultReadLimits } from '../limits.ts';
import { paxHeader, tarHeader, withChecksum } from '../testing/image-builder.ts';
import type { LayerListing } from '../types.ts';

/** Pieces of a tar, padded; the end mark is added. */
function read(...parts: readonly (Buffer | readonly Buffer[])[]) {
  const finish = (listing: LayerListing) => ({ ...listing, entries: [...listing.entries] });
  const visitor = { wants: () => false, file() {}, finish };
  const scan = new LayerScan(visitor, defaultReadLimits, 'layer');
  scan.decoder.push(Buffer.concat([...parts.flat(), Buffer.alloc(1024)]));
  scan.decoder.finish();
  return scan.finish().analysis;
}

const paths = (...parts: readonly (Buffer | readonly Buffer[])[]) =>
  read(...parts).entries.map(({ path, type, size }) => `${path} ${type} ${size}`);

const padded = (text: string) => Buffer.from(text.padEnd(Math.ceil(text.length / 512) * 512, '\0'));
const file = (path: string, text = 'x') => [tarHeader({ path }, text.length), padded(text)];
const long = (flag: 'L' | 'K', text: string) => [tarHeader({ path: '././@LongLink', flag }, text.length), padded(text)];

function changed(header: Buffer, change: Readonly<Record<number, string>>): Buffer {
  for (const [at, text] of Object.entries(change)) header.write(text, Number(at), 'latin1');
  return withChecksum(header);
}

/** A file `p.json` of one byte whose header has these texts at these places. */
const headed = (change: Readonly<Record<number, string>>) => [
  changed(tarHeader({ path: 'p.json' }, 1), change),
  padded('x'),
];

// each found by loading the layer into a Docker engine: a reader that decides otherwise sees another image than runs
describe('reads what the engines’ own reader reads', () => {
  test.each([
    ['a file is a file though its name ends with a slash', file('m/package.json/'), ['m/package.json file 1']],
    ['also by a PAX name', [...paxHeader({ path: 'm/p/' }), ...file('x')], ['m/p file 1']],
    [
      'a directory by its slash alone has no body',
      [changed(tarHeader({ path: 'd/' }, 1024), { 156: '\0' }), ...file('inside', 'evil')],
      ['d directory 0', 'inside file 4'],
    ],
    ['an empty long name says nothing', [...long('L', ''), ...file('a')], ['a file 1']],
    ['nor one of a NUL', [...long('L', '\0'), ...file('a')], ['a file 1']],
    [
      'a sparse name without a version says nothing',
      [...paxHeader({ 'GNU.sparse.name': 'z' }), ...file('a')],
      ['a file 1'],
    ],
    [
      'nor one of a version that is unknown',
      [...paxHeader({ 'GNU.sparse.major': '2', 'GNU.sparse.minor': '0', 'GNU.sparse.name': 'z' }), ...file('a')],
      ['a file 1'],
    ],
    ['a sparse size alone says nothing', [...paxHeader({ 'GNU.sparse.size': '4000' }), ...file('a')], ['a file 1']],
    [
      'the sparse name comes before any other',
      [
        ...long('L', 'decoy\0'),
        ...paxHeader({
          'GNU.sparse.major': '1',
          'GNU.sparse.minor': '0',
          'GNU.sparse.name': 'real',
          'GNU.sparse.realsize': '4',
        }),
        ...file('decoy2'),
      ],
      ['real file 4'],
    ],
    [
      'a global header ends what was said before',
      [...paxHeader({ path: 'z' }), ...paxHeader({ comment: 'c' }, 'g'), ...file('a')],
      ['a file 1'],
    ],
    ['a long name as well', [...long('L', 'z\0'), ...paxHeader({ comment: 'c' }, 'g'), ...file('a')], ['a file 1']],
    [
      'GNU’s times may be a prefix',
      headed({ 257: 'ustar  \0', 345: 'node_modules/x' }),
      ['node_modules/x/p.json file 1'],
    ],
    [
      'also one that begins as a time',
      headed({ 257: 'ustar  \0', 345: '1 node_modules/x' }),
      ['1 node_modules/x/p.json file 1'],
    ],
    [
      'GNU’s times are none',
      headed({ 257: 'ustar  \0', 345: '14527372512\0', 357: '14527372512\0' }),
      ['p.json file 1'],
    ],
    [
      'nor are binary ones',
      headed({ 257: 'ustar  \0', 345: '\x80\0\0\0\x01', 357: '\xff\xff\xff\xff\xff' }),
      ['p.json file 1'],
    ],
    ['a magic that is nearly right has no prefix', headed({ 257: 'uxxxr\0', 345: 'pre' }), ['p.json file 1']],
  ])('%s', (_, parts, expected) => {
    expect(paths(...parts)).toEqual(expected);
  });

  it('takes the link from its own header where a long one is empty', () => {
    const link = tarHeader({ path: 'a', type: 'symlink', linkTarget: 'b' }, 0);
    expect(read(...long('K', '\0'), link).entries[0]).toMatchObject({ linkTarget: 'b' });
  });
});

describe('names that are no UTF-8', () => {
  const named = (bytes: string) => [changed(tarHeader({ path: '' }, 1), { 0: bytes }), padded('x')];

  it('are apart from those that are, byte by byte', () => {
    const names = ['m\xe9', 'm\xc3\xa9', '\xc3\xa9/\xff', 'm\xef\x9f\xa9', 'm\xc3', '\xf0\x9f\x92\xa9\xf0\x9f'];
    const found = read(...names.flatMap(named)).entries.map(({ path }) => path);
    expect(found).toEqual(['m\uf7e9', 'mé', 'é/\uf7ff', 'm\uf7ef\uf79f\uf7a9', 'm\uf7c3', '💩\uf7f0\uf79f']);
  });

  it('have whiteouts of their own', () => {
    expect(read(...named('.wh.m\xe9')).whiteouts).toEqual([{ path: 'm\uf7e9', at: 0 }]);
  });
});

describe('what engines show differently is a problem', () => {
  test.each(['trusted.overlay.redirect', 'user.overlay.redirect', 'trusted.overlay.metacopy'])('%s', (name) => {
    const { problems } = read(...paxHeader({ [`SCHILY.xattr.${name}`]: '/opt/db' }), ...file('var/status'));
    expect(problems).toMatchObject([{ code: 'entry-not-understood', path: 'var/status' }]);
  });

  it('but not other attributes', () => {
    expect(read(...paxHeader({ 'SCHILY.xattr.security.capability': 'x' }), ...file('a')).problems).toEqual([]);
  });

  it('a global header that has the path of a file, or of a directory above one', () => {
    for (const path of ['app/x', 'app', './app/']) {
      const { problems } = read(...file('app/x'), ...paxHeader({ path }, 'g'), ...file('app/y'));
      expect(problems).toMatchObject([{ code: 'entry-not-understood' }]);
    }
    expect(read(...file('app/x'), ...paxHeader({ comment: 'c' }, 'g')).problems).toEqual([]);
  });
});
