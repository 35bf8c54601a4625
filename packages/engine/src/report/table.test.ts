import { describe, expect, it } from 'vitest';
import type { ScanResult } from '../result/types.ts';
import { table } from './table.ts';
import { textWidth } from './terminal/text-width.ts';
import { expectGolden } from './testing/golden.ts';
import { hostileResult, largeResult, passResult, sampleResult, warnResult } from './testing/sample-result.ts';
import type { ReportOptions, ShowOptions } from './types.ts';

const all: ShowOptions = { onlyFixed: false };

function render(result: ScanResult, options: Partial<ReportOptions> = {}): string {
  return table.render(result, { columns: 80, color: false, unicode: true, show: all, ...options }) as string;
}

/** Only the list of findings, where filters act. */
function findingsOf(text: string): string {
  return text.slice(text.indexOf('\nFindings\n'), text.indexOf('\nNot counted'));
}

describe('the table', () => {
  it.each([
    ['fail-80.txt', sampleResult, {}],
    ['fail-120-color.txt', sampleResult, { columns: 120, color: true }],
    ['fail-60-ascii.txt', sampleResult, { columns: 60, unicode: false }],
    ['pass-80.txt', passResult, {}],
    ['warn-80.txt', warnResult, {}],
    ['hostile-80.txt', hostileResult, {}],
  ])('is the golden %s', (name, result, options) => {
    expectGolden(name, render(result(), options));
  });

  it.each([40, 60, 71, 72, 80, 109, 110, 120, 200])('has no line over %i columns and nothing raw', (columns) => {
    for (const result of [sampleResult(), hostileResult(), warnResult(), passResult()]) {
      for (const unicode of [true, false]) {
        const text = render(result, { columns, unicode });
        for (const line of text.split('\n')) expect(textWidth(line), line).toBeLessThanOrEqual(columns);
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(text).not.toMatch(/ \n/);
        if (!unicode) expect(text).toMatch(/^[\x20-\x7e\n]*$/);
      }
    }
  });

  it('has the same words with and without colour', () => {
    for (const result of [sampleResult(), hostileResult()]) {
      const colored = render(result, { color: true });
      expect(colored).toContain('\u001b[1;31mCritical\u001b[0m');
      expect(colored.replace(/\u001b\[[0-9;]*m/g, '')).toBe(render(result));
    }
  });

  it('says first what broke the gate, then what to do, then the rest', () => {
    const text = render(sampleResult());
    const order = [
      'FAIL',
      'What broke the gate',
      'What to do',
      'Warnings',
      '\nFindings',
      'Not counted',
      'Not seen',
      'Exceptions',
    ];
    const places = order.map((heading) => text.indexOf(heading));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(text.slice(0, text.indexOf('What to do'))).toContain('openssl 1.1.1n-0+deb11u3 → 1.1.1n-0+deb11u4');
  });

  it.each([
    [
      'severity',
      { onlyFixed: false, severity: 'High' },
      ['CVE-2023-0464'],
      ['CVE-2021-23337', 'CVE-2005-2541'],
      'Filter: High and above; it hides 5 findings.',
    ],
    [
      'only fixed',
      { onlyFixed: true },
      ['CVE-2021-23337', 'root-user'],
      ['CVE-2022-37434'],
      'Filter: with a fix; it hides 3 findings.',
    ],
    ['kind', { onlyFixed: false, kinds: ['malware'] }, ['MAL-2026-1042'], ['CVE-2022-0778'], 'it hides 11 findings.'],
    ['nothing to hide', { onlyFixed: false, severity: 'Unknown' }, ['CVE-2005-2541'], [], 'it hides nothing.'],
  ] satisfies [string, ShowOptions, string[], string[], string][])(
    'filters by %s and says so',
    (_, show, shown, hidden, words) => {
      const text = render(sampleResult(), { show, columns: 100 });
      for (const id of shown) expect(findingsOf(text)).toContain(id);
      for (const id of hidden) expect(findingsOf(text)).not.toContain(id);
      expect(text).toContain(words);
      // What broke the gate is never hidden.
      expect(text.slice(0, text.indexOf('\nFindings'))).toBe(
        render(sampleResult(), { columns: 100 }).split('\nFindings')[0],
      );
    },
  );

  it('names the gate that is switched off, and the causes that no rule has', () => {
    const sample = sampleResult();
    const reasons = [{ exitCode: 1, code: 'policy-not-gated', message: 'exit 1 is suppressed by --no-gate' }] as const;
    const text = render({ ...sample, verdict: { ...sample.verdict, exitCode: 0, reasons } });
    expect(text).toContain('FAIL  The image would be stopped, but the gate is switched off (exit 0)');
    expect(text).toContain('policy-not-gated  exit 1 is suppressed by --no-gate');
    const stale = { ...sample.verdict, rules: [], exitCode: 5, reasons: [sample.verdict.reasons[1]!] } as const;
    expect(render({ ...sample, verdict: stale })).toContain(
      'FAIL  The image is stopped: the advisories that it needs are stale (exit 5)',
    );
  });

  it('says so when it was made with the example advisories', () => {
    expect(render(warnResult(), { columns: 120 })).toContain('Made with the example advisories of the demo');
    expect(render(sampleResult())).not.toContain('example advisories');
  });

  it('lists 5,000 findings, and of those that broke a rule only the first', () => {
    const large = largeResult(5000);
    const rules = [{ ...large.verdict.rules[0]!, findings: large.findings.map((finding) => finding.key) }];
    const text = render({ ...large, verdict: { ...large.verdict, rules } });
    expect(text).toMatch(/\n {4}and \d+ more\n/);
    expect(text.match(/CVE-2025-\d+/g)!.length).toBeGreaterThanOrEqual(5000);
    expect(text.indexOf('What to do')).toBeLessThan(3000);
  });
});
