import { type FindingKind, findingKinds, type ReportOptions, type Severity, severities } from '@plimsoll/engine';
import { list, oneOf, text } from '../values.ts';

/** What `--severity`, `--only-fixed`, `--exploitable` and `--kind` say. @throws UsageError for a word that is none */
export function shownFindings(options: Record<string, unknown>): ReportOptions['show'] {
  const severity = text(options, 'severity');
  const kinds = list(options, 'kind').map((kind): FindingKind => oneOf(kind, findingKinds, '--kind'));
  return {
    ...(severity === undefined ? {} : { severity: oneOf<Severity>(severity, severities, '--severity') }),
    onlyFixed: options.onlyFixed === true,
    ...(options.exploitable === true && { exploitable: true }),
    ...(kinds.length > 0 ? { kinds } : {}),
  };
}
