/** The result as JSON, whole and unfiltered: the report for programs. Described by the published JSON Schema. */
import { type KeyOrder, resultKeyOrder } from '../result/key-order.ts';
import type { InventoryResult, PlatformResults } from '../result/types.ts';
import { escapeInvisible, ordered } from './json-text.ts';
import type { InventoryFormat } from './types.ts';

/** One entry of the top level at a time, so that a big result is never one string more than needed. */
function* renderJson(result: InventoryResult): Generator<string> {
  const fields = new Map<string, unknown>(Object.entries(result));
  const names = Object.keys(resultKeyOrder);
  const rest = [...fields.keys()].filter((key) => !Object.hasOwn(resultKeyOrder, key)).sort();
  let separator = '{\n';
  for (const key of [...names, ...rest]) {
    const value = fields.get(key);
    if (value === undefined) continue;
    const order = resultKeyOrder[key] ?? null;
    yield `${separator}  ${JSON.stringify(key)}: `;
    separator = ',\n';
    if (Array.isArray(value) && value.length > 0) yield* arrayPieces(value, order);
    else yield valueText(value, order, '  ');
  }
  yield '\n}\n';
}

function* arrayPieces(values: readonly unknown[], order: KeyOrder | null): Generator<string> {
  let separator = '[\n    ';
  for (const value of values) {
    yield separator + valueText(value, order, '    ');
    separator = ',\n    ';
  }
  yield '\n  ]';
}

function valueText(value: unknown, order: KeyOrder | null, indent: string): string {
  return escapeInvisible(JSON.stringify(ordered(value, order), null, 2).replaceAll('\n', `\n${indent}`));
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
