/** The list of findings by package, and what was suppressed. */
import type { ScanResult } from '../../result/types.ts';
import { type FindingGroup, groupFindings, provingPaths } from '../finding-groups.ts';
import { ageInDays, plural } from '../finding-words.ts';
import { type LayerPlace, layerPlaces, placeWords } from '../layer-words.ts';
import { countVulnerabilities, selectFindings } from '../shown-findings.ts';
import type { ReportOptions } from '../types.ts';
import { noVulnerabilityWords } from '../verdict-words.ts';
import { listedRow, measureColumns, nameList, writeRow } from './finding-row.ts';
import { heading } from './gate-sections.ts';
import { severityStyle } from './paint.ts';
import { type Screen, type Span, styled } from './screen.ts';

/** Types whose packages are all proved by one database: its path tells nobody anything. */
const databaseTypes: ReadonlySet<string> = new Set(['deb', 'apk', 'rpm', 'alpm', 'opkg']);

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
  const where = placeWords(place);
  if (where !== null) screen.line(4, styled(where, 'dim'));
  const paths = group.type === null || databaseTypes.has(group.type) ? [] : provingPaths(group.rows);
  if (paths.length === 0) return;
  const more = paths.length > 1 ? ` and ${plural(paths.length - 1, 'other place')}` : '';
  screen.text(4, styled(`${paths[0]}${more}`, 'dim'), 6);
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
  screen.text(2, counts.length === 0 ? noVulnerabilityWords(result) : ['Vulnerabilities: ', ...counts]);
  if (filter !== null) {
    const what = hidden === 0 ? 'it hides nothing' : `it hides ${plural(hidden, 'finding')}`;
    screen.text(2, styled(`Filter: ${filter}; ${what}. The verdict is that of all findings.`, 'warning'), 4);
  }
  if (shown.length === 0) return;
  const groups = groupFindings(shown);
  if (shown.some((finding) => ageInDays(finding, result.inputs.evaluatedAt) !== null)) {
    screen.text(2, styled('Days count since the fix is known, else since publication.', 'dim'));
  }
  const rows = groups.map((group) => group.rows.map((row) => listedRow(group, row, result.inputs.evaluatedAt)));
  const columns = measureColumns(rows.flat(), screen);
  const places = layerPlaces(result.image);
  groups.forEach((group, index) => {
    screen.blank();
    groupHeading(screen, group, places(group.rows[0]!.lead.evidence.layer));
    for (const row of rows[index]!) writeRow(screen, row, columns);
  });
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
