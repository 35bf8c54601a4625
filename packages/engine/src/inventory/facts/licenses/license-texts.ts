import { namedLicense } from '../../../licenses/license-names.ts';

interface Known {
  readonly id: string;
  /** all of them stand in the text */
  readonly has: readonly string[];
  /** none of them does */
  readonly hasNot?: readonly string[];
}

const gplLater = 'or at your option any later version';

/** Phrases that stand in the text of a licence and in no other; case, punctuation and line breaks do not matter. */
const known: readonly Known[] = [
  {
    id: 'MIT',
    has: [
      'free of charge to any person obtaining a copy of this software and associated documentation',
      'this permission notice shall be included',
    ],
  },
  {
    id: 'MIT-0',
    has: ['free of charge to any person obtaining a copy of this software and associated documentation'],
    hasNot: ['this permission notice', 'the above copyright notice'],
  },
  {
    id: 'ISC',
    has: [
      'permission to use copy modify and or distribute this software for any purpose with or without fee is hereby granted',
      'provided that the above copyright notice',
    ],
  },
  {
    id: 'ISC',
    has: [
      'permission to use copy modify and distribute this software for any purpose with or without fee is hereby granted',
      'provided that the above copyright notice',
    ],
  },
  {
    id: '0BSD',
    has: [
      'permission to use copy modify and or distribute this software for any purpose with or without fee is hereby granted',
    ],
    hasNot: ['provided that the above copyright notice'],
  },
  {
    id: 'BSD-2-Clause',
    has: ['source code must retain the above copyright notice', 'in binary form must reproduce the above copyright'],
    hasNot: ['to endorse or promote', 'all advertising materials'],
  },
  {
    id: 'BSD-3-Clause',
    has: [
      'source code must retain the above copyright notice',
      'in binary form must reproduce the above copyright',
      'to endorse or promote',
    ],
    hasNot: ['all advertising materials', 'apache software foundation'],
  },
  {
    id: 'BSD-4-Clause',
    has: ['source code must retain the above copyright notice', 'all advertising materials mentioning'],
  },
  {
    id: 'Apache-2.0',
    has: ['apache license version 2.0', 'terms and conditions for use reproduction and distribution'],
  },
  { id: 'Apache-2.0', has: ['licensed under the apache license version 2.0'] },
  { id: 'Apache-1.1', has: ['the apache software license version 1.1'] },
  { id: 'GPL-2.0-only', has: ['gnu general public license version 2 june 1991'] },
  {
    id: 'GPL-3.0-only',
    has: ['gnu general public license version 3 29 june 2007'],
    hasNot: ['gnu lesser general public license version 3 29 june 2007'],
  },
  { id: 'LGPL-2.0-only', has: ['gnu library general public license version 2 june 1991'] },
  { id: 'LGPL-2.1-only', has: ['gnu lesser general public license version 2.1 february 1999'] },
  { id: 'LGPL-3.0-only', has: ['gnu lesser general public license version 3 29 june 2007'] },
  { id: 'AGPL-3.0-only', has: ['gnu affero general public license version 3 19 november 2007'] },
  { id: 'MPL-1.1', has: ['mozilla public license version 1.1'] },
  { id: 'MPL-2.0', has: ['mozilla public license version 2.0'] },
  { id: 'MPL-2.0', has: ['subject to the terms of the mozilla public license v 2.0'] },
  { id: 'EPL-1.0', has: ['eclipse public license v 1.0'] },
  { id: 'EPL-2.0', has: ['eclipse public license v 2.0'] },
  {
    id: 'CDDL-1.0',
    has: ['common development and distribution license', 'version 1.0'],
    hasNot: ['license cddl version 1.1'],
  },
  { id: 'CDDL-1.1', has: ['common development and distribution license cddl version 1.1'] },
  { id: 'CC0-1.0', has: ['cc0 1.0 universal'] },
  { id: 'CC-BY-4.0', has: ['creative commons attribution 4.0 international public license'] },
  { id: 'CC-BY-SA-4.0', has: ['creative commons attribution sharealike 4.0 international public license'] },
  { id: 'Unlicense', has: ['this is free and unencumbered software released into the public domain'] },
  {
    id: 'Zlib',
    has: ['altered source versions must be plainly marked', 'the origin of this software must not be misrepresented'],
  },
  { id: 'BSL-1.0', has: ['boost software license version 1.0'] },
  { id: 'BUSL-1.1', has: ['business source license 1.1'] },
  { id: 'SSPL-1.0', has: ['server side public license version 1'] },
  { id: 'Elastic-2.0', has: ['elastic license 2.0', 'hosted or managed service'] },
  { id: 'WTFPL', has: ['do what the fuck you want to public license'] },
  { id: 'Artistic-2.0', has: ['the artistic license 2.0'] },
  { id: 'OFL-1.1', has: ['sil open font license version 1.1'] },
  { id: 'PSF-2.0', has: ['python software foundation license version 2'] },
  { id: 'UPL-1.0', has: ['the universal permissive license upl version 1.0'] },
  { id: 'BlueOak-1.0.0', has: ['blue oak model license', 'version 1.0.0'] },
].map(({ id, has, hasNot = [] }: Known) => ({ id, has: has.map(plain), hasNot: hasNot.map(plain) }));

/** Letters and digits in lower case with one space between words, which makes all ways to print a text one. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, ' ');
}

/**
 * Identifiers of SPDX of the licences whose text, or whose notice, stands in a file; sorted. Takes time linear in its size.
 *
 * @param text each byte a character: all that is looked for is ASCII
 */
export function licensesInText(text: string): readonly string[] {
  const words = plain(text);
  const found = new Set<string>();
  for (const { id, has, hasNot } of known) {
    if (has.every((phrase) => words.includes(phrase)) && !hasNot?.some((phrase) => words.includes(phrase)))
      found.add(id);
  }
  return [...found].sort();
}

const common = /\/usr\/share\/common-licenses\/([A-Za-z0-9][A-Za-z0-9.+-]{0,30})/g;
const artistic = 'Artistic-1.0-Perl';

/**
 * Of a `copyright` file of Debian that declares nothing in machine-readable form: what it names of the distribution's common
 * licences, and those whose text stands in it. "Any later version" counts for every GNU licence that it names.
 */
export function licensesInDebCopyright(text: string): readonly string[] {
  const found = new Set(licensesInText(text));
  const later = plain(text).includes(plain(gplLater)) ? '+' : '';
  for (const [, name = ''] of text.matchAll(common)) {
    const bare = name.replace(/[.-]+$/, '');
    if (bare === 'Artistic') found.add(artistic);
    else if (bare === 'BSD') found.add('BSD-3-Clause');
    else {
      const license = namedLicense(/^(?:L?GPL|GFDL)/.test(bare) ? `${bare}${later}` : bare);
      if (license?.kind === 'id') found.add(license.id);
    }
  }
  return [...found].sort();
}
