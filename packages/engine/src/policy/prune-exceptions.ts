import type { ExceptionFile } from './exception.ts';
import { exceptionLimits } from './exception-limits.ts';
import { YamlReader } from './yaml-reader.ts';

/**
 * The text of an exceptions file without some of its entries and the comments right above them; everything else stays as it
 * is written. Of ours and of `.trivyignore`; null for others, and for entries that do not begin a line each.
 *
 * @param drop sources of the entries (`Exception.source`)
 */
export function pruneExceptions(text: string, file: ExceptionFile, drop: ReadonlySet<string>): string | null {
  const starts = file.format === null ? ourLines(text, file) : file.format === 'trivyignore' ? lineNumbers(file) : null;
  if (starts === null) return null;
  const lines = text.split('\n');
  const begins = starts.map((line) => withComments(lines, line));
  const isLineEach = file.format === 'trivyignore';
  const gone = new Set<number>();
  for (const [at, { source }] of file.exceptions.entries()) {
    if (!drop.has(source)) continue;
    const end = isLineEach ? starts[at]! + 1 : (begins[at + 1] ?? lastLine(lines) + 1);
    for (let line = begins[at]!; line < end; line++) gone.add(line);
  }
  if (!isLineEach && file.exceptions.every(({ source }) => drop.has(source))) return '[]\n';
  return lines.filter((_, line) => !gone.has(line)).join('\n');
}

/** From 0. */
function ourLines(text: string, file: ExceptionFile): readonly number[] | null {
  const reader = new YamlReader(text, file.source, exceptionLimits);
  const root = reader.root();
  if (root === undefined) return null;
  const list = reader.isMapping(root) ? reader.freeMapping(root, '')?.entries.get('exceptions') : root;
  const nodes = list === undefined ? [] : reader.list(list, 'exceptions');
  const lines = nodes.map((node) => lineOf(reader.position(node.range?.[0] ?? 0)));
  const written = text.split('\n');
  const eachItsOwn = lines.every((line, at) => line > (lines[at - 1] ?? -1) && /^\s*- /.test(written[line] ?? ''));
  return eachItsOwn && nodes.length === file.exceptions.length ? lines : null;
}

function lineNumbers({ exceptions }: ExceptionFile): readonly number[] {
  return exceptions.map(({ source }) => Number(source.slice(source.lastIndexOf(':') + 1)) - 1);
}

function lineOf(position: string): number {
  return Number(position.split(':').at(-2)) - 1;
}

/** The first line of the comment that ends right above a line; an empty line parts them, and another indentation. */
function withComments(lines: readonly string[], line: number): number {
  const indent = /^\s*/.exec(lines[line] ?? '')![0];
  let first = line;
  while (first > 0 && lines[first - 1]!.startsWith(`${indent}#`)) first--;
  return first;
}

/** What follows the last entry of a list belongs to it, but not the end of the file. */
function lastLine(lines: readonly string[]): number {
  let last = lines.length - 1;
  while (last > 0 && (lines[last]?.trim() === '' || /^\s*#/.test(lines[last] ?? ''))) last--;
  return last;
}
