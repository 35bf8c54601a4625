/** The list of findings with their evidence: as data for the page's script, and as a table where no script runs. */

import type { Finding } from '../../matching/types.ts';
import { findingKinds } from '../../matching/types.ts';
import type { ScanResult } from '../../result/types.ts';
import { type FindingGroup, groupFindings } from '../finding-groups.ts';
import { ageInDays, plural, subjectWords } from '../finding-words.ts';
import { layerPlaces, placeWords } from '../layer-words.ts';
import { filterWords, kindWords, type ShownFindings, severitiesWorstFirst } from '../shown-findings.ts';
import { findingData, type ListedRow } from './finding-data.ts';
import { fixContent, groupTitle, linkedId, marks, severityChip } from './finding-parts.ts';
import type { Anchors } from './gate-sections.ts';
import { type Content, html, Markup } from './markup.ts';

/** Rows that are listed where no script runs; the page must stay small enough to be opened. */
const maxPlainRows = 2000;
/** Suppressed rows that are shown outside the list. */
const maxSuppressed = 100;

/** Gives every row of the list its anchor, in the order of the page. */
export function anchorsOf(groups: readonly FindingGroup[]): Anchors {
  const numbers = new Map<string, number>();
  let number = 0;
  for (const { rows } of groups) {
    for (const row of rows) {
      number++;
      for (const { key } of row.findings) numbers.set(key, number);
    }
  }
  return (key) => {
    const known = numbers.get(key);
    return known === undefined ? undefined : `f${known}`;
  };
}

function select(
  label: string,
  name: string,
  options: readonly (readonly [value: string | number, words: string])[],
): Markup {
  return html`<label>${label}<select name="${name}">${options.map(([value, words]) => html`<option value="${value}">${words}</option>`)}</select></label>
`;
}

function filterForm(result: ScanResult, rows: readonly ListedRow[]): Markup {
  const kinds = new Set(rows.map(({ row }) => row.lead.kind));
  const places = layerPlaces(result.image);
  const layers = new Set(rows.flatMap(({ row }) => places(row.lead.evidence.layer)?.number ?? []));
  const rules = result.verdict.rules.map(({ id }, index) => [index, id] as const);
  const excused = rows.some(({ row }) => row.lead.suppressed.length > 0);
  return html`<form id="filter" hidden><label class="search">Search<input type="search" name="search" autocomplete="off" aria-keyshortcuts="/" placeholder="id, package, title, CWE"></label>
${select('Severity', 'level', [
  [0, 'all'],
  [5, 'Critical'],
  ...severitiesWorstFirst.slice(1, 5).map((severity, index) => [4 - index, `${severity} and above`] as const),
])}${
  kinds.size > 1 &&
  select('Kind', 'kind', [
    ['', 'all'],
    ...findingKinds.flatMap((kind, index) => (kinds.has(kind) ? [[index, kindWords[kind].many] as const] : [])),
  ])
}${kinds.size <= 1 && html`<input type="hidden" name="kind" value="">`}${select('Fix', 'fix', [
  ['', 'all'],
  [1, 'there is one'],
  [0, 'there is none'],
])}${select('Layer', 'layer', [
  ['', 'all'],
  ...[...layers].sort((a, b) => a - b).map((number) => [number, layerOption(result, number)] as const),
  [0, 'no layer'],
])}<label>Package<input type="text" name="package" autocomplete="off"></label>
${select('Rule', 'rule', [['', 'all'], ...rules])}${select(
  'Counted',
  'state',
  excused
    ? [
        ['open', 'counted'],
        ['', 'all'],
        ['excused', 'not counted'],
      ]
    : [['', 'all']],
)}${select('Group by', 'group', [
  ['package', 'package'],
  ['layer', 'layer'],
  ['rule', 'rule'],
  ['none', 'nothing'],
])}<button type="button" id="again">Reset</button><output id="count" aria-live="polite"></output></form>
<p class="soft keys">Keys: <kbd>/</kbd> search, <kbd>↓</kbd> <kbd>↑</kbd> next and previous, <kbd>→</kbd> <kbd>←</kbd> open and close the evidence.</p>
`;
}

function layerOption({ image }: ScanResult, number: number): string {
  const instruction = placeWords(layerPlaces(image)(image.layers[number - 1]?.diffId)) ?? '';
  return `${number}: ${instruction.replace(/^layer \d+ of \d+:? ?/, '')}`.slice(0, 60);
}

/** Without a script: the worst packages, without evidence, and how many more there are. */
function* plainTable(result: ScanResult, rows: readonly ListedRow[]): Generator<Markup> {
  yield html`<noscript><div class="card scroll"><table class="list"><thead><tr><th scope="col">Severity<th scope="col">Finding<th scope="col">In<th scope="col">Fix<th scope="col" class="num">Known for
<tbody>`;
  for (const [index, { group, row }] of rows.slice(0, maxPlainRows).entries()) {
    const { lead } = row;
    const days = ageInDays(lead, result.inputs.evaluatedAt);
    const about: Content =
      lead.suppressed.length > 0 ? html`${groupTitle(group)} <span class="soft">not counted</span>` : groupTitle(group);
    yield html`<tr id="f${index + 1}"><td>${severityChip(lead.severity)}<td>${linkedId(lead.id)}${marks(lead)}<td>${about}<td>${fixContent(lead)}<td class="num">${days !== null && plural(days, 'day')}
`;
  }
  const more = rows.length - maxPlainRows;
  yield html`</table></div>${more > 0 && html`<p class="notice">${plural(more, 'row')} more: this list is shortened where no script may run. The CSV and JSON reports have all.</p>`}</noscript>
`;
}

/** Yields the list in pieces, so that a page of thousands of findings is never one string more than needed. */
export function* findingList(
  result: ScanResult,
  selected: ShownFindings,
  groups: readonly FindingGroup[],
): Generator<Markup> {
  yield html`<section aria-labelledby="findings"><h2 id="findings">Findings<small>days count since the fix is known, else since publication</small></h2>
`;
  const filter = filterWords(selected);
  if (filter !== null) {
    yield html`<p class="notice" role="note">${filter}</p>
`;
  }
  const all = [...groups, ...groupFindings(selected.suppressed)];
  const rows = all.flatMap((group, number) => group.rows.map((row) => ({ group, row, number })));
  if (groups.length === 0) {
    yield html`<p class="card">${selected.hidden === 0 ? 'Nothing was found.' : 'The filter lets nothing through.'}</p>
`;
  }
  if (rows.length > 0) {
    yield filterForm(result, rows);
    yield html`<p id="nothing" class="card" hidden>No finding is like that.</p><div id="list" role="list" aria-labelledby="findings" hidden></div>
`;
    yield* plainTable(result, rows);
    yield new Markup('<script type="application/json" id="data">');
    for (const piece of findingData(result, rows)) yield new Markup(piece);
    yield new Markup('</script>');
  }
  yield html`</section>
`;
}

function suppressions(finding: Finding): readonly Markup[] {
  return finding.suppressed.map((by) => {
    const who = [by.owner, by.until ? `until ${by.until}` : null, by.source].filter((part) => typeof part === 'string');
    return html`<div class="soft">${by.by}: ${by.reason}${who.length > 0 && ` (${who.join(', ')})`}</div>`;
  });
}

export function suppressedList(suppressed: readonly Finding[]): Markup | null {
  if (suppressed.length === 0) return null;
  const rows = groupFindings(suppressed).flatMap((group) => group.rows.map((row) => ({ group, row })));
  const items = rows.slice(0, maxSuppressed).map(
    ({ group, row: { lead } }) =>
      html`<li>${severityChip(lead.severity)} ${linkedId(lead.id)} ${groupTitle(group)} ${lead.package === null && subjectWords(lead)}${suppressions(lead)}</li>
`,
  );
  const more = rows.length - maxSuppressed;
  return html`<section aria-labelledby="suppressed"><h2 id="suppressed">Not counted<small>${plural(suppressed.length, 'finding')}</small></h2>
<ul class="card plain">${items}${more > 0 && html`<li class="soft">and ${plural(more, 'row')} more: they are in the list of findings, under “not counted”</li>`}</ul></section>
`;
}
