import { describe, expect, it } from 'vitest';
import type { ScanResult } from '../result/types.ts';
import { gitlabCodequality } from './gitlab-codequality.ts';
import { everyKindResult, renderText, reportResults } from './testing/report-results.ts';
import { passResult } from './testing/sample-result.ts';
import { terminalSafe } from './testing/sbom-results.ts';

interface Issue {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

function read(result: ScanResult): readonly Issue[] {
  return JSON.parse(renderText(gitlabCodequality, result)) as Issue[];
}

describe('the report for GitLab code quality', () => {
  it.each(reportResults)('has what GitLab wants of each issue: %s', (_, result) => {
    const issues = read(result());
    for (const { description, check_name, fingerprint, severity, location } of issues) {
      expect(description).toMatch(/^[^\n]+$/);
      expect(check_name).not.toBe('');
      expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
      expect(['info', 'minor', 'major', 'critical', 'blocker']).toContain(severity);
      expect(location.path).toMatch(/^[^/]/);
      expect(location.lines.begin).toBeGreaterThan(0);
    }
    expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(issues.length);
    expect(renderText(gitlabCodequality, result())).toMatch(terminalSafe);
  });

  it('lists all that counts, of every kind, and nothing that was suppressed', () => {
    const result = everyKindResult();
    const open = result.findings.filter(({ suppressed }) => suppressed.length === 0);
    expect(
      read(result)
        .map((issue) => issue.check_name)
        .sort(),
    ).toEqual(open.map(({ id }) => id).sort());
    expect(renderText(gitlabCodequality, result, { severity: 'Critical' })).toBe(renderText(gitlabCodequality, result));
  });

  it('says where and what to do', () => {
    const issues = read(everyKindResult());
    expect(issues.find(({ check_name }) => check_name === 'aws-access-key-id')).toMatchObject({
      severity: 'blocker',
      location: { path: 'root/.aws/credentials', lines: { begin: 3 } },
    });
    expect(issues.find(({ check_name }) => check_name === 'CVE-2021-23337')?.description).toBe(
      'Medium: CVE-2021-23337 in lodash 4.17.20; upgrade lodash to 4.17.21',
    );
  });

  it('is an empty list where nothing was found', () => {
    expect(renderText(gitlabCodequality, passResult())).toBe('[]\n');
  });
});
