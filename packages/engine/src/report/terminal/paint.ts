/** Styles of the terminal. The caller decides whether there is colour; the environment is never asked. */
import type { Severity } from '../../advisories/types.ts';

export type Style =
  | 'plain'
  | 'bold'
  | 'dim'
  | 'critical'
  | 'high'
  | 'medium'
  | 'low'
  | 'unknown'
  | 'good'
  | 'warning'
  | 'bad'
  | 'badge-fail'
  | 'badge-warn'
  | 'badge-pass';

/** SGR parameters. @see https://www.ecma-international.org/publications-and-standards/standards/ecma-48/ */
const sgr: Readonly<Record<Exclude<Style, 'plain'>, string>> = {
  bold: '1',
  dim: '2',
  critical: '1;31',
  high: '31',
  medium: '33',
  low: '36',
  unknown: '35',
  good: '32',
  warning: '33',
  bad: '1;31',
  'badge-fail': '1;97;41',
  'badge-warn': '1;30;43',
  'badge-pass': '1;30;42',
};

export function paint(text: string, style: Style, color: boolean): string {
  return !color || style === 'plain' || text === '' ? text : `\u001b[${sgr[style]}m${text}\u001b[0m`;
}

const severityStyles = {
  Critical: 'critical',
  High: 'high',
  Medium: 'medium',
  Low: 'low',
  Negligible: 'dim',
  Unknown: 'unknown',
} as const satisfies Record<Severity, Style>;

export function severityStyle(severity: Severity): Style {
  return severityStyles[severity];
}
