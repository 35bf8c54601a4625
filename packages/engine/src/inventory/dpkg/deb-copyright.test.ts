import { expect, test } from 'vitest';
import { parseDebCopyright } from './deb-copyright.ts';

const format = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/';

test.each([
  [
    'declared names, once each',
    `${format}\n\nFiles: *\nLicense: GPL-2+\n text\n\nLicense: MIT\n\nLicense: GPL-2+\n`,
    ['GPL-2+', 'MIT'],
  ],
  ['an expression', `${format}\nLicense: GPL-2 or Artistic`, ['GPL-2 or Artistic']],
  ['free text', 'License: see /usr/share/common-licenses/GPL-2\n', []],
  ['a text instead of a name', `${format}\nLicense: ${'x'.repeat(5000)}\nLicense:\n`, []],
  ['nothing', '', []],
])('%s', (_, text, licenses) => {
  expect(parseDebCopyright(Buffer.from(text))).toEqual(licenses);
});
