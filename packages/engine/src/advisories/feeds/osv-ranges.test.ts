import { describe, expect, test } from 'vitest';
import { schemeCompare } from './compare.ts';
import { extraVersions, versionRanges } from './osv-ranges.ts';
import type { OsvEvent } from './osv-schema.ts';

const range = (introduced: string | null, fixed: string | null, lastAffected: string | null = null) => ({
  introduced,
  fixed,
  lastAffected,
});
const compare = schemeCompare('semver');

const cases: [string, OsvEvent[], ReturnType<typeof range>[]][] = [
  ['one pair', [{ introduced: '1.0.0' }, { fixed: '1.2.0' }], [range('1.0.0', '1.2.0')]],
  ['from the beginning', [{ introduced: '0' }, { fixed: '1.2.0' }], [range(null, '1.2.0')]],
  ['never fixed', [{ introduced: '1.0.0' }], [range('1.0.0', null)]],
  ['last affected', [{ introduced: '0' }, { last_affected: '1.1.0' }], [range(null, null, '1.1.0')]],
  ['one version alone', [{ introduced: '1.1.0' }, { last_affected: '1.1.0' }], [range('1.1.0', null, '1.1.0')]],
  [
    'several pairs',
    [{ introduced: '0' }, { fixed: '1.0.1' }, { introduced: '2.0.0' }, { fixed: '2.0.4' }],
    [range(null, '1.0.1'), range('2.0.0', '2.0.4')],
  ],
  [
    'events out of order',
    [{ fixed: '2.0.4' }, { introduced: '2.0.0' }, { fixed: '1.0.1' }, { introduced: '0' }],
    [range(null, '1.0.1'), range('2.0.0', '2.0.4')],
  ],
  [
    'the first of two fixes ends it',
    [{ introduced: '0' }, { fixed: '1.0.5' }, { fixed: '1.0.2' }],
    [range(null, '1.0.2')],
  ],
  [
    'introduced again where it was fixed',
    [{ introduced: '0' }, { fixed: '1.0.0' }, { introduced: '1.0.0' }, { fixed: '1.1.0' }],
    [range(null, '1.0.0'), range('1.0.0', '1.1.0')],
  ],
  [
    'introduced again before the first fix',
    [{ introduced: '2.11.0' }, { fixed: '2.11.7' }, { introduced: '0' }, { fixed: '2.11.6' }],
    [range(null, '2.11.6')],
  ],
  ['a limit', [{ introduced: '0' }, { limit: '3.0.0' }], [range(null, '3.0.0')]],
  ['no limit', [{ introduced: '0' }, { limit: '*' }], [range(null, null)]],
  ['a fix without a beginning says nothing', [{ fixed: '1.0.0' }], []],
];

describe('ranges of OSV events', () => {
  test.each(cases)('%s', (_what, events, expected) => {
    expect(versionRanges({ ranges: [{ type: 'SEMVER', events }] }, compare)).toEqual(expected);
  });

  test('commits are left out, other ranges add up', () => {
    const ranges = [
      { type: 'GIT', events: [{ introduced: '0' }, { fixed: 'abc' }] },
      { type: 'ECOSYSTEM', events: [{ introduced: '1.0.0' }, { fixed: '1.1.0' }] },
      { type: 'SEMVER', events: [{ introduced: '2.0.0' }] },
    ];
    expect(versionRanges({ ranges }, compare)).toEqual([range('1.0.0', '1.1.0'), range('2.0.0', null)]);
  });

  test('without a comparator events pair as they stand', () => {
    expect(
      versionRanges({ ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: 'b' }, { fixed: 'a' }] }] }, null),
    ).toEqual([range('b', 'a')]);
  });
});

describe('exact versions', () => {
  const ranges = [range('1.0.0', '1.2.0'), range('2.0.0', null, '2.1.0')];

  test('only those outside the ranges are kept', () => {
    expect(
      extraVersions(['1.0.0', '1.1.9', '1.2.0', '2.1.0', '2.1.1', '0.9.0', '0.9.0', 'odd'], ranges, compare),
    ).toEqual(['0.9.0', '1.2.0', '2.1.1', 'odd']);
  });

  test.each([
    ['without a comparator', ranges, null],
    ['without ranges', [], compare],
  ])('%s all are kept, sorted', (_what, given, how) => {
    expect(extraVersions(['1.1.0', '1.0.0'], given, how)).toEqual(['1.0.0', '1.1.0']);
  });

  test('a record with very many of both is not compared version by version', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => `1.0.${index}`);
    const wide = many.map((version) => range(version, null));
    let comparisons = 0;
    const counting = () => {
      comparisons++;
      return 0 as const;
    };
    expect(extraVersions(many, wide, counting)).toHaveLength(20_000);
    expect(comparisons).toBe(0);
  });
});
