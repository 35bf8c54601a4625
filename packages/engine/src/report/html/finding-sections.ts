/** The list of findings by package with their evidence, and what was suppressed. */
import type { Finding } from '../../matching/types.ts';
import type { ScanResult } from '../../result/types.ts';
import { type FindingGroup, type FindingRow, groupFindings, provingPaths } from '../finding-groups.ts';
import { ageInDays, plural, subjectWords } from '../finding-words.ts';
import { type LayerPlace, layerPlaces } from '../layer-words.ts';
import { filterWords, type ShownFindings, severitiesWorstFirst } from '../shown-findings.ts';
import {
  evidenceList,
  fixContent,
  groupTitle,
  layerContent,
  linkedId,
  marks,
  pathList,
  severityChip,
} from './finding-parts.ts';
import type { Anchors } from './gate-sections.ts';
import { html, type Markup } from './markup.ts';

/** Gives every row of the list its anchor, in the order of the page. */
export function anchorsOf(groups: readonly FindingGroup[]): Anchors {
  const anchors = new Map<string, string>();
  let number = 0;
  for (const row of groups.flatMap((group) => group.rows)) {
    number++;
    for (const finding of row.findings) anchors.set(finding.key, `f${number}`);
  }
  return anchors;
}

const filterForm = html`<form id="filter" hidden><label>Search<input type="search" name="search" autocomplete="off"></label>
<label>Severity<select name="level"><option value="0">all</option>${severitiesWorstFirst
  .slice(0, 5)
  .map(
    (severity, index) => html`<option value="${5 - index}">${severity}${index > 0 && ' and above'}</option>`,
  )}</select></label>
<label class="check"><input type="checkbox" name="fixed">with a fix</label><output id="count" aria-live="polite"></output></form>
`;

function scope(group: FindingGroup, row: FindingRow): Markup | null {
  return row.packages.length < group.packages.length
    ? html` <span class="soft">${row.packages.join(', ')} only</span>`
    : null;
}

/** Closing tags of cells and rows may be left out; with thousands of rows that is much. */
function findingRow(
  group: FindingGroup,
  row: FindingRow,
  anchor: string,
  evaluatedAt: string,
  place: LayerPlace | null,
): Markup {
  const { lead } = row;
  const days = ageInDays(lead, evaluatedAt);
  const fixed = lead.fix?.state === 'fixed' && html` data-f="1"`;
  return html`<tr id="${anchor}" data-l="${lead.level}"${fixed}><td>${severityChip(lead.severity)}<td class="main">${linkedId(lead.id)}${marks(lead)}${scope(group, row)}
<details><summary>${lead.title ?? 'Evidence'}</summary>${evidenceList(group, row, place)}</details><td class="fix">${fixContent(lead)}<td class="age">${
    days !== null && plural(days, 'day')
  }
`;
}

function groupCard(
  group: FindingGroup,
  anchors: Anchors,
  result: ScanResult,
  places: ReturnType<typeof layerPlaces>,
): Markup {
  const place = places(group.rows[0]!.lead.evidence.layer);
  const isSource = group.packages.length > 1 || (group.packages[0] ?? group.name) !== group.name;
  const kind =
    group.type === null
      ? null
      : html`<span class="meta">${isSource ? `${group.type} source of ${group.packages.join(', ')}` : group.type}</span>`;
  const paths = provingPaths(group.rows);
  const from = [
    place === null ? null : html`<p>${layerContent(place)}</p>`,
    paths.length === 0
      ? null
      : html`<p>proved by <code>${paths[0]!}</code>${paths.length > 1 && html` and <details><summary>${plural(paths.length - 1, 'other')}</summary>${pathList(paths.slice(1))}</details>`}</p>`,
  ];
  const rows = group.rows.map((row) =>
    findingRow(group, row, anchors.get(row.lead.key)!, result.inputs.evaluatedAt, places(row.lead.evidence.layer)),
  );
  return html`<section class="group"><h3>${group.name}${group.version !== null && html` <span class="ver">${group.version}</span>`} ${kind}</h3>
<div class="from">${from}</div>
<table><thead><tr><th scope="col">Severity<th scope="col">Finding<th scope="col">Fix<th scope="col">Known for
<tbody>${rows}</table></section>
`;
}

/** Yields the list group by group, so that a page of thousands of findings is never one string more than needed. */
export function* findingList(
  result: ScanResult,
  selected: ShownFindings,
  groups: readonly FindingGroup[],
  anchors: Anchors,
): Generator<Markup> {
  yield html`<section aria-labelledby="findings"><h2 id="findings">Findings<small>days count since the fix is known, else since publication</small></h2>
`;
  const filter = filterWords(selected);
  if (filter !== null) {
    yield html`<p class="notice" role="note">${filter}</p>
`;
  }
  if (groups.length === 0) {
    yield html`<p class="card">${selected.hidden === 0 ? 'Nothing was found.' : 'The filter lets nothing through.'}</p></section>
`;
    return;
  }
  yield filterForm;
  const places = layerPlaces(result.image);
  for (const group of groups) yield groupCard(group, anchors, result, places);
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
  const items = groupFindings(suppressed).flatMap((group) =>
    group.rows.map(
      ({ lead }) =>
        html`<li>${severityChip(lead.severity)} ${linkedId(lead.id)} ${groupTitle(group)} ${lead.package === null && subjectWords(lead)}${suppressions(lead)}</li>
`,
    ),
  );
  return html`<section aria-labelledby="suppressed"><h2 id="suppressed">Not counted<small>${plural(suppressed.length, 'finding')}</small></h2>
<ul class="card plain">${items}</ul></section>
`;
}
