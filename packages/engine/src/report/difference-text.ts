/** The answer of `plimsoll diff` for the terminal. */
import type { ChangedFinding, Difference, VerdictWords } from '../result/difference.ts';
import { plural } from './finding-words.ts';
import { escapeInvisible } from './json-text.ts';
import { severityStyle } from './terminal/paint.ts';
import { createScreen, type Screen, type ScreenOptions, styled } from './terminal/screen.ts';

/** Of one kind of change; --format json has all of them. */
const maxFindings = 50;
/** Of a value; digests are shown by their beginning. */
const maxValue = 24;

const titles = {
  appeared: 'New',
  counted: 'Counted again',
  changed: 'Changed',
  suppressed: 'Not counted any more',
  gone: 'Gone',
} as const satisfies Record<ChangedFinding['change'], string>;

export function differenceText(difference: Difference, options: ScreenOptions): string {
  const screen = createScreen(options);
  const { before, after, decided, inputs, findings } = difference;
  const same = before.result === after.result && before.exitCode === after.exitCode;
  screen.text(0, styled(same ? `Still ${after.result}` : `${before.result}, now ${after.result}`, 'bold'));
  screen.text(2, `before  ${verdictWords(before)}`, 10);
  screen.text(2, `after   ${verdictWords(after)}`, 10);
  if (decided.length > 0) {
    screen.blank();
    screen.text(0, styled(same ? 'What decides otherwise' : 'Why the verdict changed', 'bold'));
  }
  for (const { id, change, because } of decided) {
    screen.text(2, `${id} ${change}`, 4);
    if (because.length > 0) screen.text(4, styled(`because ${because.join('; ')}`, 'dim'), 6);
  }
  screen.blank();
  screen.text(0, styled(inputs.length === 0 ? 'No input changed' : 'Inputs that changed', 'bold'));
  for (const { path, before: was, after: is, read } of inputs) {
    const note = read ? '' : styled('  no rule reads it', 'dim');
    screen.text(2, [`${path}  ${short(was)} ${screen.glyphs.arrow} ${short(is)}`, note], 6);
  }
  for (const [change, title] of Object.entries(titles))
    section(
      screen,
      title,
      findings.filter((each) => each.change === change),
    );
  if (findings.length === 0) {
    screen.blank();
    screen.text(0, 'No finding changed');
  }
  return screen.finish();
}

function section(screen: Screen, title: string, findings: readonly ChangedFinding[]): void {
  if (findings.length === 0) return;
  screen.blank();
  screen.text(0, [styled(title, 'bold'), styled(`  ${plural(findings.length, 'finding')}`, 'dim')]);
  for (const { severity, id, package: pkg, what, because } of findings.slice(0, maxFindings)) {
    screen.text(2, [styled(severity, severityStyle(severity)), ` ${id}${pkg === null ? '' : `  ${pkg}`}`], 4);
    if (what.length > 0) screen.text(4, what.join('; '), 6);
    screen.text(4, styled(`because ${because.join('; ')}`, 'dim'), 6);
  }
  if (findings.length > maxFindings) screen.text(2, `and ${findings.length - maxFindings} more`);
}

function verdictWords({ reference, evaluatedAt, result, exitCode, rules }: VerdictWords): string {
  return `${result} (exit ${exitCode})${rules.length > 0 ? `: ${rules.join(', ')}` : ''}; ${reference}, ${evaluatedAt}`;
}

function short(value: string | null): string {
  if (value === null) return 'none';
  return value.length > maxValue ? `${value.slice(0, maxValue)}…` : value;
}

/** All of it, in the order of the type. */
export function differenceJson(difference: Difference): string {
  return `${escapeInvisible(JSON.stringify(difference, null, 2))}\n`;
}
