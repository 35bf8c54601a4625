import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { needsShared, shared } from '../../../../../test/shared.ts';
import { checkVectors } from '../check-vectors.ts';
import { orderingSign } from '../numeral.ts';
import { maxRangeLength, maxVersionLength, type VersionScheme } from '../scheme.ts';

/** What a scheme's own test brings to the suite that every scheme must pass. */
export interface SchemeFacts {
  /** facts by hand, `1.2 < 1.10`: no blanks in the versions */
  readonly order: readonly string[];
  readonly invalid: readonly string[];
  /** version, the range it is in (true) or not in (false) */
  readonly ranges: readonly (readonly [version: string, inside: boolean, range: string])[];
  readonly invalidRanges: readonly string[];
  /** valid versions, nasty and often close to each other */
  readonly versions: fc.Arbitrary<string>;
  /** the characters that mean something here */
  readonly alphabet: string;
}

const seed = 20_260_822;

/** The suite that every version scheme passes: facts, shared vectors, the laws of an order, limits and hostile text. */
export function describeScheme(scheme: VersionScheme, facts: SchemeFacts): void {
  describe(`scheme ${scheme.name}`, () => {
    describeFacts(scheme, facts);
    describeVectors(scheme);
    describeLaws(scheme, facts.versions);
    describeHostileText(scheme, facts);
  });
}

function parsed(scheme: VersionScheme, text: string): unknown {
  const version = scheme.parse(text);
  if (version === undefined) throw new Error(`${scheme.name} does not take ${JSON.stringify(text)}`);
  return version;
}

function describeFacts(scheme: VersionScheme, facts: SchemeFacts): void {
  test.each(facts.order)('%s', (fact) => {
    const [left = '', sign = '', right = ''] = fact.split(' ');
    const [a, b] = [parsed(scheme, left), parsed(scheme, right)];
    expect(orderingSign(scheme.compare(a, b))).toBe(sign);
    expect(scheme.compare(b, a)).toBe(0 - scheme.compare(a, b) + 0);
  });

  test.each(facts.invalid)('%j is no version', (text) => {
    expect(scheme.parse(text)).toBeUndefined();
  });

  test.each(facts.ranges)('%s is in the range: %s, %s', (version, inside, range) => {
    expect(scheme.ranges?.parse(range)?.(parsed(scheme, version))).toBe(inside);
  });

  test.each(facts.invalidRanges)('%j is no range', (range) => {
    expect(scheme.ranges?.parse(range)).toBeUndefined();
  });
}

function describeVectors(scheme: VersionScheme): void {
  for (const name of [scheme.name, `${scheme.name}-ranges`, `${scheme.name}-validity`]) {
    const path = shared(`vectors/${name}.txt`);
    if (path === undefined && shared('vectors') !== undefined) continue;
    test.skipIf(path === undefined)(`every vector of ${name}${path === undefined ? ` (${needsShared})` : ''}`, () => {
      const result = checkVectors(name, readFileSync(path!, 'utf8'));
      expect(result).toMatchObject({ disagreements: [] });
      expect('checked' in result && result.checked).toBeGreaterThan(0);
    });
  }
}

function describeLaws(scheme: VersionScheme, versions: fc.Arbitrary<string>): void {
  const version = versions.map((text) => ({ text, value: parsed(scheme, text) }));

  test('a version equals itself, read twice', () => {
    fc.assert(
      fc.property(versions, (text) => scheme.compare(parsed(scheme, text), parsed(scheme, text)) === 0),
      { seed, numRuns: 500 },
    );
  });

  test('the order is the same from both sides', () => {
    fc.assert(
      fc.property(
        version,
        version,
        (a, b) => scheme.compare(a.value, b.value) + scheme.compare(b.value, a.value) === 0,
      ),
      { seed, numRuns: 3000 },
    );
  });

  test('the order is transitive', () => {
    fc.assert(
      fc.property(version, version, version, (...three) => {
        const [a, b, c] = three.sort((left, right) => scheme.compare(left.value, right.value));
        expect(scheme.compare(a!.value, b!.value)).toBeLessThanOrEqual(0);
        expect(scheme.compare(b!.value, c!.value)).toBeLessThanOrEqual(0);
        expect(scheme.compare(a!.value, c!.value)).toBeLessThanOrEqual(0);
      }),
      { seed, numRuns: 3000 },
    );
  });

  test('equal versions are interchangeable', () => {
    const pool = fc.sample(versions, { seed, numRuns: 300 }).map((text) => parsed(scheme, text));
    let equalPairs = 0;
    for (const [index, a] of pool.entries()) {
      for (const b of pool.slice(index + 1)) {
        if (scheme.compare(a, b) !== 0) continue;
        equalPairs++;
        expect(pool.every((c) => scheme.compare(a, c) === scheme.compare(b, c))).toBe(true);
      }
    }
    expect(equalPairs).toBeGreaterThan(0);
  });

  test('the explanation says what the comparison says', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const sign = orderingSign(scheme.compare(a.value, b.value));
        const why = scheme.explain?.(a.value, b.value);
        expect(why).toMatch(sign === '=' ? /^equal$/ : new RegExp(`^[^:]+: .* ${sign} .*$`, 's'));
      }),
      { seed, numRuns: 1000 },
    );
  });
}

function describeHostileText(scheme: VersionScheme, { versions, alphabet }: SchemeFacts): void {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 40 }),
    fc.tuple(versions, fc.nat(), fc.constantFrom(...alphabet)).map(([version, at, character]) => {
      const place = at % (version.length + 1);
      return version.slice(0, place) + character + version.slice(place);
    }),
  );

  test('any text is a version or is not, and never throws', () => {
    fc.assert(
      fc.property(text, text, (left, right) => {
        const [a, b] = [scheme.parse(left), scheme.parse(right)];
        scheme.accepts?.(left);
        if (a === undefined || b === undefined) return;
        expect(scheme.compare(a, b) + scheme.compare(b, a)).toBe(0);
        scheme.explain?.(a, b);
      }),
      { seed, numRuns: 5000 },
    );
  });

  test('any text is a range or is not, and never throws', () => {
    fc.assert(
      fc.property(text, versions, fc.boolean(), (range, version, includePrerelease) => {
        const inside = scheme.ranges?.parse(range, { includePrerelease })?.(parsed(scheme, version));
        expect(['boolean', 'undefined']).toContain(typeof inside);
      }),
      { seed, numRuns: 5000 },
    );
  });

  test.each(['1', '1.', '1-', '1~', '1.1-', 'a', '0', '-', '_p', '1a', '+', ' '])(
    'no end of %j is a version',
    (unit) => {
      const huge = unit.repeat(100_000);
      expect(scheme.parse(`1.1.1${huge}`)).toBeUndefined();
      expect(scheme.accepts?.(`1${huge}`)).not.toBe(true);
      expect(scheme.parse('1'.repeat(maxVersionLength + 1))).toBeUndefined();
      expect(scheme.ranges?.parse(`>=1${huge}`)).toBeUndefined();
      expect(scheme.ranges?.parse(`>= ${unit.repeat(Math.floor(maxRangeLength / unit.length))}`)).toBeUndefined();
    },
  );
}
