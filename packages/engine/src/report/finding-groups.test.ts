import { describe, expect, it } from 'vitest';
import { groupFindings, provingPaths } from './finding-groups.ts';
import { digest, finding, sampleResult } from './testing/sample-result.ts';

describe('groups of findings', () => {
  it('hold every finding once, worst package first', () => {
    const { findings } = sampleResult();
    const groups = groupFindings(findings);
    const listed = groups.flatMap((group) => group.rows.flatMap((row) => row.findings.map((entry) => entry.key)));
    expect([...listed].sort()).toEqual(findings.map((entry) => entry.key).sort());
    const levels = groups.map((group) => group.rows[0]!.lead.level);
    expect(levels).toEqual([...levels].sort((a, b) => b - a));
  });

  it('do not depend on the order of the findings', () => {
    const { findings } = sampleResult();
    expect(groupFindings([...findings].reverse())).toEqual(groupFindings(findings));
  });

  it('tell the packages of one source together and a vulnerability of them once', () => {
    const openssl = groupFindings(sampleResult().findings).find((group) => group.name === 'openssl')!;
    expect(openssl).toMatchObject({ version: '1.1.1n-0+deb11u3', type: 'deb', packages: ['libssl1.1', 'openssl'] });
    expect(openssl.rows.map((row) => [row.lead.id, row.packages])).toEqual([
      ['CVE-2022-0778', ['libssl1.1', 'openssl']],
      ['CVE-2023-0464', ['libssl1.1', 'openssl']],
    ]);
    expect(provingPaths(openssl.rows)).toEqual(['/var/lib/dpkg/status']);
  });

  it.each([
    ['severity', { severity: 'Low', level: 2 }],
    ['fix', { fix: { state: 'not-fixed', versions: [], since: null } }],
    ['suppression', { suppressed: [{ by: 'vex', reason: 'not reachable' }] }],
    [
      'layer',
      { evidence: { layer: digest('c3'), matchedPackage: sampleResult().findings[0]!.evidence.matchedPackage! } },
    ],
  ] as const)('keep rows apart that differ in %s', (_, change) => {
    const [first] = sampleResult().findings;
    const other = { ...first!, key: 'other', ...change };
    expect(groupFindings([first!, other]).flatMap((group) => group.rows)).toHaveLength(2);
  });

  it('keep findings without a package apart', () => {
    const ports = ['22/tcp', '23/tcp'].map((value) =>
      finding({
        id: 'port',
        kind: 'misconfiguration',
        severity: 'Low',
        key: value,
        evidence: { config: 'exposedPorts', value },
      }),
    );
    expect(groupFindings(ports)).toMatchObject([{ name: 'image configuration', version: null, rows: [{}, {}] }]);
  });
});
