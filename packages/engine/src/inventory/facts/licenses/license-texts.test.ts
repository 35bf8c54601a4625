import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { licensesInDebCopyright, licensesInText } from './license-texts.ts';

const mit = `The MIT License

 * Permission is hereby granted, free of charge, to any person obtaining a copy
 * of this software and associated documentation files (the "Software"), to deal
 * ... The above copyright notice and this permission notice shall be included in all copies`;
const bsd = `Redistributions of source code must retain the above copyright notice, this list.
2. Redistributions in binary form must reproduce the above copyright notice.`;
const commonLicenses = '/usr/share/common-licenses';

describe('texts of licences', () => {
  it.each([
    [mit, ['MIT']],
    [mit.replace(/The above.*/, ''), ['MIT-0']],
    [bsd, ['BSD-2-Clause']],
    [`${bsd} 3. Neither the name may be used to endorse or promote products`, ['BSD-3-Clause']],
    [`${bsd} 3. All advertising materials mentioning features ... to endorse or promote`, ['BSD-4-Clause']],
    [
      'Permission to use, copy, modify, and/or distribute this software for any\npurpose with or without fee is hereby granted, provided that the above\ncopyright notice',
      ['ISC'],
    ],
    [
      'Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted.',
      ['0BSD'],
    ],
    ['Licensed under the Apache License, Version 2.0 (the "License");', ['Apache-2.0']],
    ['Eclipse Public License - v 2.0', ['EPL-2.0']],
    ['This is free and unencumbered software released into the public domain.', ['Unlicense']],
    ['Mozilla Public License Version 2.0', ['MPL-2.0']],
    [`${mit}\n\n${bsd}`, ['BSD-2-Clause', 'MIT']],
    [
      'Copying and distribution of this file, with or without modification,\nare permitted in any medium without royalty provided the copyright\nnotice and this notice are preserved.',
      ['FSFAP'],
    ],
    ['permitted provided that this entire copyright\n * notice is duplicated in all such copies', ['TCP-wrappers']],
    ['all rights reserved', []],
    ['this is not the MIT license', []],
    ['', []],
  ])('%j holds %j', (text, ids) => {
    expect(licensesInText(text)).toEqual(ids);
  });

  it.each([
    ['GPL-2', ['GPL-2.0-only']],
    ['GPL-3', ['GPL-3.0-only']],
    ['LGPL-2', ['LGPL-2.0-only']],
    ['LGPL-2.1', ['LGPL-2.1-only']],
    ['LGPL-3', ['LGPL-3.0-only']],
    ['Apache-2.0', ['Apache-2.0']],
    ['MPL-1.1', ['MPL-1.1']],
    ['MPL-2.0', ['MPL-2.0']],
    ['CC0-1.0', ['CC0-1.0']],
  ])("Debian's own copy of %s is recognised", (name, ids) => {
    const file = `${commonLicenses}/${name}`;
    // where the test does not run on a Debian there is nothing to hold against
    if (existsSync(file)) expect(licensesInText(readFileSync(file, 'latin1'))).toEqual(ids);
  });

  it.each([
    ['On Debian systems, see /usr/share/common-licenses/GPL-2.', ['GPL-2.0-only']],
    [
      "version 2, or (at your option) any\nlater version. See `/usr/share/common-licenses/GPL-2'.",
      ['GPL-2.0-or-later'],
    ],
    [
      '/usr/share/common-licenses/LGPL-2.1 and /usr/share/common-licenses/Artistic',
      ['Artistic-1.0-Perl', 'LGPL-2.1-only'],
    ],
    ['see /usr/share/common-licenses/BSD', ['BSD-3-Clause']],
    ['see /usr/share/common-licenses/GPL', ['GPL-1.0-or-later']],
    ['see /usr/share/common-licenses/Nonsense', []],
    [
      'The overall license is the GNU Lesser General Public\nLicense, version 2.1 (or, at your option, any later version)',
      ['LGPL-2.1-or-later'],
    ],
    ['licensed under the GNU General Public License v2 of the License', ['GPL-2.0-only']],
    [
      'GNU General Public License version 2, or (at your option) any later version. See /usr/share/common-licenses/GPL-2',
      ['GPL-2.0-or-later'],
    ],
    ['This database is in the public domain.', ['LicenseRef-Public-Domain']],
    ['Public domain, written by Solar Designer', ['LicenseRef-Public-Domain']],
    ['this is not in the public domain', []],
    ['you can redistribute it under\nthe same terms as Perl itself.', ['Artistic-1.0-Perl OR GPL-1.0-or-later']],
    [
      'it under the terms of either: a) the GNU General Public License as published by the Free Software Foundation; either version 1, or (at your option) any later version, or b) the "Artistic License". See /usr/share/common-licenses/GPL-1 and /usr/share/common-licenses/Artistic',
      ['Artistic-1.0-Perl OR GPL-1.0-or-later'],
    ],
    [
      'the same terms as Perl; debian/* is under /usr/share/common-licenses/GPL-2 and /usr/share/common-licenses/Artistic',
      ['Artistic-1.0-Perl', 'GPL-2.0-only'],
    ],
    ['The GNU Free Software Foundation has a public license', []],
  ])('a copyright file %j names %j', (text, ids) => {
    expect(licensesInDebCopyright(text)).toEqual(ids);
  });

  it('take time that grows with their length and not faster', () => {
    const time = (text: string) => {
      const start = process.threadCpuUsage();
      licensesInDebCopyright(text);
      return process.threadCpuUsage(start).user / 1000;
    };
    for (const piece of ['/usr/share/common-licenses/', 'permission is hereby granted ', ' ', '-', 'gpl ']) {
      expect(time(piece.repeat(Math.ceil((512 * 1024) / piece.length)))).toBeLessThan(1500);
    }
  });

  it('are read whatever their bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const text = Buffer.from(bytes).toString('latin1');
        expect(licensesInDebCopyright(`${text}${mit}`)).toContain('MIT');
      }),
    );
  });
});
