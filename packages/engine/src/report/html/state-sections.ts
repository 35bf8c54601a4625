/** What the report cannot speak about, the state of the exceptions, and the inputs with their digests. */
import type { ScanResult } from '../../result/types.ts';
import { exceptionStateWords, untilWords, whyWords } from '../exception-words.ts';
import { byCodeUnit } from '../finding-order.ts';
import { plural } from '../finding-words.ts';
import { layerPlaces } from '../layer-words.ts';
import { vexOfImage, vexStateWords } from '../vex-words.ts';
import { type Content, html, type Markup } from './markup.ts';

/** More of one code are summed up. */
const maxIncompletePerCode = 50;

export function unseen(result: ScanResult): Markup | null {
  const { stale, missing } = result.inputs;
  if (result.incomplete.length === 0 && stale.length === 0 && missing.length === 0) return null;
  const places = layerPlaces(result.image);
  const items: Markup[] = [];
  if (missing.length > 0) items.push(html`<li><b>Advisories missing</b> ${missing.join(', ')}</li>`);
  if (stale.length > 0) items.push(html`<li><b>Advisories stale</b> ${stale.join(', ')}</li>`);
  for (const [code, entries] of Map.groupBy(result.incomplete, (entry) => entry.code)) {
    const lines = entries.slice(0, maxIncompletePerCode).map((entry) => {
      const place = places(entry.layer);
      return html`<div>${entry.message} ${entry.path !== undefined && html`<code>${entry.path}</code>`} ${
        place !== null && html`<a href="#layer-${place.number}">${place.place}</a>`
      }</div>`;
    });
    const more = entries.length - maxIncompletePerCode;
    items.push(html`<li><b>${code}</b>${lines}${more > 0 && html`<div class="soft">and ${more} more</div>`}</li>
`);
  }
  return html`<section aria-labelledby="unseen"><h2 id="unseen">Not seen<small>what this report cannot speak about</small></h2>
<ul class="card plain">${items}</ul></section>
`;
}

export function exceptionList(result: ScanResult): Markup | null {
  const list = result.verdict.exceptions;
  if (list.length === 0) return null;
  const rows = list.map(
    (
      entry,
    ) => html`<tr><td><span class="state ${entry.state}">${exceptionStateWords[entry.state]}</span><td class="id">${entry.id}<td class="num">${entry.expires ?? untilWords(entry)}<td>${entry.owner ?? 'nobody'}<td>${whyWords(entry)} <span class="soft">(${entry.source})</span>${entry.notes.map((note) => html`<div class="soft">${note}</div>`)}<td class="num">${entry.findings.length}
`,
  );
  return html`<section aria-labelledby="exceptions"><h2 id="exceptions">Exceptions<small>${plural(list.length, 'entry', 'entries')}</small></h2>
<div class="card scroll" tabindex="0" role="region" aria-labelledby="exceptions"><table class="list roomy"><thead><tr><th scope="col">State<th scope="col">For<th scope="col" class="num">Until<th scope="col">Owner<th scope="col">Reason<th scope="col" class="num">Excuses
<tbody>${rows}</table></div></section>
`;
}

/** Statements of VEX documents that the page lists. */
const maxStatements = 500;

/** What became of each statement of a VEX document, and why. */
export function vexList({ verdict }: ScanResult): Markup | null {
  if (verdict.vex === undefined) return null;
  const { listed, others } = vexOfImage(verdict.vex);
  const rows = listed.slice(0, maxStatements).map(
    ({ state, id, status, why, product, source, findings }) =>
      html`<tr><td>${vexStateWords[state]}<td class="id">${id}<td>${status.replaceAll('_', ' ')}<td>${why}<div class="soft">${product} (${source})</div><td class="num">${findings.length}
`,
  );
  const more = listed.length - maxStatements;
  const note = [...(more > 0 ? [`${more} more are in the JSON result`] : []), ...(others === null ? [] : [others])];
  return html`<section aria-labelledby="vex"><h2 id="vex">VEX statements<small>${plural(verdict.vex.length, 'statement')}</small></h2>
${
  rows.length > 0 &&
  html`<div class="card scroll" tabindex="0" role="region" aria-labelledby="vex"><table class="list roomy"><thead><tr><th scope="col">Came of it<th scope="col">For<th scope="col">Says<th scope="col">Why<th scope="col" class="num">Findings
<tbody>${rows}</table></div>`
}${note.length > 0 && html`<p class="soft">${note.join('; ')}.</p>`}</section>
`;
}

/** As the JSON result orders them, so that a page is the same whatever it is made of. */
function sortedEntries<T>(given: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(given).sort(([a], [b]) => byCodeUnit(a, b));
}

function settingWords(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Everything that the result is a function of. */
export function inputList(result: ScanResult): Markup {
  const { inputs, image } = result;
  function digests(given: Readonly<Record<string, string>>): Content {
    const entries = sortedEntries(given);
    if (entries.length === 0) return html`<span class="soft">none</span>`;
    return html`<ul>${entries.map(([name, digest]) => html`<li>${name} <code class="soft">${digest}</code></li>`)}</ul>`;
  }
  const facts: readonly (readonly [string, Content])[] = [
    ['Product', `${inputs.product.name} ${inputs.product.version}`],
    ['Evaluation date', inputs.evaluatedAt],
    ['Stage', inputs.subject.stage],
    ['Image ID', image.id ?? html`<span class="soft">none</span>`],
    ['Manifest digest', image.digest ?? html`<span class="soft">not known</span>`],
    ['Policy', digests(inputs.policy)],
    ['Exceptions', digests(inputs.exceptions)],
    ['Advisories', digests(inputs.advisories)],
    [
      'Catalogers',
      sortedEntries(inputs.catalogers)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    [
      'Settings',
      digests(Object.fromEntries(sortedEntries(inputs.settings).map(([name, value]) => [name, settingWords(value)]))),
    ],
    ['Read by the verdict', result.verdict.inputs.join(', ')],
  ];
  return html`<section aria-labelledby="inputs"><h2 id="inputs">Inputs<small>the same inputs give the same bytes</small></h2>
<dl class="card kv">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>
`;
}
