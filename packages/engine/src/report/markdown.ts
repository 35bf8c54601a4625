/**
 * The verdict as Markdown that fits where people put it: a comment on a merge request, a job summary. What does not fit is
 * counted, never dropped in silence.
 *
 * @see https://github.github.com/gfm/
 */
import type { Finding } from '../matching/types.ts';
import type { Change } from '../policy/types.ts';
import type { ScanResult } from '../result/types.ts';
import { baseAdvice, otherBasesWords } from './base-words.ts';
import { type FindingRow, groupFindings } from './finding-groups.ts';
import { suppressionWords } from './finding-text.ts';
import { countWords, fixWords, plural, riskMarks, subjectWords } from './finding-words.ts';
import { findingsByKey } from './findings-by-key.ts';
import { layerPlaces } from './layer-words.ts';
import { code, prose } from './markdown/markdown-text.ts';
import { type Part, within } from './markdown/within.ts';
import { unseenLines } from './not-seen.ts';
import { publicPage } from './public-pages.ts';
import { countVulnerabilities, filterWords, type ShownFindings, selectFindings } from './shown-findings.ts';
import type { ReportFormat, ReportOptions } from './types.ts';
import {
  afterChangesWords,
  exampleNotice,
  imageWords,
  noVulnerabilityWords,
  proofWords,
  ruleWords,
  verdictWords,
} from './verdict-words.ts';
import { vexOfImage, vexStateWords } from './vex-words.ts';

/** Bytes; GitHub takes 65,536 characters of a comment. */
const maxCommentBytes = 65_000;
/** Bytes; GitLab takes 1,000,000 characters of a comment, GitHub 1 MiB of a job summary. */
const maxSummaryBytes = 999_000;

function parts(result: ScanResult, show: ReportOptions['show']): readonly Part[] {
  const selected = selectFindings(result.findings, show);
  return [
    head(result, selected),
    gate(result),
    changes(result),
    findings(result, selected),
    suppressed(selected),
    vexStatements(result),
    notSeen(result),
  ].filter((part) => part !== null);
}

function head(result: ScanResult, selected: ShownFindings): Part {
  const { image, verdict, inputs } = result;
  const counts = countVulnerabilities(result.findings);
  const none = counts.every(({ count }) => count === 0);
  const filter = filterWords(selected);
  const name = image.names[0] ?? image.reference;
  const lines = [
    `## ${verdict.result.toUpperCase()}: ${verdictWords(result)}`,
    '',
    `${code(name)} (${imageWords(result)
      .map((words) => prose(words))
      .join(', ')}), judged as of ${inputs.evaluatedAt}`,
    '',
    ...(inputs.example ? [`**${exampleNotice}**`, ''] : []),
    ...(none
      ? [noVulnerabilityWords(result)]
      : [
          `| ${counts.map(({ severity }) => severity).join(' | ')} |`,
          `| ${counts.map(() => '---:').join(' | ')} |`,
          `| ${counts.map(({ count }) => (count === 0 ? '0' : `**${count}**`)).join(' | ')} |`,
        ]),
    '',
    ...(filter === null ? [] : [`> ${prose(filter)}`, '']),
  ];
  return { head: lines, rows: [], share: 0, more: () => '' };
}

function gate(result: ScanResult): Part | null {
  const lookup = findingsByKey(result);
  const rows = [
    ...result.verdict.rules.map((rule) => {
      const found = lookup(rule.findings);
      const words = ruleWords(rule, found);
      const count = found.length === 0 ? '' : ` (${countWords(found)})`;
      return `- ${rule.action === 'deny' ? '**denied**' : 'warning'} by ${code(rule.id)} of ${code(rule.policy)}${count}${words === null ? '' : `: ${prose(words)}`}${rule.remediation === null ? '' : `; ${prose(rule.remediation)}`}`;
    }),
    ...result.verdict.reasons
      .filter((reason) => reason.code !== 'policy')
      .map((reason) => `- ${code(reason.code)}: ${prose(reason.message)}`),
  ];
  if (rows.length === 0) return null;
  const title = result.verdict.result === 'fail' ? 'What broke the gate' : 'What the gate saw';
  return {
    head: [`### ${title}`, ''],
    rows,
    share: 0.2,
    more: (count) => `- and ${plural(count, 'rule')} more`,
  };
}

function changes(result: ScanResult): Part | null {
  const advice = baseAdvice(result);
  const lookup = findingsByKey(result);
  const places = layerPlaces(result.image);
  const layersOf = ({ findings: keys }: { readonly findings: readonly string[] }): string => {
    const layers = new Set(lookup(keys).map(({ evidence }) => evidence.layer));
    const words = [...layers].flatMap((layer) => places(layer)?.place ?? []);
    return words.length === 0 ? '' : `, in ${words.join(', ')}`;
  };
  const proofOf = (change: Change): string => {
    const words = proofWords(change);
    return words === null ? '' : ` (${prose(words)})`;
  };
  const rows = [
    ...result.verdict.changes.map((change) => `1. ${prose(change.text)}${layersOf(change)}${proofOf(change)}`),
    ...(advice === null ? [] : [`1. ${prose(advice)}`]),
    ...otherBasesWords(result).map((words) => `1. ${prose(words)}`),
  ];
  if (rows.length === 0) return null;
  const after = afterChangesWords(result);
  return {
    head: ['### What to change', '', ...(after === null ? [] : [`**${prose(after)}**`, ''])],
    rows,
    share: 0.2,
    more: (count) => `1. and ${plural(count, 'step')} more`,
  };
}

function findings(result: ScanResult, selected: ShownFindings): Part | null {
  const { shown } = selected;
  if (shown.length === 0) return null;
  const places = layerPlaces(result.image);
  const rows = groupFindings(shown)
    .flatMap((group) => group.rows.map((row) => ({ group, row })))
    .sort((a, b) => b.row.lead.level - a.row.lead.level);
  return {
    head: [
      `### Findings (${shown.length})`,
      '',
      '| Severity | Finding | In | Fix | Layer |',
      '| --- | --- | --- | --- | --- |',
    ],
    rows: rows.map(({ group, row }) => {
      const version = group.version === null ? '' : ` ${code(group.version)}`;
      const about = group.version === null ? subjectCell(row.lead) : `${code(group.name)}${version}`;
      return `| ${row.lead.severity} | ${findingCell(row)} | ${about} | ${fixCell(row.lead)} | ${places(row.lead.evidence.layer)?.number ?? ''} |`;
    }),
    share: 1,
    counts: rows.map(({ row }) => row.findings.length),
    more: (count) =>
      `\n**${plural(count, 'finding')} more, left out so that this fits; all of them are in the other formats of the report.**`,
  };
}

function findingCell({ lead }: FindingRow): string {
  const page = publicPage(lead.id);
  const id = page === null ? code(lead.id) : `[${lead.id}](${page.url})`;
  const marks = riskMarks(lead).map((mark) => ` **${mark}**`);
  const title = lead.title === null ? '' : ` ${prose(lead.title, 100)}`;
  return `${id}${marks.join('')}${title}`;
}

function subjectCell(finding: Finding): string {
  const words = subjectWords(finding);
  return words === '' ? '' : code(words);
}

function fixCell(finding: Finding): string {
  const words = fixWords(finding);
  return finding.fix?.state === 'fixed' && words !== '' ? code(words) : words;
}

function suppressed({ suppressed: list }: ShownFindings): Part | null {
  if (list.length === 0) return null;
  return {
    head: [`<details><summary>Not counted: ${plural(list.length, 'finding')}</summary>`, ''],
    rows: list.map((finding) => {
      const of = finding.package === null ? '' : ` in ${code(finding.package.name)}`;
      return `- ${finding.severity} ${code(finding.id)}${of}: ${finding.suppressed.map((by) => prose(suppressionWords(by))).join('; ')}`;
    }),
    share: 0.15,
    more: (count) => `- and ${plural(count, 'finding')} more`,
    tail: ['', '</details>'],
  };
}

/** What became of each VEX statement and why; those about nothing that was found are counted. */
function vexStatements({ verdict: { vex } }: ScanResult): Part | null {
  if (vex === undefined) return null;
  const { listed, others } = vexOfImage(vex);
  return {
    head: [`<details><summary>VEX: ${plural(vex.length, 'statement')}</summary>`, ''],
    rows: [
      ...listed.map(
        ({ id, status, state, why, product, source }) =>
          `- ${code(id)} ${status.replaceAll('_', ' ')}, **${vexStateWords[state]}**: ${prose(why)} (${code(product)}, ${code(source)})`,
      ),
      ...(others === null ? [] : [`- ${others}`]),
    ],
    share: 0.15,
    counts: [...listed.map(() => 1), ...(others === null ? [] : [vex.length - listed.length])],
    more: (count) => `- and ${plural(count, 'statement')} more`,
    tail: ['', '</details>'],
  };
}

function notSeen(result: ScanResult): Part | null {
  const lines = unseenLines(result);
  if (lines.length === 0) return null;
  return {
    head: ['### Not seen', ''],
    rows: lines.map(({ words }) => `- ${prose(words)}`),
    share: 0.15,
    more: (count) => `- and ${plural(count, 'entry', 'entries')} more`,
  };
}

function format(name: string, maxBytes: number): ReportFormat {
  return {
    name,
    extension: 'md',
    mediaType: 'text/markdown; charset=utf-8; variant=GFM',
    render: (result, { show }) => within(parts(result, show), maxBytes),
  };
}

export const markdown = format('markdown', maxCommentBytes);
export const markdownSummary = format('markdown-summary', maxSummaryBytes);
