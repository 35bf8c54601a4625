/**
 * The verdict as annotations of a GitHub job: one line each, for the runner to take from the log.
 *
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
import type { ScanResult } from '../../result/types.ts';
import { safeText } from '../safe-text.ts';
import { verdictWords } from '../verdict-words.ts';

/** GitHub shows ten errors and ten warnings of a step. */
const mostShown = 10;
/** Characters of one; longer messages are cut. */
const maxChars = 1000;

export function* githubAnnotations(result: ScanResult): Generator<string> {
  const { verdict, image } = result;
  const name = image.names[0] ?? image.reference;
  const lines = (action: 'deny' | 'warn') =>
    verdict.rules
      .filter((rule) => rule.action === action)
      .map(
        ({ id, message, remediation }) => [id, `${message}${remediation === null ? '' : `; ${remediation}`}`] as const,
      );
  const reasons = verdict.reasons
    .filter(({ code }) => code !== 'policy')
    .map(({ code, message }) => [code, message] as const);
  const errors = [...reasons, ...lines('deny')];
  if (verdict.result === 'fail') yield command('error', name, verdictWords(result));
  yield* limited('error', errors, mostShown - 1);
  yield* limited('warning', lines('warn'), mostShown);
}

type Kind = 'error' | 'warning';

function* limited(
  kind: Kind,
  entries: readonly (readonly [title: string, text: string])[],
  atMost: number,
): Generator<string> {
  const shown = entries.length > atMost ? entries.slice(0, atMost - 1) : entries;
  for (const [title, text] of shown) yield command(kind, title, text);
  const left = entries.length - shown.length;
  if (left > 0) yield command(kind, 'Plimsoll', `${left} more, see the report`);
}

function command(kind: Kind, title: string, text: string): string {
  return `::${kind} title=${property(title)}::${data(safeText(text, maxChars))}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(safeText(text, 200)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
