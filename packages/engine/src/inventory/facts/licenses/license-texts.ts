import { namedLicense } from '../../../licenses/license-names.ts';
import { KeywordSearch } from '../keyword-search.ts';

interface Known {
  readonly id: string;
  /** all of them stand in the text */
  readonly has: readonly string[];
  /** none of them does */
  readonly hasNot?: readonly string[];
}

const gplLater = 'or at your option any later version';

/** Phrases that stand in the text of a licence and in no other; case, punctuation and line breaks do not matter. */
const listed: readonly Known[] = [
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
  {
    id: 'HPND',
    has: [
      'permission to use copy modify and distribute this software and its documentation for any purpose and without fee is hereby granted',
    ],
  },
  {
    id: 'HPND-sell-variant',
    has: [
      'permission to use copy modify distribute and sell this software and its documentation for any purpose is hereby granted without fee',
    ],
  },
  {
    id: 'NTP',
    has: [
      'permission to use copy modify and distribute this software and its documentation for any purpose with or without fee is hereby granted',
    ],
  },
  {
    id: 'PostgreSQL',
    has: [
      'permission to use copy modify and distribute this software and its documentation for any purpose without fee and without a written agreement is hereby granted',
    ],
  },
  {
    id: 'FSFAP',
    has: [
      'with or without modification are permitted in any medium without royalty provided the copyright notice and this notice are preserved',
    ],
  },
  { id: 'FSFUL', has: ['gives unlimited permission to copy distribute and modify it'] },
  {
    id: 'FSFULLR',
    has: [
      'gives unlimited permission to copy and or distribute it with or without modifications as long as this notice is preserved',
    ],
    hasNot: ['without any warranty'],
  },
  {
    id: 'FSFULLRWD',
    has: [
      'gives unlimited permission to copy and or distribute it with or without modifications as long as this notice is preserved',
      'without any warranty',
    ],
  },
  {
    id: 'BSD-4.3RENO',
    has: [
      'permitted provided that the above copyright notice and this paragraph are duplicated in all such forms and that any documentation advertising materials',
    ],
  },
  {
    id: 'TCP-wrappers',
    has: ['permitted provided that this entire copyright notice is duplicated in all such copies'],
  },
  {
    id: 'TCL',
    has: [
      'hereby grant permission to use copy modify distribute and license this software and its documentation for any purpose provided that existing copyright notices are retained in all copies',
    ],
  },
  {
    id: 'Spencer-94',
    has: [
      'permission is granted to anyone to use this software for any purpose on any computer system and to alter it and redistribute it subject to the following restrictions',
    ],
  },
  {
    id: 'Spencer-86',
    has: [
      'permission is granted to anyone to use this software for any purpose on any computer system and to redistribute it freely subject to the following restrictions',
    ],
  },
  {
    id: 'bzip2-1.0.6',
    has: ['this program bzip2 the associated library libbzip2 and all documentation are copyright'],
  },
  { id: 'SSLeay-standalone', has: ['this package is an ssl implementation written by eric young'] },
  {
    id: 'OpenSSL',
    has: ['this product includes software developed by the openssl project for use in the openssl toolkit'],
  },
  { id: 'Unicode-DFS-2016', has: ['obtaining a copy of the unicode data files and any associated documentation'] },
  {
    id: 'Unicode-3.0',
    has: ['free of charge to any person obtaining a copy of data files and any associated documentation'],
  },
  { id: 'Zend-2.0', has: ['the zend engine license version 2 00'] },
  { id: 'PHP-3.01', has: ['the php license version 3 01'] },
  { id: 'Info-ZIP', has: ['of the info zip license'] },
  { id: 'FTL', has: ['the freetype project license'] },
  { id: 'curl', has: ['curl and libcurl are licensed under a mit x derivate license'] },
];

/** What is looked for; made when it is: most images without Debian packages ask for none of it, and it takes milliseconds. */
let sought: Sought | undefined;

interface Sought {
  readonly texts: readonly Required<Known>[];
  readonly phrases: readonly string[];
  readonly search: KeywordSearch;
}

function makeSought(): Sought {
  const texts = listed.map(({ id, has, hasNot = [] }) => ({ id, has: has.map(plain), hasNot: hasNot.map(plain) }));
  const phrases = [...new Set(texts.flatMap(({ has, hasNot }) => [...has, ...hasNot]))];
  return { texts, phrases, search: new KeywordSearch(phrases) };
}

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
  return licensesInWords(plain(text));
}

function licensesInWords(words: string): readonly string[] {
  sought ??= makeSought();
  const { texts, phrases, search } = sought;
  const there = new Set<string>();
  search.search(Buffer.from(words, 'latin1'), (_, phrase) => {
    there.add(phrases[phrase]!);
    return true;
  });
  const found = new Set<string>();
  for (const { id, has, hasNot } of texts) {
    if (has.every((phrase) => there.has(phrase)) && !hasNot.some((phrase) => there.has(phrase))) found.add(id);
  }
  return [...found].sort();
}

/** In words that are `plain`: `gnu lesser general public license version 2 1`; not the first words of the licence itself. */
const gnuNotice =
  /gnu (lesser |library |affero )?general public license(?: as published by the free software foundation)?(?: either)? v(?:ersion )?([123])(?: ([01])(?! \d))?\b(?! (?:june|february|29 june|19 november))( of the license)?( or later)?/g;
const publicDomain =
  /(?<!\bnot )\b(?:is|are|in|into) (?:the )?public domain\b|^ ?public domain\b|\bpublic domain written by\b/;

/** Of notices that name a GNU licence in words, and of what is in the public domain. */
function licensesInNotices(words: string, later: string): readonly string[] {
  const found: string[] = [];
  for (const [, kind = '', major = '', minor, , orLater] of words.matchAll(gnuNotice)) {
    const family = kind === '' ? 'GPL' : kind === 'affero ' ? 'AGPL' : 'LGPL';
    const license = namedLicense(`${family}-${major}.${minor ?? 0}${orLater === undefined ? later : '+'}`);
    if (license?.kind === 'id') found.push(license.id);
  }
  if (publicDomain.test(words)) found.push('LicenseRef-Public-Domain');
  return found;
}

const common = /\/usr\/share\/common-licenses\/([A-Za-z0-9][A-Za-z0-9.+-]{0,30})/g;
const artistic = 'Artistic-1.0-Perl';
/** What a choice is told by, and what it is between. */
const termsOfPerl =
  /\bthe same terms as perl\b|\beither (?:a )?the gnu general public license as published by the free software foundation either version 1 or at your option any later version or (?:b )?the (?:perl )?artistic license\b/;
const gplOfPerl = /^GPL-1\.0-(?:only|or-later)$/;

/** A file that says "the same terms as Perl" gives a choice, where it names no other GPL that some part may be under. */
function withChoice(ids: ReadonlySet<string>, words: string): readonly string[] {
  const gpl = [...ids].filter((id) => id.startsWith('GPL-'));
  if (!termsOfPerl.test(words) || !gpl.every((id) => gplOfPerl.test(id))) return [...ids];
  return [...[...ids].filter((id) => id !== artistic && !gpl.includes(id)), `${artistic} OR GPL-1.0-or-later`];
}

/**
 * Of a `copyright` file of Debian that declares nothing in machine-readable form: what it names of the distribution's common
 * licences, GNU licences that it names in words, and those whose text stands in it. "Any later version" counts for every GNU
 * licence that it names. The terms of Perl are an expression, `Artistic-1.0-Perl OR GPL-1.0-or-later`.
 */
export function licensesInDebCopyright(text: string): readonly string[] {
  const words = plain(text);
  const later = words.includes(plain(gplLater)) ? '+' : '';
  const found = new Set([...licensesInWords(words), ...licensesInNotices(words, later)]);
  for (const [, name = ''] of text.matchAll(common)) {
    const bare = name.replace(/[.-]+$/, '');
    if (bare === 'Artistic') found.add(artistic);
    else if (bare === 'BSD') found.add('BSD-3-Clause');
    else {
      const license = namedLicense(/^(?:L?GPL|GFDL)/.test(bare) ? `${bare}${later}` : bare);
      if (license?.kind === 'id') found.add(license.id);
    }
  }
  return withChoice(found, words).toSorted();
}
