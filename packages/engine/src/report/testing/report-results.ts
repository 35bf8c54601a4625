/** Results that every report format is tried with. */
import type { ScanResult } from '../../result/types.ts';
import type { ReportFormat, ReportOptions, ShowOptions } from '../types.ts';
import { digest, finding, hostileResult, largeResult, passResult, sampleResult, warnResult } from './sample-result.ts';

/** The sample with findings of the kinds that it lacks, suppressed by everything that can suppress. */
export function everyKindResult(): ScanResult {
  const sample = sampleResult();
  const [openssl] = sample.packages.filter(({ name }) => name === 'openssl');
  return {
    ...sample,
    findings: [
      ...sample.findings,
      finding({
        id: 'aws-access-key-id',
        kind: 'secret',
        severity: 'Critical',
        title: 'AWS access key',
        evidence: { path: '/root/.aws/credentials', line: 3, layer: digest('c3'), value: 'AKIA…' },
      }),
      finding({
        id: 'license-strong-copyleft',
        kind: 'license',
        severity: 'Low',
        title: 'a licence with strong copyleft',
        of: openssl!,
        evidence: { value: 'GPL-3.0-only' },
      }),
      finding({
        id: 'CVE-2024-0001',
        severity: 'Unknown',
        of: openssl!,
        suppressed: [{ by: 'vex', reason: 'vulnerable code not in execute path', source: 'vex.json#1' }],
      }),
      finding({
        id: 'CVE-2024-0002',
        severity: 'High',
        of: openssl!,
        suppressed: [{ by: 'baseline', reason: 'was there before', owner: null, until: null }],
      }),
    ],
  };
}

export const reportResults: readonly (readonly [string, () => ScanResult])[] = [
  ['sample', sampleResult],
  ['every kind', everyKindResult],
  ['pass', passResult],
  ['warn', warnResult],
  ['hostile', hostileResult],
  ['2,000 findings', () => largeResult(2000)],
];

export function renderText(format: ReportFormat, result: ScanResult, show: Partial<ShowOptions> = {}): string {
  const options: ReportOptions = { columns: 80, color: false, unicode: true, show: { onlyFixed: false, ...show } };
  return [...format.render(result, options)].join('');
}
