import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isMachineReadable, namesInDebCopyright } from './deb-copyright-names.ts';

const header = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n';
const copying = ` Copying and distribution of this file, with or without modification,
 are permitted in any medium without royalty provided the copyright
 notice and this notice are preserved.
`;
const bsd = ` Redistributions of source code must retain the above copyright notice.
 .
 Redistributions in binary form must reproduce the above copyright notice.
`;

it.each([
  ['in the paragraph of its files', `\nFiles: *\nLicense: permissive\n${copying}`, { permissive: ['FSFAP'] }],
  ['in a paragraph of its own', `\nFiles: *\nLicense: GAP\n\nLicense: GAP\n${copying}`, { gap: ['FSFAP'] }],
  ['after further fields', `\nLicense: Zend\n${bsd}Comment: x\n y\n`, { zend: ['BSD-2-Clause'] }],
  ['that is several', `\nLicense: own\n${bsd} .\n${copying}`, { own: ['BSD-2-Clause', 'FSFAP'] }],
  ['of one name that is known in one place and not in another', `\nLicense: own\n${bsd}\nLicense: own\n ask us\n`, {}],
  ['of one name twice', `\nLicense: own\n${bsd}\nLicense: OWN\n${copying}`, { own: ['BSD-2-Clause', 'FSFAP'] }],
  ['that is not known', '\nLicense: own\n ask us\n', {}],
  ['that is not there', '\nLicense: own\n', {}],
  ['of a name that says it', `\nLicense: Expat\n${bsd}`, {}],
])('finds the text of a name %s', (_, text, names) => {
  expect(isMachineReadable(header + text)).toBe(true);
  expect(namesInDebCopyright(header + text)).toEqual(names);
});

it('does not take other files for machine-readable', () => {
  expect(isMachineReadable('This package was debianized by somebody.\nLicense: GPL\n')).toBe(false);
});

it('ends, whatever the file holds, in time that grows with it and not faster', () => {
  const piece = fc.constantFrom('License:', ' ', '\t', '\n', 'own', 'GPL-2+', ' and ', bsd, copying, '\0', 'é');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      for (const ids of Object.values(namesInDebCopyright(header + pieces.join('')))) expect(ids).not.toEqual([]);
    }),
  );
  const time = (text: string) => {
    const before = process.threadCpuUsage();
    namesInDebCopyright(text);
    return process.threadCpuUsage(before).user / 1000;
  };
  for (const unit of ['License: a\n', 'License:\n \n \n', `License: x\n${copying}\n`, ' \n', 'License: ']) {
    time(unit.repeat(1000));
    const [small, large] = [time(unit.repeat(5000)), time(unit.repeat(40_000))];
    expect(large, JSON.stringify(unit)).toBeLessThan(24 * small + 60);
  }
});
