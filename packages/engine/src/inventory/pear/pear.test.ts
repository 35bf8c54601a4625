import { describe, expect, test } from 'vitest';
import { fuzzList, readList } from '../testing/fuzz-lists.ts';
import { pear } from './pear.ts';

const path = 'usr/local/lib/php/.registry/archive_tar.reg';

type Value = string | number | boolean | null | { readonly [key: string]: Value } | readonly Value[];

/** What PHP's `serialize` makes of a value. */
function serialize(value: Value): string {
  if (value === null) return 'N;';
  if (typeof value === 'boolean') return `b:${Number(value)};`;
  if (typeof value === 'number') return Number.isInteger(value) ? `i:${value};` : `d:${value};`;
  if (typeof value === 'string') return `s:${Buffer.byteLength(value)}:"${value}";`;
  const entries = Array.isArray(value) ? value.map((each, index) => [index, each] as const) : Object.entries(value);
  return `a:${entries.length}:{${entries.map(([key, each]) => serialize(key) + serialize(each)).join('')}}`;
}

const archive = {
  attribs: { packagerversion: '1.9.4', version: '2.0', xmlns: 'http://pear.php.net/dtd/package-2.0' },
  name: 'Archive_Tar',
  channel: 'pear.php.net',
  description: 'It says: s:4:"name";s:4:"Fake";}}',
  lead: [{ name: 'Someone', email: 'ä@example.org', active: 'no' }],
  version: { release: '1.4.14', api: '1.4.0' },
  license: { attribs: { uri: 'http://example.org' }, _content: 'New BSD License' },
  changelog: { release: [{ version: { release: '1.4.13', api: '1.4.0' } }] },
  filelist: { 'Archive/Tar.php': { role: 'php', size: 1.5, installed: true, more: null } },
  _lastmodified: 1648087081,
};

describe('PEAR’s registry', () => {
  test.each([
    ['a package', archive, ['pkg:pear/pear.php.net/Archive_Tar@1.4.14 | New BSD License']],
    [
      'an extension',
      { ...archive, name: 'redis', channel: 'pecl.php.net', version: { release: '6.0.2' }, license: 'PHP' },
      ['pkg:pecl/pecl.php.net/redis@6.0.2 | PHP'],
    ],
    [
      'of package.xml 1.0',
      { package: 'Log', version: '1.9.0', release_license: 'PHP License' },
      ['pkg:pear/pear.php.net/Log@1.9.0 | PHP License'],
    ],
    [
      'without a version',
      { name: 'a', version: { api: '1' } },
      ['damaged: the file of PEAR’s registry has no readable name and version'],
    ],
    ['of nothing', {}, ['damaged: the file of PEAR’s registry has no readable name and version']],
  ] as const)('%s', (_, value, rows) => {
    expect(readList(pear, path, serialize(value as Value))).toEqual(rows);
  });

  test.each([
    ['no array', 's:1:"a";'],
    ['an object', 'O:8:"stdClass":0:{}'],
    ['a text that is longer than the file', 'a:1:{s:4:"name";s:99999999999999999999:"a";}'],
    ['a length below zero', 'a:1:{s:4:"name";s:-5:"a";}'],
    ['an array as a key', 'a:1:{a:0:{}i:1;}'],
    ['cut short', serialize(archive).slice(0, -1)],
    ['nested without end', 'a:1:{i:0;'.repeat(1_000_000)],
    ['nothing', ''],
  ])('%s', (_, body) => {
    expect(readList(pear, path, body)).toEqual([
      'damaged: the file of PEAR’s registry cannot be parsed as what PHP serialized',
    ]);
  });

  test('any bytes', () => fuzzList(pear, path, serialize(archive)));
});
