import { describe, expect, test } from 'vitest';
import { fuzzList, readList } from '../testing/fuzz-lists.ts';
import { lua } from './lua.ts';
import { isInstalledRockspec } from './rockspec.ts';

const path = 'usr/local/lib/luarocks/rocks-5.1/lpeg/1.1.0-1/lpeg-1.1.0-1.rockspec';
const lpeg = 'package = "LPeg"\nversion = "1.1.0-1"\ndescription = {\n  summary = "x",\n  license = "MIT/X11"\n}\n';

describe('a rockspec', () => {
  test.each([
    ['plain', lpeg, ['pkg:luarocks/lpeg@1.1.0-1 | MIT/X11']],
    [
      'with computed fields',
      'local v = "1"\npackage = name\nversion = v .. ".1.0-1"\ndescription = { license = [[MIT]] }',
      ['pkg:luarocks/lpeg@1.1.0-1 | MIT'],
    ],
    ['empty', '', ['pkg:luarocks/lpeg@1.1.0-1']],
  ])('%s', (_, body, rows) => {
    expect(readList(lua, path, body)).toEqual(rows);
  });

  test('is installed in a directory of its name and version only', () => {
    expect([path, 'src/lpeg-1.1.0-1.rockspec', 'lpeg-1.1.0-1.rockspec'].map(isInstalledRockspec)).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('any bytes', () => fuzzList(lua, path, lpeg));
});
