/** Pieces of the page that show one finding. */
import type { Severity } from '../../advisories/types.ts';
import type { Finding } from '../../matching/types.ts';
import { type FindingGroup, type FindingRow, provingPaths } from '../finding-groups.ts';
import { suppressionWords } from '../finding-text.ts';
import { fixWords, plural, riskMarks, subjectWords } from '../finding-words.ts';
import type { LayerPlace } from '../layer-words.ts';
import { publicPage, publicPages } from '../public-pages.ts';
import { severitiesWorstFirst } from '../shown-findings.ts';
import { type Content, contentText, html, Markup } from './markup.ts';

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

/** A term and its description; nothing where there is nothing to say. Texts, not lists: a page has 20,000 findings. */
function fact(name: string, value: Content): string {
  return `<dt>${name}</dt><dd>${contentText(value)}</dd>`;
}

function ratingFact({ evidence: { ratings } }: Finding): string {
  if (ratings === undefined) return '';
  let lines = '';
  for (const { source, severity } of ratings.labels) lines += html`<li>${source}: ${severity}</li>`.text;
  for (const { source, version, score, vector } of ratings.cvss) {
    lines +=
      html`<li>${source}: CVSS ${version}${score === null ? '' : ` ${score.toFixed(1)}`} <code>${vector}</code></li>`
        .text;
  }
  return lines === '' ? '' : fact('Ratings', new Markup(`<ul>${lines}</ul>`));
}

/** Most exploits that a list names. */
const maxExploits = 3;

function riskFacts({ risk, evidence }: Finding): string {
  let facts = '';
  if (risk?.kev) {
    const dates = [
      risk.kev.dateAdded === null ? null : `listed ${risk.kev.dateAdded}`,
      risk.kev.dueDate === null ? null : `due ${risk.kev.dueDate}`,
      risk.ransomware === true ? 'used by ransomware' : null,
    ].filter((part) => part !== null);
    facts += fact('Known exploited', ['CISA KEV', ...dates].join(', '));
  }
  if (risk?.epss) facts += fact('EPSS', `${risk.epss.score} (percentile ${risk.epss.percentile})`);
  const { exploits = [], risk: parts } = evidence;
  if (exploits.length > 0) {
    const named = exploits.slice(0, maxExploits).map(({ source, id }) => `${source} ${id}`);
    const more = exploits.length > maxExploits ? [`and ${exploits.length - maxExploits} more`] : [];
    facts += fact('Exploits', [...named, ...more].join(', '));
  }
  if (risk?.score != null && parts !== undefined) {
    const unknown = parts.unknown.length === 0 ? '' : `; not known: ${parts.unknown.join(', ')}`;
    const { severity, likelihood } = parts;
    const made = `severity ${severity.value} (${severity.from}), likelihood ${likelihood.value} (${likelihood.from})`;
    facts += fact('Risk score', `${risk.score} of 100: ${made}${unknown}`);
  }
  return facts;
}

function recordWords(record: { readonly source: string; readonly id: string; readonly shard: string }): string {
  return `${record.source} ${record.id} (${record.shard})`;
}

function sourceFacts({ evidence: { advisory, code, comparison, ownedBy, records = [] } }: Finding): string {
  const others = records.filter((record) => record.id !== advisory?.id || record.source !== advisory.source);
  let facts = '';
  if (comparison !== undefined) facts += fact('Comparison', html`<code>${comparison}</code>`);
  if (code !== undefined) facts += fact('Flawed code', `${code.state}: ${code.detail}`);
  if (advisory !== undefined) facts += fact('Advisory', recordWords(advisory));
  if (others.length > 0) facts += fact('Also in', others.map(recordWords).join(', '));
  if (ownedBy !== undefined) facts += fact('Shipped by', ownedBy);
  return facts;
}

function pathList(paths: readonly string[]): Markup {
  const more = paths.length > maxPaths ? html`<li>and ${plural(paths.length - maxPaths, 'other')}</li>` : null;
  return html`<ul>${paths.slice(0, maxPaths).map((path) => html`<li><code>${path}</code></li>`)}${more}</ul>`;
}

function placeFacts(row: FindingRow, place: LayerPlace | null): string {
  const { evidence } = row.lead;
  const paths = provingPaths([row]);
  let facts = '';
  if (row.packages.length > 1) facts += fact('In', row.packages.join(', '));
  if (evidence.config !== undefined || evidence.env !== undefined) facts += fact('Where', subjectWords(row.lead));
  if (paths.length > 0) facts += fact('Proved by', pathList(paths));
  if (place !== null) facts += fact('Layer', layerContent(place));
  return facts;
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
  const { evidence, aliases, advisories, published, suppressed, severitySource, fix } = lead;
  let links = '';
  for (const { id, url } of publicPages(lead)) links += html`<li><a href="${url}">${id}</a></li>`.text;
  let own = links === '' ? '' : fact('Read more', new Markup(`<ul>${links}</ul>`));
  own += sourceFacts(lead);
  if (evidence.cwes !== undefined) own += fact('Weakness', evidence.cwes.join(', '));
  if (aliases.length > 0) own += fact('Aliases', aliases.join(', '));
  if (advisories.length > 0) own += fact('Bulletins', advisories.join(', '));
  if (published !== null) own += fact('Published', published);
  own += riskFacts(lead);
  if (suppressed.length > 0) own += fact('Not counted', suppressed.map(suppressionWords).join('; '));
  let shared = severitySource === null ? '' : fact('Severity by', severitySource);
  shared += ratingFact(lead);
  if (fix?.since) shared += fact('Fix known since', fix.since);
  if (typeof evidence.endOfSupport === 'string') shared += fact('Support ended', evidence.endOfSupport);
  return { own, shared: shared + placeFacts(row, place) };
}
