/** What became of an exception, in words that the terminal and the page share. */
import type { AppliedException } from '../policy/types.ts';
import { daysSince, plural } from './finding-words.ts';

export const exceptionStateWords = {
  applied: 'applied',
  'expires-soon': 'expires soon',
  expired: 'expired',
  fixed: 'over',
  unused: 'unused',
  'not-honoured': 'not honoured',
} as const satisfies Record<AppliedException['state'], string>;

/** `until 2026-12-31`, `until there is a fix`, `for ever` */
export function untilWords({ expires, untilFixed }: AppliedException): string {
  if (expires === null) return untilFixed ? 'until there is a fix' : 'for ever';
  return untilFixed ? `until there is a fix or ${expires}` : `until ${expires}`;
}

export function exceptionNote(exception: AppliedException, evaluatedAt: string): string {
  const { expires, state } = exception;
  const until = untilWords(exception);
  switch (state) {
    case 'expired': {
      const ago = expires === null ? null : daysSince(expires, evaluatedAt);
      return `since ${expires}, it excuses nothing any more${ago === null ? '' : ` (${plural(ago, 'day')})`}`;
    }
    case 'fixed':
      return 'there is a fix, it excuses nothing any more';
    case 'not-honoured':
      return 'it excuses nothing';
    case 'unused':
      return `${until}, it excuses nothing in this image`;
    default:
      return `${until}, excuses ${plural(exception.findings.length, 'finding')}`;
  }
}

/** `risk-accepted, not reachable, approved by ops [SEC-12]` */
export function whyWords({ approver, category, reason, ticket }: AppliedException): string {
  const why = [category, reason].filter((part) => part !== null).join(', ') || 'no reason is given';
  return `${why}${approver === null ? '' : `, approved by ${approver}`}${ticket === null ? '' : ` [${ticket}]`}`;
}
