import { describe, expect, it } from 'vitest';
import type { ScanResult } from '../result/types.ts';
import { clair } from './clair.ts';
import { everyKindResult, renderText, reportResults } from './testing/report-results.ts';
import { passResult, sampleResult } from './testing/sample-result.ts';
import { terminalSafe } from './testing/sbom-results.ts';

interface ClairReport {
  readonly image: string;
  readonly unapproved: readonly string[];
  readonly vulnerabilities: readonly Readonly<Record<string, string>>[];
}

function read(result: ScanResult): ClairReport {
  return JSON.parse(renderText(clair, result)) as ClairReport;
}

describe('the report of clair-scanner', () => {
  it.each(reportResults)('has exactly the fields that clair-scanner writes: %s', (_, result) => {
    const report = read(result());
    expect(Object.keys(report)).toEqual(['image', 'unapproved', 'vulnerabilities']);
    for (const entry of report.vulnerabilities) {
      expect(Object.keys(entry)).toEqual([
        'featurename',
        'featureversion',
        'vulnerability',
        'namespace',
        'description',
        'link',
        'severity',
        'fixedby',
      ]);
      for (const value of Object.values(entry)) expect(typeof value).toBe('string');
    }
    expect(renderText(clair, result())).toMatch(terminalSafe);
  });

  it('names a finding as Clair does', () => {
    const { image, vulnerabilities } = read(sampleResult());
    expect(image).toBe('registry.example.com/shop/api:1.4.2');
    expect(vulnerabilities).toContainEqual({
      featurename: 'openssl',
      featureversion: '1.1.1n-0+deb11u3',
      vulnerability: 'CVE-2023-0464',
      namespace: 'debian:11',
      description: 'Excessive resource usage verifying X.509 policy constraints',
      link: 'https://nvd.nist.gov/vuln/detail/CVE-2023-0464',
      severity: 'High',
      fixedby: '1.1.1n-0+deb11u5',
    });
    expect(vulnerabilities.find(({ featurename }) => featurename === 'lodash')?.namespace).toBe('npm');
  });

  it('disapproves of what the policy denies, each id once, and lists everything', () => {
    const result = everyKindResult();
    const { unapproved, vulnerabilities } = read(result);
    expect(unapproved).toEqual(['MAL-2026-1042', 'CVE-2022-0778', 'CVE-2023-0464', 'CVE-2022-37434', 'debian-11']);
    expect(vulnerabilities).toHaveLength(result.findings.length);
    expect(read(passResult())).toMatchObject({ unapproved: [], vulnerabilities: [] });
  });
});
