import { maxRangeLength, type Ordering, type RangeGrammar, type RangeTest } from '../scheme.ts';
import { compareDebVersions, type DebVersion, parseDebVersion } from './deb-version.ts';

/** The old `<` and `>` are left out on purpose: dpkg reads them as `<=` and `>=`, people do not. */
const relations: Readonly<Record<string, (ordering: Ordering) => boolean>> = {
  '<<': (ordering) => ordering < 0,
  '<=': (ordering) => ordering <= 0,
  '=': (ordering) => ordering === 0,
  '>=': (ordering) => ordering >= 0,
  '>>': (ordering) => ordering > 0,
};

/**
 * Relations joined by commas, all of which must hold: `>= 1.2, << 2`. The empty text holds always.
 * @see https://www.debian.org/doc/debian-policy/ch-relationships.html#syntax-of-relationship-fields
 */
function parseDebRelations(text: string): RangeTest<DebVersion> | undefined {
  if (text.length > maxRangeLength) return undefined;
  if (text.trim() === '') return () => true;
  const tests: RangeTest<DebVersion>[] = [];
  for (const part of text.split(',')) {
    const [, sign = '', bound = ''] = /^(<<|<=|=|>=|>>)(.*)$/s.exec(part.trim()) ?? [];
    const holds = relations[sign];
    const version = parseDebVersion(bound);
    if (holds === undefined || version === undefined) return undefined;
    tests.push((candidate) => holds(compareDebVersions(candidate, version)));
  }
  return (version) => tests.every((test) => test(version));
}

export const debRelations: RangeGrammar<DebVersion> = { parse: parseDebRelations };
