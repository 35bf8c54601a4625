import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InventoryResult } from '../result/types.ts';
import { spdx } from './spdx.ts';
import { spdxTagValue } from './spdx-tag-value.ts';
import { expectGolden } from './testing/golden.ts';
import { carried, readBack } from './testing/read-back.ts';
import { readSpdx, readTagValue, type SpdxJson } from './testing/read-spdx.ts';
import { anyInventory, sbomResults, smallInventory } from './testing/sbom-results.ts';

function bothWays(result: InventoryResult): readonly [SpdxJson, SpdxJson] {
  const text = [...spdxTagValue.render(result)].join('');
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]/u);
  const json = JSON.parse([...spdx.render(result)].join('')) as SpdxJson;
  const tags = readTagValue(text);
  // Each format has a document of its own.
  expect(tags.documentNamespace).not.toBe(json.documentNamespace);
  return [
    { ...tags, documentNamespace: '' },
    { ...json, documentNamespace: '' },
  ];
}

describe('spdx-tag-value', () => {
  it.each(sbomResults)('says what the JSON format says, read back: %s', (_, result) => {
    const [tags, json] = bothWays(result());
    // Vitest's own comparison takes ten times as long.
    expect(isDeepStrictEqual(tags, json)).toBe(true);
  });

  it('says what the JSON format says and gives the inventory when read back, whatever an image holds', () => {
    fc.assert(
      fc.property(anyInventory, (result) => {
        const [tags, json] = bothWays(result);
        expect(tags).toEqual(json);
        expect(readBack(readSpdx(tags))).toEqual(carried(result));
      }),
      { numRuns: 60 },
    );
  });

  it('looks like this', () => {
    expectGolden('small.spdx', [...spdxTagValue.render(smallInventory())].join(''));
  });
});
