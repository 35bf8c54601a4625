/**
 * The findings as GitLab's Code Quality report, which is a part of Code Climate's. It has no place for what was suppressed
 * nor for saying that a list is filtered: it lists what counts, all of it.
 *
 * @see https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
 */
import { hash } from 'node:crypto';
import type { Severity } from '../advisories/types.ts';
import type { ScanResult } from '../result/types.ts';
import { findingTexts, line } from './finding-text.ts';
import { escapeInvisible } from './json-text.ts';
import { occurrences } from './occurrences.ts';
import { allListed } from './shown-findings.ts';
import type { ReportFormat } from './types.ts';

const severities = {
  Critical: 'blocker',
  High: 'critical',
  Medium: 'major',
  Low: 'minor',
  Negligible: 'info',
  Unknown: 'info',
} as const satisfies Record<Severity, string>;

function* render(result: ScanResult): Generator<string> {
  const texts = findingTexts(result);
  const names = occurrences(result.findings);
  const image = line(result.image.names[0] ?? result.image.reference);
  let separator = '[\n';
  for (const finding of allListed(result)) {
    if (finding.suppressed.length > 0) continue;
    const remedy = texts.remedy(finding);
    const path = line(finding.evidence.path ?? image).replace(/^\/+/, '') || image;
    const issue = {
      type: 'issue',
      check_name: line(finding.id),
      description: `${finding.severity}: ${texts.headline(finding)}${remedy === null ? '' : `; ${remedy}`}`,
      categories: ['Security'],
      severity: severities[finding.severity],
      fingerprint: hash('sha256', names.get(finding.key)!),
      location: { path, lines: { begin: finding.evidence.line ?? 1 } },
    };
    yield `${separator}${escapeInvisible(JSON.stringify(issue))}`;
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

export const gitlabCodequality: ReportFormat = {
  name: 'gitlab-codequality',
  extension: 'gl-code-quality.json',
  mediaType: 'application/json',
  render,
};
