import { suggestion } from '@plimsoll/engine';
import { LineCounter, parseDocument } from 'yaml';
import { UsageError } from './exit.ts';

/**
 * The keys and values of a settings file: one flat mapping of flag names to scalars or lists of scalars.
 *
 * @throws UsageError with line and column
 */
export function parseSettings(text: string, path: string, known: readonly string[]): Record<string, unknown> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error) throw new UsageError(`${at(error.pos[0])}: ${error.message}`);
  const value: unknown = document.toJS({ maxAliasCount: 10 });
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new UsageError(`${path}: a mapping of settings is expected, such as "fail-on: High"`);
  for (const [key, entry] of Object.entries(value)) {
    if (!known.includes(key)) {
      const place = text.split('\n').findIndex((line) => line.startsWith(key) || line.startsWith(`"${key}`)) + 1;
      throw new UsageError(`${path}:${place}:1: unknown setting "${key}"${suggestion(key, known)}`);
    }
    const scalar = (v: unknown) => ['string', 'number', 'boolean'].includes(typeof v);
    if (!scalar(entry) && !(Array.isArray(entry) && entry.every(scalar)))
      throw new UsageError(`${path}: "${key}" wants a value or a list of values`);
  }
  return { ...value };
}
