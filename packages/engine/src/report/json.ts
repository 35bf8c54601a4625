/** The result as JSON, whole and unfiltered: the report for programs. Described by the published JSON Schema. */
import { type KeyOrder, resultKeyOrder } from '../result/key-order.ts';
import { type InventoryResult, isScanResult, type PlatformResults } from '../result/types.ts';
import { AlikeObjects } from './alike-objects.ts';
import { escapeInvisible, ordered, valueText } from './json-text.ts';
import type { InventoryFormat } from './types.ts';

/** One entry of the top level at a time, so that a big result is never one string more than needed. */
function* renderJson(result: InventoryResult): Generator<string> {
  const fields = new Map<string, unknown>(Object.entries(isScanResult(result) ? result : withoutCode(result)));
  const names = Object.keys(resultKeyOrder);
  const rest = [...fields.keys()].filter((key) => !Object.hasOwn(resultKeyOrder, key)).sort();
  let separator = '{\n';
  for (const key of [...names, ...rest]) {
    const value = fields.get(key);
    if (value === undefined) continue;
    const order = resultKeyOrder[key] ?? null;
    yield `${separator}  ${JSON.stringify(key)}: `;
    separator = ',\n';
    yield* valuePieces(value, order, '  ');
  }
  yield '\n}\n';
}

/** A list of packages says the same whether their code was looked at or not. */
function withoutCode(result: InventoryResult): InventoryResult {
  const { code: _, ...facts } = result.facts;
  return { ...result, facts };
}

/** How deep lists are taken apart: `findings` and `facts.files` may have millions of bytes, their entries do not. */
const maxIndent = 4;

/** The entries of lists, and of objects that hold lists, one at a time: no list is ever one string. */
function* valuePieces(value: unknown, order: KeyOrder | null, indent: string): Generator<string> {
  if (indent.length > maxIndent || value === null || typeof value !== 'object') {
    yield valueText(value, order, indent);
    return;
  }
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return yield '[]';
    let separator = '[';
    // those of one vulnerability stand next to each other
    const alike = order === resultKeyOrder.findings ? new AlikeObjects(order, inner) : undefined;
    for (const each of value) {
      // not as one string, of which a copy would be made
      yield `${separator}\n${inner}`;
      yield alike?.textOf(each) ?? valueText(each, order, inner);
      separator = ',';
    }
    return yield `\n${indent}]`;
  }
  let separator = '{';
  for (const [key, each] of Object.entries(ordered(value, order, 1) as object)) {
    if (each === undefined) continue;
    yield `${separator}\n${inner}${escapeInvisible(JSON.stringify(key))}: `;
    yield* valuePieces(each, order?.[key] ?? null, inner);
    separator = ',';
  }
  yield separator === '{' ? '{}' : `\n${indent}}`;
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
    yield* withoutLastLineEnd(renderJson(result));
    separator = ',\n';
  }
  yield `\n  ],\n  "differences": ${escapeInvisible(JSON.stringify(differences, null, 2).replaceAll('\n', '\n  '))}\n}\n`;
}

function* withoutLastLineEnd(pieces: Iterable<string>): Generator<string> {
  let last = '';
  for (const piece of pieces) {
    yield last;
    last = piece;
  }
  yield last.trimEnd();
}

/** Whatever the result has: of an inventory the packages and what is known of the image, of a scan the judgement too. */
export const json: InventoryFormat = {
  name: 'json',
  extension: 'json',
  mediaType: 'application/json',
  render: (result) => renderJson(result),
  renderAll: (results) => renderPlatformsJson(results),
};
