import { describe, expect, test } from 'vitest';
import { fuzzList, readList } from '../testing/fuzz-lists.ts';
import { php } from './php.ts';

const log = { name: 'pear/Log', version: '1.13.3', license: ['MIT'] };
const path = 'srv/vendor/composer/installed.json';

describe('installed.json', () => {
  test.each([
    ['of Composer 2', { packages: [log], dev: true, 'dev-package-names': [] }, ['pkg:composer/pear/log@1.13.3 | MIT']],
    ['of Composer 1', [log], ['pkg:composer/pear/log@1.13.3 | MIT']],
    ['with a version from a branch', [{ name: 'a/b', version: 'dev-main' }], ['pkg:composer/a/b@dev-main']],
    ['of nothing', { packages: [] }, []],
    [
      'with an entry that says nothing',
      [log, { name: 'a/b' }, null],
      [
        'pkg:composer/pear/log@1.13.3 | MIT',
        'damaged: 2 entries of the installed.json of Composer have no readable name and version',
      ],
    ],
    ['of another form', { a: 1 }, ['damaged: the installed.json of Composer has no list of packages']],
  ])('%s', (_, value, rows) => {
    expect(readList(php, path, JSON.stringify(value))).toEqual(rows);
  });

  test('of nothing but objects without end', () => {
    expect(readList(php, path, `[${'{},'.repeat(600_000)}{}]`)).toEqual([
      'damaged: the installed.json holds more than 500000 objects and lists',
    ]);
  });

  test('any bytes', () => fuzzList(php, path, JSON.stringify({ packages: [log] })));
});
