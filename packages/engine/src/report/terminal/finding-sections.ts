/** The list of findings by package, and what was suppressed. */
import type { Finding } from '../../matching/types.ts';
import type { ScanResult } from '../../result/types.ts';
import { type FindingGroup, type FindingRow, groupFindings } from '../finding-groups.ts';
import { ageInDays, fixWords, plural, riskMarks, subjectWords } from '../finding-words.ts';
import { type LayerPlace, layerPlaces } from '../layer-words.ts';
import { countVulnerabilities, selectFindings } from '../shown-findings.ts';
import type { ReportOptions } from '../types.ts';
import { heading } from './gate-sections.ts';
import { severityStyle } from './paint.ts';
import { type Cell, cellGap, type Screen, type Span, styled } from './screen.ts';
import { textWidth } from './text-width.ts';

const severityWidth = 10;
const ageWidth = 6;
/** a GHSA id has 19 characters */
const idWidths = { min: 13, max: 20 };
const maxMarksWidth = 15;
const minFixWidth = 14;
/** Under this width a row is two lines, since its cells would be too narrow to read. */
const minTableColumns = 72;
/** From this width on there is room for titles. */
const minTitleColumns = 110;
const maxPackageNames = 8;

interface Columns {
  readonly id: number;
  readonly fix: number;
  readonly marks: number;
  readonly title: number;
}

function measure(rows: readonly FindingRow[], screen: Screen): Columns {
  const widest = (of: (row: FindingRow) => string): number =>
    rows.reduce((max, row) => Math.max(max, textWidth(of(row))), 0);
  const id = Math.min(
    idWidths.max,
    Math.max(
      idWidths.min,
      widest((row) => row.lead.id),
    ),
  );
  const marks = Math.min(
    maxMarksWidth,
    widest((row) => riskMarks(row.lead).join(' ')),
  );
  const marksRoom = marks === 0 ? 0 : marks + cellGap;
  const room = screen.columns - 4 - severityWidth - ageWidth - id - 3 * cellGap - marksRoom;
  if (screen.columns < minTitleColumns) return { id, fix: room, marks, title: 0 };
  const fix = Math.min(
    Math.max(
      minFixWidth,
      widest((row) => `  ${fixOrSubject(row.lead)}`),
    ),
    Math.floor(room / 2),
  );
  return { id, fix, marks, title: room - fix - cellGap };
}

function fixOrSubject(finding: Finding): string {
  return finding.fix === null ? subjectWords(finding) : fixWords(finding);
}

function fixSpans(finding: Finding, screen: Screen): readonly (string | Span)[] {
  const words = fixOrSubject(finding);
  if (finding.fix?.state === 'fixed') return [`${screen.glyphs.arrow} `, styled(words, 'good')];
  return [styled(words, 'dim')];
}

/** Says how often and in which of the group's packages, where that is not plain. */
function scope(group: FindingGroup, row: FindingRow): string {
  if (row.packages.length < group.packages.length) return ` (${nameList(row.packages)} only)`;
  const places = new Set(row.findings.map((finding) => finding.evidence.path)).size;
  return places > 1 && group.type !== 'deb' && group.type !== 'apk' ? ` (${places} places)` : '';
}

function nameList(names: readonly string[]): string {
  const more = names.length - maxPackageNames;
  return more > 0 ? `${names.slice(0, maxPackageNames).join(', ')} and ${more} more` : names.join(', ');
}

function tableRow(screen: Screen, group: FindingGroup, row: FindingRow, columns: Columns, evaluatedAt: string): void {
  const { lead } = row;
  const days = ageInDays(lead, evaluatedAt);
  const marks = riskMarks(lead).join(' ');
  const severity = styled(lead.severity, severityStyle(lead.severity));
  const age = days === null ? '' : `${days} d`.padStart(ageWidth);
  const fix = [...fixSpans(lead, screen), styled(scope(group, row), 'dim')];
  if (screen.columns < minTableColumns) {
    screen.text(4, [severity, ' ', styled(lead.id, 'bold'), ...(marks === '' ? [] : [' ', styled(marks, 'bad')])], 6);
    screen.text(6, [...fix, ...(age === '' ? [] : [styled(`, ${age.trim()}`, 'dim')])]);
    return;
  }
  if (lead.package === null) {
    const subject = subjectWords(lead);
    const rest = screen.columns - 4 - severityWidth - columns.id - 2 * cellGap;
    screen.row(4, [
      { text: severity, width: severityWidth, overflow: 'cut' },
      { text: lead.id, width: columns.id, overflow: 'wrap' },
      { text: [lead.title ?? '', styled(` (${subject})`, 'dim')], width: rest, overflow: 'wrap' },
    ]);
    return;
  }
  const cells: Cell[] = [
    { text: severity, width: severityWidth, overflow: 'cut' },
    { text: lead.id, width: columns.id, overflow: 'wrap' },
    { text: fix, width: columns.fix, overflow: 'wrap' },
    { text: styled(age, 'dim'), width: ageWidth, overflow: 'cut' },
  ];
  if (columns.marks > 0) cells.push({ text: styled(marks, 'bad'), width: columns.marks, overflow: 'wrap' });
  if (columns.title > 0) cells.push({ text: styled(lead.title ?? '', 'dim'), width: columns.title, overflow: 'cut' });
  screen.row(4, cells);
}

function groupHeading(screen: Screen, group: FindingGroup, place: LayerPlace | null): void {
  const isSource = group.packages.length > 1 || (group.packages[0] ?? group.name) !== group.name;
  const packages = isSource
    ? `  ${group.type}: ${nameList(group.packages)}`
    : group.type === null
      ? ''
      : `  ${group.type}`;
  screen.text(
    2,
    [styled(group.name, 'bold'), group.version === null ? '' : ` ${group.version}`, styled(packages, 'dim')],
    4,
  );
  if (place !== null) {
    screen.line(4, styled(place.instruction === null ? place.place : `${place.place}: ${place.instruction}`, 'dim'));
  }
}

function countSpans(result: ScanResult): readonly (string | Span)[] {
  return countVulnerabilities(result.findings)
    .filter((entry) => entry.count > 0)
    .flatMap((entry, index) => [
      index === 0 ? '' : ', ',
      styled(`${entry.count} ${entry.severity}`, severityStyle(entry.severity)),
    ]);
}

/** Every finding that counts, by package, worst package first; says what a filter hid. */
export function findingList(screen: Screen, result: ScanResult, options: ReportOptions): void {
  const { shown, hidden, filter } = selectFindings(result.findings, options.show);
  heading(screen, 'Findings');
  const counts = countSpans(result);
  screen.text(2, counts.length === 0 ? 'No known vulnerability was found.' : ['Vulnerabilities: ', ...counts]);
  if (filter !== null) {
    const what = hidden === 0 ? 'it hides nothing' : `it hides ${plural(hidden, 'finding')}`;
    screen.text(2, styled(`Filter: ${filter}; ${what}. The verdict is that of all findings.`, 'warning'), 4);
  }
  if (shown.length === 0) return;
  const groups = groupFindings(shown);
  if (shown.some((finding) => ageInDays(finding, result.inputs.evaluatedAt) !== null)) {
    screen.text(2, styled('Days count since the fix is known, else since publication.', 'dim'));
  }
  const columns = measure(
    groups.flatMap((group) => group.rows),
    screen,
  );
  const places = layerPlaces(result.image.layers);
  for (const group of groups) {
    screen.blank();
    groupHeading(screen, group, places(group.rows[0]!.lead.evidence.layer));
    for (const row of group.rows) tableRow(screen, group, row, columns, result.inputs.evaluatedAt);
  }
}

/** Findings that do not count, each with what suppressed it and why. */
export function suppressedList(screen: Screen, result: ScanResult, options: ReportOptions): void {
  const { suppressed } = selectFindings(result.findings, options.show);
  if (suppressed.length === 0) return;
  heading(screen, 'Not counted', plural(suppressed.length, 'finding'));
  for (const group of groupFindings(suppressed)) {
    for (const row of group.rows) {
      const { lead } = row;
      const about = group.version === null ? group.name : `${group.name} ${group.version}`;
      screen.text(2, [styled(lead.severity, severityStyle(lead.severity)), ` ${lead.id}  ${about}`], 4);
      for (const by of lead.suppressed) {
        const who = [by.owner, by.until ? `until ${by.until}` : null, by.source].filter((part) => part).join(', ');
        screen.text(4, styled(`${by.by}: ${by.reason}${who === '' ? '' : ` (${who})`}`, 'dim'), 6);
      }
    }
  }
}
