import { describe, expect, it } from 'vitest';
import { byteWords } from './byte-words.ts';
import { ageInDays, daysSince, fixWords, riskMarks, subjectWords } from './finding-words.ts';
import { countVulnerabilities } from './shown-findings.ts';
import { finding, sampleResult } from './testing/sample-result.ts';

const [listed] = sampleResult().findings;

describe('findings in words', () => {
  it.each([
    [{ state: 'fixed', versions: ['1.2'], since: null }, '1.2'],
    [{ state: 'fixed', versions: ['1.2', '2.0'], since: null }, '1.2 or 2.0'],
    [{ state: 'fixed', versions: [], since: null }, 'fixed, version unknown'],
    [{ state: 'not-fixed', versions: [], since: null }, 'no fix yet'],
    [{ state: 'will-not-fix', versions: [], since: null }, 'will not be fixed'],
    [{ state: 'end-of-life', versions: [], since: null }, 'no fix: end of life'],
    [null, ''],
  ] as const)('fix %j is %j', (fix, words) => {
    expect(fixWords(finding({ id: 'CVE-2024-1', severity: 'High', fix }))).toBe(words);
  });

  it('names the licence that a finding is about, and not the file that proves its package', () => {
    const evidence = { path: '/var/lib/dpkg/status', layer: null, value: 'AGPL-3.0-only' };
    expect(subjectWords({ ...listed!, kind: 'license', evidence })).toBe('AGPL-3.0-only');
    expect(subjectWords({ ...listed!, kind: 'misconfiguration', evidence })).toBe('/var/lib/dpkg/status');
  });

  it('marks what is urgent, and nothing that is not known', () => {
    expect(riskMarks(listed!)).toEqual(['KEV', 'ransomware']);
    const epss = { score: 0.931, percentile: 0.99 };
    expect(riskMarks({ ...listed!, risk: { ...listed!.risk!, kev: null, ransomware: null, epss } })).toEqual([
      'EPSS 0.93',
    ]);
    expect(riskMarks({ ...listed!, risk: null })).toEqual([]);
  });

  it.each([
    ['2026-09-01', 1],
    ['2026-09-02', 0],
    ['2024-02-29', 916],
    ['2026-09-03', null],
    ['2026', null],
    [null, null],
  ])('days since %s: %s', (date, days) => {
    expect(daysSince(date, '2026-09-02')).toBe(days);
  });

  it('counts the age from the fix, else from publication', () => {
    expect(ageInDays(listed!, '2026-09-02')).toBe(62);
    expect(ageInDays({ ...listed!, fix: { ...listed!.fix!, since: null } }, '2026-09-02')).toBe(1632);
    expect(ageInDays({ ...listed!, fix: null, published: null, evidence: {} }, '2026-09-02')).toBeNull();
  });

  it('counts vulnerabilities once, at their worst, without what does not count', () => {
    const counts = countVulnerabilities(sampleResult().findings).map(({ count }) => count);
    expect(counts).toEqual([1, 2, 1, 1, 1, 0]);
    const milder = { ...listed!, key: 'other', level: 2 };
    expect(countVulnerabilities([milder, listed!]).map(({ count }) => count)).toEqual([1, 0, 0, 0, 0, 0]);
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [999_949, '999.9 kB'],
    [999_951, '1.0 MB'],
    [31_418_228, '31.4 MB'],
    [2e15, '2.0 PB'],
    [5e18, '5000.0 PB'],
  ])('%i bytes are %s', (bytes, words) => {
    expect(byteWords(bytes)).toBe(words);
  });
});
