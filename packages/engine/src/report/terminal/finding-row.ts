/** One line of the list of findings, in columns that fit all of them. */
import type { Finding } from '../../matching/types.ts';
import type { FindingGroup, FindingRow } from '../finding-groups.ts';
import { ageInDays, fixWords, riskMarks, subjectWords } from '../finding-words.ts';
import { severityStyle } from './paint.ts';
import { type Cell, cellGap, type Screen, type Span, styled } from './screen.ts';
import { textWidth } from './text-width.ts';

const indent = 4;
const severityWidth = 10;
const ageWidth = 6;
/** a GHSA id has 19 characters */
const maxIdWidth = 20;
const maxMarksWidth = 15;
const maxFixWidth = 48;
/** A title that has less room says nothing. */
const minTitleWidth = 24;
/** Under this width a row is two lines, since its cells would be too narrow to read. */
const minTableColumns = 72;
const maxPackageNames = 8;

/** What a row says, before it is known how wide its columns are. */
export interface ListedRow {
  readonly finding: Finding;
  /** fix, or why there is none; with the packages where not all of the group are meant */
  readonly fix: string;
  readonly scope: string;
  readonly age: string;
  readonly marks: string;
}

export interface RowColumns {
  readonly id: number;
  readonly fix: number;
  /** 0: no row has one */
  readonly marks: number;
  /** 0: no room, or no row has one */
  readonly title: number;
}

/** The first few names, and how many more there are. */
export function nameList(names: readonly string[]): string {
  const more = names.length - maxPackageNames;
  return more > 0 ? `${names.slice(0, maxPackageNames).join(', ')} and ${more} more` : names.join(', ');
}

export function listedRow(group: FindingGroup, row: FindingRow, evaluatedAt: string): ListedRow {
  const { lead } = row;
  const days = ageInDays(lead, evaluatedAt);
  return {
    finding: lead,
    fix: lead.fix === null ? subjectWords(lead) : fixWords(lead),
    scope: row.packages.length < group.packages.length ? ` (${nameList(row.packages)} only)` : '',
    age: days === null ? '' : `${days} d`,
    marks: riskMarks(lead).join(' '),
  };
}

function widest(rows: readonly ListedRow[], limit: number, text: (row: ListedRow) => string): number {
  return Math.min(
    limit,
    rows.reduce((max, row) => Math.max(max, textWidth(text(row))), 0),
  );
}

export function measureColumns(rows: readonly ListedRow[], screen: Screen): RowColumns {
  const inPackages = rows.filter((row) => row.finding.package !== null);
  const id = widest(rows, maxIdWidth, (row) => row.finding.id);
  const marks = widest(inPackages, maxMarksWidth, (row) => row.marks);
  const fixed = indent + severityWidth + id + ageWidth + 3 * cellGap + (marks === 0 ? 0 : marks + cellGap);
  const room = screen.columns - fixed;
  const arrow = textWidth(screen.glyphs.arrow) + 1;
  const fix = Math.min(room, arrow + widest(inPackages, maxFixWidth, (row) => row.fix + row.scope));
  const left = room - fix - cellGap;
  const hasTitles = inPackages.some((row) => row.finding.title !== null);
  return { id, fix, marks, title: hasTitles && left >= minTitleWidth ? left : 0 };
}

function fixSpans({ finding, fix, scope }: ListedRow, screen: Screen): readonly (string | Span)[] {
  const isFixed = finding.fix?.state === 'fixed';
  return [isFixed ? `${screen.glyphs.arrow} ` : '', styled(fix, isFixed ? 'good' : 'dim'), styled(scope, 'dim')];
}

/** Two lines, for a narrow terminal. */
function writeNarrow(screen: Screen, row: ListedRow, severity: Span): void {
  const { finding, marks, age } = row;
  screen.text(indent, [severity, ' ', styled(finding.id, 'bold'), ' ', styled(marks, 'bad')], indent + 2);
  screen.text(indent + 2, [...fixSpans(row, screen), styled(age === '' ? '' : `, ${age}`, 'dim')]);
}

export function writeRow(screen: Screen, row: ListedRow, columns: RowColumns): void {
  const { finding, age, marks } = row;
  const severity = styled(finding.severity, severityStyle(finding.severity));
  if (screen.columns < minTableColumns) {
    writeNarrow(screen, row, severity);
    return;
  }
  const cells: Cell[] = [
    { text: severity, width: severityWidth, overflow: 'cut' },
    { text: finding.id, width: columns.id, overflow: 'wrap' },
  ];
  if (finding.package === null) {
    const width = screen.columns - indent - severityWidth - columns.id - 2 * cellGap;
    const subject = row.fix === '' ? '' : ` (${row.fix})`;
    screen.row(indent, [...cells, { text: [finding.title ?? '', styled(subject, 'dim')], width, overflow: 'wrap' }]);
    return;
  }
  cells.push(
    { text: fixSpans(row, screen), width: columns.fix, overflow: 'wrap' },
    { text: styled(age === '' ? '' : age.padStart(ageWidth), 'dim'), width: ageWidth, overflow: 'cut' },
  );
  if (columns.marks > 0) cells.push({ text: styled(marks, 'bad'), width: columns.marks, overflow: 'wrap' });
  if (columns.title > 0)
    cells.push({ text: styled(finding.title ?? '', 'dim'), width: columns.title, overflow: 'cut' });
  screen.row(indent, cells);
}
