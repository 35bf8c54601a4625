/** The answer of `plimsoll explain` for programs: all of it, in the order of the type. */

import type { Explanation } from '../result/explanation.ts';
import { resultKeyOrder } from '../result/key-order.ts';
import { escapeInvisible, ordered } from './json-text.ts';

/** `layers` is for the text alone: the result has it. */
export function explanationJson({ layers: _, ...explanation }: Explanation): string {
  const matches = explanation.matches.map((match) => ({
    ...match,
    finding: ordered(match.finding, resultKeyOrder.findings ?? null),
  }));
  return `${escapeInvisible(JSON.stringify({ ...explanation, matches }, null, 2))}\n`;
}

/** Of a result of several platforms: one for each. */
export function explanationsJson(explanations: readonly Explanation[]): string {
  const each = explanations.map((explanation) => explanationJson(explanation).trimEnd().replaceAll('\n', '\n    '));
  return `{\n  "schemaVersion": "1",\n  "explanations": [\n    ${each.join(',\n    ')}\n  ]\n}\n`;
}
