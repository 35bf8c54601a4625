/**
 * The findings as CSV (RFC 4180), one a row, suppressed ones with what suppressed them. A cell that a spreadsheet would
 * take for a formula begins with an apostrophe.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
import type { Finding } from '../matching/types.ts';
import type { ScanResult } from '../result/types.ts';
import { type FindingTexts, findingTexts, line, suppressionWords } from './finding-text.ts';
import { ageInDays, fixWords, riskMarks, subjectWords } from './finding-words.ts';
import { type LayerPlace, layerPlaces } from './layer-words.ts';
import { unseenLines } from './not-seen.ts';
import { filterWords, listedFindings, selectFindings } from './shown-findings.ts';
import type { ReportFormat, ReportOptions } from './types.ts';

interface Row {
  readonly finding: Finding;
  readonly texts: FindingTexts;
  readonly place: LayerPlace | null;
  readonly result: ScanResult;
}

type Cell = string | number | null | undefined;

/** In the order of the file; new ones come last. */
const columns: readonly (readonly [name: string, of: (row: Row) => Cell])[] = [
  ['image', ({ result }) => result.image.names[0] ?? result.image.reference],
  ['kind', ({ finding }) => finding.kind],
  ['id', ({ finding }) => finding.id],
  ['severity', ({ finding }) => finding.severity],
  ['severity_source', ({ finding }) => finding.severitySource],
  ['package', ({ finding }) => finding.package?.name],
  ['version', ({ finding }) => finding.package?.version],
  ['type', ({ finding }) => finding.package?.type],
  ['purl', ({ finding }) => finding.package?.purl],
  ['source_package', ({ finding }) => finding.evidence.matchedPackage?.name],
  ['about', ({ finding }) => (finding.package === null ? subjectWords(finding) : null)],
  ['title', ({ finding }) => finding.title],
  ['fix_state', ({ finding }) => finding.fix?.state],
  ['fix', ({ finding }) => fixWords(finding)],
  ['fix_since', ({ finding }) => finding.fix?.since],
  ['age_days', ({ finding, result }) => ageInDays(finding, result.inputs.evaluatedAt)],
  ['cvss', ({ finding }) => finding.risk?.cvss?.score],
  ['cvss_vector', ({ finding }) => finding.risk?.cvss?.vector],
  ['epss', ({ finding }) => finding.risk?.epss?.score],
  ['kev', ({ finding }) => (finding.risk?.kev ? (finding.risk.kev.dateAdded ?? 'yes') : null)],
  ['risk', ({ finding }) => riskMarks(finding).join(' ')],
  ['aliases', ({ finding }) => finding.aliases.join(' ')],
  ['bulletins', ({ finding }) => finding.advisories.join(' ')],
  ['published', ({ finding }) => finding.published],
  ['layer', ({ place }) => place?.number],
  ['instruction', ({ place }) => place?.instruction],
  ['path', ({ finding }) => finding.evidence.path],
  ['comparison', ({ finding }) => finding.evidence.comparison],
  [
    'rules',
    ({ finding, texts }) =>
      texts
        .rules(finding)
        .map(({ id, action }) => `${id} (${action})`)
        .join(' '),
  ],
  ['suppressed', ({ finding }) => finding.suppressed.map(suppressionWords).join('; ')],
  ['fingerprint', ({ finding }) => finding.fingerprint],
];

/** A spreadsheet calculates what begins so; blanks before it do not keep it from that. */
const formula = /^[\s\ufeff]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]/;

function cellText(value: Cell): string {
  if (value === null || value === undefined) return '';
  // Of ours: never below zero.
  if (typeof value === 'number') return String(value);
  const text = line(value);
  const harmless = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) || harmless.trim() !== harmless ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function rowText(cells: readonly Cell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

function* render(result: ScanResult, { show }: ReportOptions): Generator<string> {
  const selected = selectFindings(result.findings, show);
  const texts = findingTexts(result);
  const places = layerPlaces(result.image);
  yield rowText(columns.map(([name]) => name));
  for (const finding of listedFindings(selected)) {
    const row = { finding, texts, result, place: places(finding.evidence.layer) };
    yield rowText(columns.map(([, of]) => of(row)));
  }
  const filter = filterWords(selected);
  if (filter !== null) yield note(result, 'filter', filter);
  for (const { code, words } of unseenLines(result)) yield note(result, code, words);
}

/** What is no finding stands below them, its kind is `note`. */
function note(result: ScanResult, id: string, words: string): string {
  const cells: Readonly<Record<string, string>> = {
    image: result.image.names[0] ?? result.image.reference,
    kind: 'note',
    id,
    title: words,
  };
  return rowText(columns.map(([name]) => cells[name]));
}

export const csv: ReportFormat = {
  name: 'csv',
  extension: 'csv',
  mediaType: 'text/csv; charset=utf-8; header=present',
  render,
};
