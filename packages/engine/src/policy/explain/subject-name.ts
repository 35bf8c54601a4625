import type { SupportedScope } from '../context-types.ts';
import { oneLine } from './shown-value.ts';

/** What the first variable of a scope stands for, in words: `CVE-2026-0001 in openssl 3.0.1`. */
export function subjectName(scope: SupportedScope, context: unknown): string {
  return oneLine(nameOf(scope, context as Readonly<Record<string, string & Readonly<Record<string, string>>>>));
}

function nameOf(
  scope: SupportedScope,
  context: Readonly<Record<string, string & Readonly<Record<string, string>>>>,
): string {
  const { package: of } = context;
  switch (scope) {
    case 'vulnerability':
    case 'malware':
      return `${context.id} in ${of?.name ? `${of.name} ${of.version}` : of?.path}`;
    case 'package':
      return `${context.name} ${context.version}`;
    case 'license':
      return `${of?.name} ${of?.version}, ${context.expression || 'licence unknown'}`;
    case 'file':
      return `${context.path} (${context.mode})`;
    case 'secret': {
      const place = context.path || context.env || context.label || context.config || 'the history';
      return `${context.kind} in ${place}`;
    }
    case 'config':
      return 'the configuration';
    case 'instruction':
      return `line ${context.number}: ${context.text}`;
    case 'user':
      return `${context.name} (${context.uid})`;
    case 'runtime':
      return `container ${context.name}`;
    case 'image':
      return 'the image';
    case 'coverage':
      return `${context.code}${context.path ? ` at ${context.path}` : ''}`;
  }
}
