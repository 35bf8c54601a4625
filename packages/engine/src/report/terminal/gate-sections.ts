/** The top of the terminal report: the verdict, what broke the gate, what to do about it, and the warnings. */
import type { Finding } from '../../matching/types.ts';
import type { RuleOutcome } from '../../policy/types.ts';
import type { ScanResult } from '../../result/types.ts';
import { baseAdvice, baseWords, otherBasesWords } from '../base-words.ts';
import { controlCounts } from '../control-words.ts';
import { type FindingGroup, type FindingRow, groupFindings } from '../finding-groups.ts';
import { ageInDays, countWords, fixWords, plural, riskMarks, subjectWords } from '../finding-words.ts';
import { findingsByKey } from '../findings-by-key.ts';
import { layerPlaces, placeWords } from '../layer-words.ts';
import {
  afterChangesWords,
  exampleNotice,
  imageWords,
  proofWords,
  ruleWords,
  saysItself,
  verdictWords,
} from '../verdict-words.ts';
import { type Style, severityStyle } from './paint.ts';
import { type Screen, type Span, styled } from './screen.ts';

/** Rows under one rule; a hundred would push the first one off the screen. */
const maxRowsPerRule = 8;

const badges = {
  fail: { word: 'FAIL', style: 'badge-fail', glyph: 'bad' },
  warn: { word: 'WARN', style: 'badge-warn', glyph: 'warning' },
  pass: { word: 'PASS', style: 'badge-pass', glyph: 'good' },
} as const satisfies Record<string, { word: string; style: Style; glyph: 'bad' | 'warning' | 'good' }>;

export function heading(screen: Screen, title: string, note = ''): void {
  screen.blank();
  screen.text(0, note === '' ? styled(title, 'bold') : [styled(title, 'bold'), styled(`  ${note}`, 'dim')], 2);
}

export function headline(screen: Screen, result: ScanResult): void {
  const { verdict, image } = result;
  const badge = badges[verdict.result];
  const dot = ` ${screen.glyphs.dot} `;
  screen.text(
    0,
    [
      styled(` ${screen.glyphs[badge.glyph]} ${badge.word} `.trim(), badge.style),
      styled(`  ${verdictWords(result)}`, 'bold'),
      styled(` (exit ${verdict.exitCode})`, 'dim'),
    ],
    2,
  );
  const names = image.names.filter((name) => !image.reference.includes(name));
  screen.text(2, [styled(image.reference, 'bold'), ...(names.length > 0 ? [`${dot}${names.join(', ')}`] : [])]);
  screen.text(2, styled(imageWords(result).join(dot), 'dim'));
  const base = baseWords(result);
  if (base !== null) screen.text(2, styled(base, 'dim'));
  if (result.inputs.example) {
    screen.blank();
    screen.text(2, [styled(`${screen.glyphs.warning} `, 'warning'), styled(exampleNotice, 'warning')], 4);
  }
}

/** `, known 62 d`: for how long something could have been done about it. */
function knownWords({ lead }: FindingRow, evaluatedAt: string): string {
  const days = ageInDays(lead, evaluatedAt);
  if (days === null) return '';
  return `, ${lead.fix?.state === 'fixed' && lead.fix.since ? 'known' : 'public'} ${days} d`;
}

function brokenRow(screen: Screen, group: FindingGroup, row: FindingRow, evaluatedAt: string): void {
  const { lead } = row;
  const about = group.version === null ? (lead.title ?? subjectWords(lead)) : `${group.name} ${group.version}`;
  const isFixed = lead.fix?.state === 'fixed';
  const marks = riskMarks(lead).join(', ');
  const fix: readonly (string | Span)[] =
    lead.fix === null
      ? []
      : [isFixed ? ` ${screen.glyphs.arrow} ` : ', ', styled(fixWords(lead), isFixed ? 'good' : 'dim')];
  screen.text(
    4,
    [
      styled(lead.severity, severityStyle(lead.severity)),
      ' ',
      styled(lead.id, 'bold'),
      `  ${about}`,
      ...fix,
      styled(knownWords(row, evaluatedAt), 'dim'),
      marks === '' ? '' : '  ',
      styled(marks, 'bad'),
    ],
    6,
  );
}

function brokenRule(screen: Screen, rule: RuleOutcome, findings: readonly Finding[], result: ScanResult): void {
  const words = ruleWords(rule, findings);
  const policy = Object.keys(result.inputs.policy).length > 1 ? [`policy ${rule.policy}`] : [];
  const count = findings.length > 0 ? [countWords(findings)] : [];
  const notes = [...count, ...policy].join(', ');
  screen.text(
    2,
    [
      styled(`${screen.glyphs.bad} ${rule.id}`, 'bad'),
      words === null ? '' : `  ${words}`,
      styled(notes === '' ? '' : words === null ? `  ${notes}` : ` (${notes})`, 'dim'),
    ],
    4,
  );
  if (saysItself(rule, findings)) return;
  const rows = groupFindings(findings).flatMap((group) => group.rows.map((row) => ({ group, row })));
  const places = layerPlaces(result.image);
  let shown: string | null = null;
  for (const { group, row } of rows.slice(0, maxRowsPerRule)) {
    const place = placeWords(places(row.lead.evidence.layer));
    if (place !== null && place !== shown) screen.line(4, styled(`in ${place}`, 'dim'));
    shown = place;
    brokenRow(screen, group, row, result.inputs.evaluatedAt);
  }
  if (rows.length > maxRowsPerRule) screen.text(4, styled(`and ${rows.length - maxRowsPerRule} more`, 'dim'));
}

/** Rules that deny with the findings that broke them, then the other causes (not read, missing, stale). */
export function brokenGate(screen: Screen, result: ScanResult): void {
  const denied = result.verdict.rules.filter((rule) => rule.action === 'deny');
  const causes = result.verdict.reasons.filter((reason) => reason.code !== 'policy');
  if (denied.length === 0 && causes.length === 0) return;
  const lookup = findingsByKey(result);
  heading(screen, result.verdict.result === 'fail' ? 'What broke the gate' : 'What the gate saw');
  for (const rule of denied) brokenRule(screen, rule, lookup(rule.findings), result);
  for (const reason of causes) {
    screen.text(2, [styled(`${screen.glyphs.bad} ${reason.code}`, 'bad'), `  ${reason.message}`], 4);
  }
}

/** A source package may be in several. */
const maxLayersPerChange = 3;

/** The smallest change that would let the image pass, numbered, then what the broken rules advise. */
export function whatToDo(screen: Screen, result: ScanResult): void {
  const { changes, rules } = result.verdict;
  const advice = rules.filter((rule) => rule.action === 'deny' && rule.remediation !== null);
  if (changes.length === 0 && advice.length === 0) return;
  heading(screen, 'What to do');
  const lookup = findingsByKey(result);
  const places = layerPlaces(result.image);
  changes.forEach((change, index) => {
    const number = `${index + 1}. `;
    const findings = lookup(change.findings);
    const count = findings.length === 0 ? '' : ` (${countWords(findings)})`;
    screen.text(2, [number, styled(change.text, 'bold'), styled(count, 'dim')], 2 + number.length);
    const layers = [...new Set(findings.map((finding) => finding.evidence.layer))];
    for (const layer of layers.slice(0, maxLayersPerChange)) {
      const place = placeWords(places(layer));
      if (place !== null) screen.line(2 + number.length, styled(`in ${place}`, 'dim'));
    }
    const proof = proofWords(change);
    if (proof !== null) screen.text(2 + number.length, styled(proof, change.proven ? 'dim' : 'warning'));
  });
  const after = afterChangesWords(result);
  if (after !== null)
    screen.text(2, styled(after, result.verdict.afterChanges?.result === 'fail' ? 'warning' : 'good'));
  const base = baseAdvice(result);
  if (base !== null) screen.text(2, base);
  for (const words of otherBasesWords(result)) screen.text(2, styled(words, 'dim'));
  if (changes.length > 0) return;
  for (const text of new Set(advice.map((rule) => rule.remediation))) screen.text(2, `${screen.glyphs.dot} ${text}`, 4);
}

export function warnings(screen: Screen, result: ScanResult): void {
  const warned = result.verdict.rules.filter((rule) => rule.action === 'warn');
  if (warned.length === 0) return;
  heading(screen, 'Warnings', 'they do not stop the image');
  for (const rule of warned) {
    const count = rule.findings.length > 1 ? [styled(` (${plural(rule.findings.length, 'finding')})`, 'dim')] : [];
    screen.text(2, [styled(`${screen.glyphs.warning} ${rule.id}`, 'warning'), `  ${rule.message}`, ...count], 4);
    if (rule.remediation !== null) screen.text(4, styled(rule.remediation, 'dim'));
  }
}

/** One line a framework; the format `compliance` has every control. */
export function controls(screen: Screen, { verdict }: ScanResult): void {
  if (verdict.controls === undefined) return;
  heading(screen, 'Controls', '--format compliance=FILE lists each');
  for (const [framework, own] of Map.groupBy(verdict.controls, (control) => control.framework)) {
    const failed = own.filter(({ state }) => state === 'failed').map(({ id }) => id);
    const which = failed.length === 0 ? '' : ` (failed: ${failed.join(', ')})`;
    screen.text(2, [styled(framework, 'bold'), `  ${controlCounts(own)}`, styled(which, 'dim')], 4);
  }
}
