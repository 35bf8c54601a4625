/**
 * The table that clair-scanner prints: a row for each vulnerability with whether it is approved, worst first.
 *
 * @see https://github.com/arminc/clair-scanner
 */
import type { ScanResult } from '../result/types.ts';
import { clairEntries, unapprovedIds } from './clair.ts';
import { severitiesWorstFirst } from './shown-findings.ts';
import { paint, type Style } from './terminal/paint.ts';
import { splitAtWidth, textWidth } from './terminal/text-width.ts';
import type { ReportFormat, ReportOptions } from './types.ts';

const titles = ['Status', 'CVE Severity', 'Package Name', 'Package Version', 'CVE Description'];
/** Cells of the columns; what is longer goes on in the next line. */
const widths = [10, 28, 28, 24];
const narrowestDescription = 32;
const severityOrder: ReadonlyMap<string, number> = new Map(severitiesWorstFirst.map((severity, at) => [severity, at]));

function* render(result: ScanResult, { columns, color }: ReportOptions, all: boolean): Generator<string> {
  const unapproved = new Set(unapprovedIds(result));
  const entries = [...clairEntries(result)]
    .filter(({ vulnerability }) => all || unapproved.has(vulnerability))
    .sort((a, b) => severityOrder.get(a.severity)! - severityOrder.get(b.severity)!);
  if (entries.length === 0) return;
  const taken = widths.reduce((sum, width) => sum + width + 3, 1);
  const layout = [...widths, Math.max(narrowestDescription, columns - taken - 3)];
  const rule = `+${layout.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  yield rule + row(titles, layout) + rule;
  for (const entry of entries) {
    const approved = !unapproved.has(entry.vulnerability);
    const cells = [
      approved ? 'Approved' : 'Unapproved',
      `${entry.severity} ${entry.vulnerability}`,
      entry.featurename,
      entry.featureversion,
      [entry.description, entry.link].filter((text) => text !== '').join('\n'),
    ];
    yield row(cells, layout, color ? (approved ? 'good' : 'bad') : 'plain') + rule;
  }
}

function row(cells: readonly string[], layout: readonly number[], style: Style = 'plain'): string {
  const wrapped = cells.map((cell, at) => cell.split('\n').flatMap((text) => wrap(text, layout[at]!)));
  const height = Math.max(...wrapped.map(({ length }) => length));
  return Array.from({ length: height }, (_, at) => {
    const texts = wrapped.map((lines, column) => {
      const text = lines[at] ?? '';
      const padded = text + ' '.repeat(Math.max(0, layout[column]! - textWidth(text)));
      return column === 0 ? paint(padded, style, style !== 'plain') : padded;
    });
    return `| ${texts.join(' | ')} |\n`;
  }).join('');
}

/** At spaces where there are some. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (textWidth(rest) > width) {
    const [head] = splitAtWidth(rest, width);
    const space = head.lastIndexOf(' ');
    const end = space > width / 2 ? space : head.length;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

/** @param all false: what is approved is left out */
export function clairTable(all: boolean): ReportFormat {
  return {
    name: 'clair-table',
    extension: 'txt',
    mediaType: 'text/plain; charset=utf-8',
    render: (result, options) => render(result, options, all),
  };
}
