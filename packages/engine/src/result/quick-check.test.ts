import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleResult } from '../report/testing/sample-result.ts';
import { findingSchema } from './finding-schema.ts';
import { quickCheck } from './quick-check.ts';

const check = quickCheck(findingSchema);
const findings = sampleResult().findings;

/** Every place in a value, the value itself first. */
function places(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

/** With another value there; `gone` leaves it out. */
function put(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other;
  const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...(value as object) };
  if (rest.length === 0 && other === gone) delete copy[key];
  else copy[key] = put(copy[key], rest, other);
  return copy;
}

const gone = Symbol('gone');

describe('the quick check of a finding', () => {
  it('takes what the schema takes, and nothing else, wherever something else stands', () => {
    const others = [
      gone,
      undefined,
      null,
      true,
      false,
      0,
      1.5,
      -1,
      7,
      Number.POSITIVE_INFINITY,
      '',
      'x',
      [],
      [null],
      {},
    ];
    let taken = 0;
    let refused = 0;
    for (const finding of findings) {
      expect(check(finding)).toBe(true);
      for (const path of places(finding)) {
        for (const other of others) {
          const changed = put(finding, path, other);
          const fits = findingSchema.safeParse(changed).success;
          expect(check(changed), `${path.join('.')} = ${String(other)}`).toBe(fits);
          if (fits) taken++;
          else refused++;
        }
      }
    }
    expect(Math.min(taken, refused)).toBeGreaterThan(100);
  });

  it('is that of any JSON, too', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...findings), fc.nat(), (value, finding, at) => {
        const all = places(finding);
        const changed = put(finding, all[at % all.length]!, value);
        expect(check(changed)).toBe(findingSchema.safeParse(changed).success);
      }),
      { numRuns: 300 },
    );
  });
});
