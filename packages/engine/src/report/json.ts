/** The result as JSON, whole and unfiltered: the report for programs. Described by the published JSON Schema. */
import { type KeyOrder, resultKeyOrder } from '../result/key-order.ts';
import type { InventoryResult, PlatformResults, ScanResult } from '../result/types.ts';
import type { ReportFormat } from './types.ts';

/** What JSON leaves as it is, but would act on a terminal that shows it: DEL, C1, bidi and other invisible characters. */
const invisible = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

function escapeInvisible(text: string): string {
  return text.replace(invisible, (char) =>
    Array.from(
      { length: char.length },
      (_, index) => `\\u${char.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** The same value with its keys in the order of `order`, further keys behind them by code unit. */
function ordered(value: unknown, order: KeyOrder | null): unknown {
  if (Array.isArray(value)) return value.map((item) => ordered(item, order));
  if (value === null || typeof value !== 'object') return value;
  const fields = new Map<string, unknown>(Object.entries(value));
  const known = order === null ? [] : Object.keys(order);
  const rest = [...fields.keys()].filter((key) => order === null || !Object.hasOwn(order, key)).sort();
  return Object.fromEntries(
    [...known.filter((key) => fields.has(key)), ...rest].map((key) => [
      key,
      ordered(fields.get(key), order !== null && Object.hasOwn(order, key) ? order[key]! : null),
    ]),
  );
}

/** One property of the top level at a time, so that a big result is never one string more than needed. */
function* renderJson(result: InventoryResult | ScanResult): Generator<string> {
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

/** What `sbom --format json` prints: the packages and what is known of the image, no judgement. */
export function renderInventoryJson(result: InventoryResult): Iterable<string> {
  return renderJson(result);
}

/** One result a platform, and what differs between them. */
export function* renderPlatformsJson({
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

export const json: ReportFormat = {
  name: 'json',
  extension: 'json',
  mediaType: 'application/json',
  render: (result) => renderJson(result),
  renderAll: (results) => renderPlatformsJson(results),
};
