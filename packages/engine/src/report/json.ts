/** The result as JSON, whole and unfiltered: the report for programs. Described by the published JSON Schema. */
import { resultKeyOrder } from '../result/key-order.ts';
import type { InventoryResult, PlatformResults } from '../result/types.ts';
import { escapeInvisible, ordered } from './json-text.ts';
import type { InventoryFormat } from './types.ts';

/** One property of the top level at a time, so that a big result is never one string more than needed. */
function* renderJson(result: InventoryResult): Generator<string> {
  const fields = ordered(result, resultKeyOrder) as Readonly<Record<string, unknown>>;
  let separator = '{\n';
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const body = JSON.stringify(value, null, 2).replaceAll('\n', '\n  ');
    yield `${separator}  ${JSON.stringify(key)}: ${escapeInvisible(body)}`;
    separator = ',\n';
  }
  yield '\n}\n';
}

/** One result a platform, and what differs between them. */
function* renderPlatformsJson({
  schemaVersion,
  reference,
  results,
  differences,
}: PlatformResults<InventoryResult>): Generator<string> {
  yield `{\n  "schemaVersion": ${JSON.stringify(schemaVersion)},\n  "reference": ${escapeInvisible(JSON.stringify(reference))},\n  "results": [\n`;
  let separator = '';
  for (const result of results) {
    yield separator;
    yield [...renderJson(result)].join('').trimEnd();
    separator = ',\n';
  }
  yield `\n  ],\n  "differences": ${escapeInvisible(JSON.stringify(differences, null, 2).replaceAll('\n', '\n  '))}\n}\n`;
}

/** Whatever the result has: of an inventory the packages and what is known of the image, of a scan the judgement too. */
export const json: InventoryFormat = {
  name: 'json',
  extension: 'json',
  mediaType: 'application/json',
  render: (result) => renderJson(result),
  renderAll: (results) => renderPlatformsJson(results),
};
