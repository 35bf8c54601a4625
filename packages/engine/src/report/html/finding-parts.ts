/** Pieces of the page that show one finding. */
import type { Severity } from '../../advisories/types.ts';
import type { Finding } from '../../matching/types.ts';
import { type FindingGroup, type FindingRow, provingPaths } from '../finding-groups.ts';
import { suppressionWords } from '../finding-text.ts';
import { fixWords, plural, riskMarks, subjectWords } from '../finding-words.ts';
import type { LayerPlace } from '../layer-words.ts';
import { publicPage, publicPages } from '../public-pages.ts';
import { severitiesWorstFirst } from '../shown-findings.ts';
import { type Content, html, type Markup } from './markup.ts';

/** More paths of one finding (a library that is vendored a hundred times) are counted. */
const maxPaths = 10;

/** CSS class of a severity: `s5` for Critical. */
export function levelOf(severity: Severity): number {
  return 5 - severitiesWorstFirst.indexOf(severity);
}

export function severityChip(severity: Severity): Markup {
  return html`<span class="sev s${levelOf(severity)}">${severity}</span>`;
}

export function linkedId(id: string): Markup {
  const page = publicPage(id);
  return page === null ? html`<b>${id}</b>` : html`<a href="${page.url}"><b>${id}</b></a>`;
}

export function marks(finding: Finding): readonly Markup[] {
  return riskMarks(finding).map((mark) => html` <span class="mark">${mark}</span>`);
}

/** The version that mends it (the style sheet puts an arrow before it), or why there is none, or what the finding is about. */
export function fixContent(finding: Finding): Content {
  if (finding.fix?.state === 'fixed') {
    return html`<span class="good">${fixWords(finding)}</span>`;
  }
  return html`<span class="soft">${finding.fix === null ? subjectWords(finding) : fixWords(finding)}</span>`;
}

export function layerContent(place: LayerPlace | null): Markup | null {
  if (place === null) return null;
  const instruction = place.instruction === null ? null : html`: <code>${place.instruction}</code>`;
  return html`<a href="#layer-${place.number}">${place.place}</a>${instruction}`;
}

export function groupTitle(group: FindingGroup): string {
  return group.version === null ? group.name : `${group.name} ${group.version}`;
}

type Fact = readonly [name: string, value: Content];

function ratingFacts(finding: Finding): readonly Fact[] {
  const { ratings } = finding.evidence;
  const lines = [
    ...(ratings?.labels ?? []).map((label) => html`<li>${label.source}: ${label.severity}</li>`),
    ...(ratings?.cvss ?? []).map(
      (rating) =>
        html`<li>${rating.source}: CVSS ${rating.version}${rating.score === null ? '' : ` ${rating.score.toFixed(1)}`} <code>${rating.vector}</code></li>`,
    ),
  ];
  return lines.length === 0 ? [] : [['Ratings', html`<ul>${lines}</ul>`]];
}

/** Most exploits that a list names. */
const maxExploits = 3;

function riskFacts(finding: Finding): readonly Fact[] {
  const { risk } = finding;
  const facts: Fact[] = [];
  if (risk?.kev) {
    const dates = [
      risk.kev.dateAdded === null ? null : `listed ${risk.kev.dateAdded}`,
      risk.kev.dueDate === null ? null : `due ${risk.kev.dueDate}`,
      risk.ransomware === true ? 'used by ransomware' : null,
    ].filter((part) => part !== null);
    facts.push(['Known exploited', ['CISA KEV', ...dates].join(', ')]);
  }
  if (risk?.epss) facts.push(['EPSS', `${risk.epss.score} (percentile ${risk.epss.percentile})`]);
  const { exploits = [], risk: parts } = finding.evidence;
  if (exploits.length > 0) {
    const named = exploits.slice(0, maxExploits).map(({ source, id }) => `${source} ${id}`);
    const more = exploits.length > maxExploits ? [`and ${exploits.length - maxExploits} more`] : [];
    facts.push(['Exploits', [...named, ...more].join(', ')]);
  }
  if (risk?.score != null && parts !== undefined) {
    const unknown = parts.unknown.length === 0 ? '' : `; not known: ${parts.unknown.join(', ')}`;
    const { severity, likelihood } = parts;
    const made = `severity ${severity.value} (${severity.from}), likelihood ${likelihood.value} (${likelihood.from})`;
    facts.push(['Risk score', `${risk.score} of 100: ${made}${unknown}`]);
  }
  return facts;
}

function recordWords(record: { readonly source: string; readonly id: string; readonly shard: string }): string {
  return `${record.source} ${record.id} (${record.shard})`;
}

function sourceFacts(finding: Finding): readonly Fact[] {
  const { evidence } = finding;
  const others = (evidence.records ?? []).filter(
    (record) => record.id !== evidence.advisory?.id || record.source !== evidence.advisory.source,
  );
  return [
    ...(evidence.comparison === undefined ? [] : [['Comparison', html`<code>${evidence.comparison}</code>`] as const]),
    ...(evidence.code === undefined
      ? []
      : [['Flawed code', `${evidence.code.state}: ${evidence.code.detail}`] as const]),
    ...(evidence.advisory === undefined ? [] : [['Advisory', recordWords(evidence.advisory)] as const]),
    ...(others.length === 0 ? [] : [['Also in', others.map(recordWords).join(', ')] as const]),
    ...(evidence.ownedBy === undefined ? [] : [['Shipped by', evidence.ownedBy] as const]),
  ];
}

function pathList(paths: readonly string[]): Markup {
  const more = paths.length > maxPaths ? html`<li>and ${plural(paths.length - maxPaths, 'other')}</li>` : null;
  return html`<ul>${paths.slice(0, maxPaths).map((path) => html`<li><code>${path}</code></li>`)}${more}</ul>`;
}

function placeFacts(row: FindingRow, place: LayerPlace | null): readonly Fact[] {
  const { evidence } = row.lead;
  const paths = provingPaths([row]);
  return [
    ...(row.packages.length > 1 ? [['In', row.packages.join(', ')] as const] : []),
    ...(evidence.config === undefined && evidence.env === undefined
      ? []
      : [['Where', subjectWords(row.lead)] as const]),
    ...(paths.length === 0 ? [] : [['Proved by', pathList(paths)] as const]),
    ...(place === null ? [] : [['Layer', layerContent(place)] as const]),
  ];
}

/** Terms and descriptions. */
export interface EvidenceMarkup {
  /** what is said of this finding alone */
  readonly own: string;
  /** what many findings have alike: who rates it, where it is */
  readonly shared: string;
}

/** Everything that is known about a row; what is not known is left out. */
export function evidenceMarkup(row: FindingRow, place: LayerPlace | null): EvidenceMarkup {
  const { lead } = row;
  const pages = publicPages(lead);
  const links = html`<ul>${pages.map(({ id, url }) => html`<li><a href="${url}">${id}</a></li>`)}</ul>`;
  const own: readonly Fact[] = [
    ...(pages.length === 0 ? [] : [['Read more', links] as const]),
    ...sourceFacts(lead),
    ...(lead.evidence.cwes === undefined ? [] : [['Weakness', lead.evidence.cwes.join(', ')] as const]),
    ...(lead.aliases.length === 0 ? [] : [['Aliases', lead.aliases.join(', ')] as const]),
    ...(lead.advisories.length === 0 ? [] : [['Bulletins', lead.advisories.join(', ')] as const]),
    ...(lead.published === null ? [] : [['Published', lead.published] as const]),
    ...riskFacts(lead),
    ...(lead.suppressed.length === 0
      ? []
      : [['Not counted', lead.suppressed.map(suppressionWords).join('; ')] as const]),
  ];
  const shared: readonly Fact[] = [
    ...(lead.severitySource === null ? [] : [['Severity by', lead.severitySource] as const]),
    ...ratingFacts(lead),
    ...(lead.fix?.since ? [['Fix known since', lead.fix.since] as const] : []),
    ...(typeof lead.evidence.endOfSupport === 'string' ? [['Support ended', lead.evidence.endOfSupport] as const] : []),
    ...placeFacts(row, place),
  ];
  return { own: factsText(own), shared: factsText(shared) };
}

function factsText(facts: readonly Fact[]): string {
  return facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`.text).join('');
}
