import { describe, expect, test } from 'vitest';
import { fuzzList, readList } from '../testing/fuzz-lists.ts';
import { r } from './r.ts';

const httr =
  'Package: httr\nVersion: 1.4.5\nDescription: of\n    Version: 9\nLicense: MIT + file\n LICENSE\nBuilt: R 4.2.2; ; ; unix\n';
const plain = 'Package: httr\nVersion: 1.4.5\n';

describe('DESCRIPTION', () => {
  test.each([
    ['in a library', 'usr/lib/R/site-library/httr/DESCRIPTION', httr, ['pkg:cran/httr@1.4.5 | MIT + file LICENSE']],
    [
      'in a library of a user',
      'root/R/x86_64-pc-linux-gnu-library/4.2/httr/DESCRIPTION',
      httr,
      ['pkg:cran/httr@1.4.5 | MIT + file LICENSE'],
    ],
    ['not built, in a library', 'opt/R/4.3/lib/R/library/httr/DESCRIPTION', plain, ['pkg:cran/httr@1.4.5']],
    ['not built, elsewhere', 'src/httr/DESCRIPTION', plain, []],
    ['in a template of a package', 'usr/lib/R/site-library/usethis/templates/DESCRIPTION', httr, []],
    ['of something else', 'usr/share/x/DESCRIPTION', 'A text.\n', []],
    [
      'damaged',
      'usr/lib/R/library/httr/DESCRIPTION',
      'Package: httr\n',
      ['damaged: the DESCRIPTION has no readable package and version'],
    ],
  ])('%s', (_, path, body, rows) => {
    expect(readList(r, path, body)).toEqual(rows);
  });

  test('any bytes', () => fuzzList(r, 'usr/lib/R/site-library/httr/DESCRIPTION', httr));
});
