import { dirname } from 'node:path';
import { shallowLexemes, suggestion } from '@plimsoll/engine';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { UsageError } from './exit.ts';

/** A value of a settings file as text, or a list of them, and where it stands (`plimsoll.yaml:3:10`). */
export interface SettingsValue {
  readonly value: string | readonly string[];
  readonly place: string;
  /** of the settings file */
  readonly folder: string;
}

/** A list in a mapping is all that settings need. */
const maxDepth = 20;

/**
 * The keys and values of a settings file: one flat mapping of flag names to scalars or lists of scalars.
 *
 * @throws UsageError with line and column
 */
export function parseSettings(
  text: string,
  path: string,
  known: readonly string[],
): ReadonlyMap<string, SettingsValue> {
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const tooDeep = (offset: number) => {
    const { length } = text.slice(0, offset).split('\n');
    throw new UsageError(`${path}:${length}: nested more than ${maxDepth} deep`);
  };
  for (const _ of shallowLexemes(text, maxDepth, tooDeep));
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placeOf = (node: unknown) => at((node as { range?: [number] } | null)?.range?.[0] ?? 0);
  const [error] = document.errors;
  if (error) {
    // lists in lists by their dashes are composed by recursion
    const what = /call stack/.test(error.message) ? 'nested too deep' : error.message;
    throw new UsageError(`${at(error.pos[0])}: ${what}`);
  }
  const settings = new Map<string, SettingsValue>();
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return settings;
  if (!isMap(root))
    throw new UsageError(`${placeOf(root)}: a mapping of settings is expected, such as "fail-on: High"`);
  for (const { key, value } of root.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (!known.includes(name))
      throw new UsageError(`${placeOf(key)}: unknown setting "${name}"${suggestion(name, known)}`);
    const found = isSeq(value) ? value.items.map(scalarText) : scalarText(value);
    if (found === undefined || (Array.isArray(found) && found.includes(undefined)))
      throw new UsageError(`${placeOf(value ?? key)}: "${name}" wants a value or a list of values`);
    settings.set(name, { value: found as string | string[], place: placeOf(value), folder: dirname(path) });
  }
  return settings;
}

/** As it stands in the file, so that `at: 2026-08-22` and `timeout: 1e2` mean what they say. */
function scalarText(node: unknown): string | undefined {
  if (!isScalar(node) || node.value === null) return undefined;
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
}
