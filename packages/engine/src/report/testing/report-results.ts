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

/** Names that begin as a formula, markup, a mention or a command does, each of a package with a finding. */
const oddNames = [
  "=cmd|' /C calc'!A0",
  '@sum(1)',
  '+1+1',
  '-2',
  '|pipe',
  '<script>alert(1)</script>',
  '[x](javascript:alert(1))',
  '# heading',
  '`code`',
  '\u001b[31mred',
  '::error::x',
  '{0} {{verdict.result}}',
  '__proto__',
  ']]>',
];

function oddNamesResult(): ScanResult {
  const sample = sampleResult();
  const [openssl] = sample.packages.filter(({ name }) => name === 'openssl');
  const packages = oddNames.map((name) => ({
    ...openssl!,
    name,
    version: `1.0-${name}`,
    purl: `pkg:deb/debian/${encodeURIComponent(name)}@1.0`,
    source: null,
  }));
  return {
    ...sample,
    packages: [...sample.packages, ...packages],
    findings: packages.map((pkg, index) =>
      finding({ id: `CVE-2025-${1000 + index}`, severity: 'High', title: pkg.name, of: pkg }),
    ),
  };
}

/** Nothing but what is about no package: no distro, no layer is known, nothing has a fix. */
function factsOnlyResult(): ScanResult {
  const pass = passResult();
  const alone = { severity: 'Critical', evidence: { path: '/srv/=a,"b"' } } as const;
  return {
    ...pass,
    findings: [
      finding({ ...alone, id: 'aws-access-key-id', kind: 'secret', evidence: { env: 'AWS_KEY', value: 'AKIA…' } }),
      finding({ ...alone, id: 'Win.Test.EICAR_HDB-1', kind: 'malware', title: 'Win.Test.EICAR_HDB-1' }),
      finding({ ...alone, id: 'root-user', kind: 'misconfiguration', evidence: { config: 'user', value: '' } }),
      finding({ ...alone, id: 'license-unknown', kind: 'license', title: 'no licence' }),
    ],
  };
}

export const reportResults: readonly (readonly [string, () => ScanResult])[] = [
  ['sample', sampleResult],
  ['every kind', everyKindResult],
  ['pass', passResult],
  ['warn', warnResult],
  ['hostile', hostileResult],
  ['odd names', oddNamesResult],
  ['facts only', factsOnlyResult],
  ['2,000 findings', () => largeResult(2000)],
];

export function renderText(format: ReportFormat, result: ScanResult, show: Partial<ShowOptions> = {}): string {
  const options: ReportOptions = { columns: 80, color: false, unicode: true, show: { onlyFixed: false, ...show } };
  return [...format.render(result, options)].join('');
}
