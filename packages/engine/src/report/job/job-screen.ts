/** What a job's log has to say at first sight, on one screen: the verdict, why, what to do, and where the reports are. */
import type { ScanResult } from '../../result/types.ts';
import { findingTexts } from '../finding-text.ts';
import { plural } from '../finding-words.ts';
import { unseenLines } from '../not-seen.ts';
import { countVulnerabilities } from '../shown-findings.ts';
import { createScreen, type Screen, type Span, styled } from '../terminal/screen.ts';
import type { ReportOptions } from '../types.ts';
import { exampleNotice, imageWords, noVulnerabilityWords, verdictWords } from '../verdict-words.ts';

/** Lines of each part; each is one line of the screen, cut where it is too long. */
const most = { why: 7, do: 7, unseen: 3, reports: 6 };

const badges = { fail: ['FAIL', 'badge-fail'], warn: ['WARN', 'badge-warn'], pass: ['PASS', 'badge-pass'] } as const;

/** @param reports files that reports of this run are in */
export function jobScreen(result: ScanResult, options: ReportOptions, reports: readonly string[]): string {
  const screen = createScreen(options);
  const { verdict, image, inputs } = result;
  const [word, style] = badges[verdict.result];
  screen.line(0, [
    styled(word, style),
    styled(`  ${verdictWords(result)}`, 'bold'),
    styled(` (exit ${verdict.exitCode})`, 'dim'),
  ]);
  screen.line(2, [
    styled(image.names[0] ?? image.reference, 'bold'),
    styled(`  ${imageWords(result).join(', ')}`, 'dim'),
  ]);
  if (inputs.example) screen.line(2, styled(exampleNotice, 'warning'));
  screen.line(2, counts(result));
  part(screen, 'Why', why(result), most.why);
  part(screen, 'What to do', whatToDo(result), most.do);
  part(
    screen,
    'Not seen',
    unseenLines(result).map(({ words }) => words),
    most.unseen,
  );
  part(screen, 'Reports', reports, most.reports);
  return screen.finish();
}

function counts(result: ScanResult): string {
  const counted = countVulnerabilities(result.findings).filter(({ count }) => count > 0);
  if (counted.length === 0) return noVulnerabilityWords(result);
  const suppressed = result.findings.filter((finding) => finding.suppressed.length > 0).length;
  const words = counted.map(({ severity, count }) => `${count} ${severity}`).join(', ');
  return `Vulnerabilities: ${words}${suppressed === 0 ? '' : `; ${plural(suppressed, 'finding')} excused`}`;
}

/** Rules that stopped it, each with the finding that comes first, then what else did, then warnings. */
function why(result: ScanResult): readonly (readonly Span[])[] {
  const { rules, reasons } = result.verdict;
  const byKey = new Map(result.findings.map((finding) => [finding.key, finding]));
  const texts = findingTexts(result);
  const told = rules.map(({ id, action, message, findings }) => {
    const first = byKey.get(findings[0] ?? '');
    const words = first?.package == null ? message : texts.headline(first);
    const more = findings.length > 1 ? ` and ${findings.length - 1} more` : '';
    return [
      styled(`${action === 'deny' ? 'denied' : 'warning'} by ${id}`, action === 'deny' ? 'bad' : 'warning'),
      styled(`  ${words}${more}`, 'plain'),
    ];
  });
  const denials = rules.filter(({ action }) => action === 'deny').length;
  const others = reasons
    .filter(({ code }) => code !== 'policy')
    .map(({ code, message }) => [styled(code, 'bad'), styled(`  ${message}`, 'plain')]);
  return [...told.slice(0, denials), ...others, ...told.slice(denials)];
}

function whatToDo({ verdict }: ScanResult): readonly string[] {
  if (verdict.changes.length > 0) return verdict.changes.map(({ text }, index) => `${index + 1}. ${text}`);
  const denied = verdict.rules.filter(({ action }) => action === 'deny');
  return [...new Set(denied.flatMap(({ remediation }) => remediation ?? []))];
}

function part(screen: Screen, title: string, lines: readonly (string | readonly Span[])[], atMost: number): void {
  if (lines.length === 0) return;
  screen.line(0, styled(title, 'bold'));
  const shown = lines.length > atMost ? lines.slice(0, atMost - 1) : lines;
  for (const line of shown) screen.line(2, line);
  if (lines.length > shown.length) screen.line(2, styled(`and ${lines.length - shown.length} more`, 'dim'));
}
