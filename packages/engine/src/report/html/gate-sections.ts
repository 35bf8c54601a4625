/** The top of the page: verdict, counts, what broke the gate, what to change, warnings. */
import type { Finding } from '../../matching/types.ts';
import type { RuleOutcome } from '../../policy/types.ts';
import type { ScanResult } from '../../result/types.ts';
import { baseAdvice, baseWords, otherBasesWords } from '../base-words.ts';
import { type FindingGroup, type FindingRow, groupFindings } from '../finding-groups.ts';
import { countWords, plural, subjectWords } from '../finding-words.ts';
import { findingsByKey } from '../findings-by-key.ts';
import { layerPlaces } from '../layer-words.ts';
import { countVulnerabilities } from '../shown-findings.ts';
import {
  afterChangesWords,
  exampleNotice,
  noVulnerabilityWords,
  proofWords,
  ruleWords,
  saysItself,
  shortDigest,
  verdictWords,
} from '../verdict-words.ts';
import { fixContent, groupTitle, layerContent, levelOf, linkedId, marks, severityChip } from './finding-parts.ts';
import { type Content, html, type Markup } from './markup.ts';

/** Rows under one rule; all of them stand in the list of findings. */
const maxRowsPerRule = 20;

/** Anchor of the row that shows a finding (`f12`), by finding key; findings that are not listed have none. */
export type Anchors = (key: string) => string | undefined;

function facts(result: ScanResult): readonly (readonly [string, string])[] {
  const { image, inputs } = result;
  const { distro } = image;
  return [
    ['Distro', distro === null ? 'none' : (distro.prettyName ?? `${distro.id} ${distro.version ?? ''}`)],
    ...(image.platform === null ? [] : [['Platform', image.platform] as const]),
    ['Layers', String(image.layers.length)],
    ['Packages', String(result.packages.length)],
    ...(image.id === null ? [] : [['Image ID', shortDigest(image.id)] as const]),
    ['Judged as of', inputs.evaluatedAt],
  ];
}

export function verdictBanner(result: ScanResult): Markup {
  const { verdict, image } = result;
  const names = image.names.filter((name) => !image.reference.includes(name));
  const base = baseWords(result);
  const dl = facts(result).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`);
  return html`<header class="card verdict ${verdict.result}"><h1><span class="badge">${verdict.result.toUpperCase()}</span>
<span>${verdictWords(result)}</span></h1>
<p class="ref">${image.reference}</p>${names.length > 0 && html`<p class="soft">${names.join(', ')}</p>`}${base !== null && html`<p class="soft">${base}</p>`}
<dl class="facts">${dl}<div><dt>Exit code</dt><dd>${verdict.exitCode}</dd></div></dl></header>
${result.inputs.example === true && html`<p class="notice" role="note">${exampleNotice}</p>`}`;
}

export function severityTiles(result: ScanResult): Markup {
  const counts = countVulnerabilities(result.findings);
  const tiles = counts.map(
    ({ severity, count }) =>
      html`<li class="c${levelOf(severity)}${count === 0 && ' zero'}"><b>${count}</b><i></i>${severity}</li>`,
  );
  return html`<h2 class="sr">Vulnerabilities by severity</h2><ul class="tiles">${tiles}</ul>${
    counts.every(({ count }) => count === 0) && html`<p class="notice" role="note">${noVulnerabilityWords(result)}</p>`
  }`;
}

function hit(group: FindingGroup, row: FindingRow, anchors: Anchors): Markup {
  const { lead } = row;
  const anchor = anchors(lead.key);
  const id = anchor === undefined ? linkedId(lead.id) : html`<a href="#${anchor}"><b>${lead.id}</b></a>`;
  const about = group.version === null ? (lead.title ?? subjectWords(lead)) : groupTitle(group);
  const fix = lead.fix === null ? null : html` ${fixContent(lead)}`;
  return html`<li>${severityChip(lead.severity)}<div>${id} ${about}${fix}${marks(lead)}</div></li>
`;
}

/** Rows of a rule, each run of one layer under that layer. */
function hits(findings: readonly Finding[], anchors: Anchors, result: ScanResult): Markup {
  const places = layerPlaces(result.image);
  const rows = groupFindings(findings).flatMap((group) => group.rows.map((row) => ({ group, row })));
  let shown: number | null = null;
  const items = rows.slice(0, maxRowsPerRule).flatMap(({ group, row }) => {
    const place = places(row.lead.evidence.layer);
    const isNew = place !== null && place.number !== shown;
    shown = place?.number ?? null;
    const item = hit(group, row, anchors);
    return isNew ? [html`<li class="from"><div>${layerContent(place)}</div></li>`, item] : [item];
  });
  const more = rows.length - maxRowsPerRule;
  return html`<ul class="hits">${items}${more > 0 && html`<li class="from">and ${more} more</li>`}</ul>`;
}

function ruleCard(rule: RuleOutcome, findings: readonly Finding[], anchors: Anchors, result: ScanResult): Markup {
  const controls = rule.controls.length > 0 && `, serves ${rule.controls.join(', ')}`;
  const count = findings.length > 0 && `${countWords(findings)}, `;
  return html`<article class="card rule ${rule.action === 'deny' ? 'fail' : 'warn'}"><h3><code>${rule.id}</code> ${ruleWords(rule, findings)}</h3>
${rule.remediation !== null && html`<p>${rule.remediation}</p>`}<p class="meta">${count}policy ${rule.policy}${controls}</p>
${!saysItself(rule, findings) && hits(findings, anchors, result)}</article>
`;
}

function section(id: string, title: string, note: Content, body: Content): Markup {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}${note !== '' && html`<small>${note}</small>`}</h2>
${body}</section>
`;
}

export function brokenGate(result: ScanResult, anchors: Anchors): Markup | null {
  const denied = result.verdict.rules.filter((rule) => rule.action === 'deny');
  const causes = result.verdict.reasons.filter((reason) => reason.code !== 'policy');
  if (denied.length === 0 && causes.length === 0) return null;
  const findings = findingsByKey(result);
  const cards = [
    ...denied.map((rule) => ruleCard(rule, findings(rule.findings), anchors, result)),
    ...causes.map(
      (reason) => html`<article class="card rule fail"><h3><code>${reason.code}</code> ${reason.message}</h3></article>
`,
    ),
  ];
  const title = result.verdict.result === 'fail' ? 'What broke the gate' : 'What the gate saw';
  return section('broke', title, '', html`<div class="stack">${cards}</div>`);
}

/** A source package may be in several. */
const maxLayersPerChange = 3;

/** The others are there, folded. */
const maxOpenSteps = 10;

export function whatToChange(result: ScanResult): Markup | null {
  const { changes } = result.verdict;
  if (changes.length === 0) return null;
  const lookup = findingsByKey(result);
  const places = layerPlaces(result.image);
  const steps = changes.map((change) => {
    const findings = lookup(change.findings);
    const layers = [...new Set(findings.map((finding) => finding.evidence.layer))];
    const from = layers.slice(0, maxLayersPerChange).flatMap((layer) => {
      const place = places(layer);
      return place === null ? [] : html`<div class="from">${layerContent(place)}</div>`;
    });
    const count = findings.length > 0 && html` <span class="soft">(${countWords(findings)})</span>`;
    const words = proofWords(change);
    const proof = words !== null && html`<div class="from">${words}</div>`;
    return html`<li><div><b>${change.text}</b>${count}${from}${proof}</div></li>`;
  });
  const advice = baseAdvice(result);
  const notes = [...(advice === null ? [] : [advice]), ...otherBasesWords(result)];
  const note = notes.map((words) => html`<p class="soft">${words}.</p>`);
  const after = afterChangesWords(result);
  const proof = after !== null && html`<p><b>${after}</b></p>`;
  const first = html`<ol class="card steps">${steps.slice(0, maxOpenSteps)}</ol>`;
  const rest =
    steps.length > maxOpenSteps &&
    html`<details class="card big"><summary>${plural(steps.length - maxOpenSteps, 'more step')}</summary><ol class="steps more">${steps.slice(maxOpenSteps)}</ol></details>`;
  return section('change', 'What to change', '', html`${proof}${first}${rest}${note}`);
}

export function warnings(result: ScanResult, anchors: Anchors): Markup | null {
  const warned = result.verdict.rules.filter((rule) => rule.action === 'warn');
  if (warned.length === 0) return null;
  const findings = findingsByKey(result);
  const cards = warned.map((rule) => ruleCard(rule, findings(rule.findings), anchors, result));
  return section('warnings', 'Warnings', 'they do not stop the image', html`<div class="stack">${cards}</div>`);
}
