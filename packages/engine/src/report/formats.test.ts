import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { formats } from './formats.ts';
import { selectFindings } from './shown-findings.ts';
import { everyKindResult } from './testing/report-results.ts';
import { sampleResult, warnResult } from './testing/sample-result.ts';
import type { ReportOptions, ShowOptions } from './types.ts';
import { verdictWords } from './verdict-words.ts';

const options: ReportOptions = { columns: 80, color: false, unicode: true, show: { onlyFixed: false } };

describe('report formats', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('have names and files of their own', () => {
    expect(formats.map((format) => format.name)).toEqual([
      'table',
      'html',
      'json',
      'cyclonedx',
      'cyclonedx-1.5',
      'spdx',
      'spdx-tag-value',
      'sarif',
      'gitlab',
      'gitlab-codequality',
      'junit',
      'csv',
      'markdown',
      'markdown-summary',
      'clair',
      'compliance',
      'zip',
    ]);
    for (const format of formats)
      expect(() =>
        readFileSync(new URL(`./${format.name.replace(/-(?:[\d.]+|summary)$/, '')}.test.ts`, import.meta.url)),
      ).not.toThrow();
  });

  it.each(formats.map((format) => [format.name, format] as const))(
    '%s: same input, same bytes, whatever the clock',
    (_, format) => {
      const [first, second] = ['2026-09-02', '2031-12-31'].map((today) => {
        vi.useFakeTimers({ now: new Date(today) });
        return [...format.render(sampleResult(), options)].join('');
      });
      expect(second).toBe(first);
      if (format.name !== 'zip') expect(first!.endsWith('\n')).toBe(true);
      expect([...format.render(warnResult(), options)].join('')).not.toBe(first);
    },
  );
});

/** Formats whose readers are programs that need all findings (docs/guides/reports.md). */
const unfiltered = /^(json|cyclonedx.*|spdx.*|gitlab-codequality|clair|compliance)$/;
const filters: readonly ShowOptions[] = [
  { onlyFixed: false, severity: 'High' },
  { onlyFixed: true },
  { onlyFixed: false, exploitable: true },
  { onlyFixed: false, kinds: ['secret', 'license'] },
  { onlyFixed: true, severity: 'Medium', kinds: ['vulnerability'] },
];

describe.each(filters.map((show) => [JSON.stringify(show), show] as const))('the filter %s', (_, show) => {
  const sample = everyKindResult();
  // each finding by an id that nothing else holds; what broke the gate is listed whatever the filter
  const findings = sample.findings.map((finding, index) => ({
    ...finding,
    id: `CVE-2031-${7000 + index}`,
    aliases: [],
  }));
  const ungated = { ...sample, findings, verdict: { ...sample.verdict, rules: [], changes: [], judgements: [] } };
  const { shown } = selectFindings(findings, show);
  const counted = findings.filter(({ suppressed }) => suppressed.length === 0);

  it.each(formats.filter(({ name }) => name !== 'zip').map((format) => [format.name, format] as const))(
    'shows the same findings, and the same verdict, in %s',
    (name, format) => {
      const text = (result: typeof sample, by: ShowOptions) =>
        [...format.render(result, { ...options, show: by })].join('');
      if (unfiltered.test(name)) return expect(text(sample, show)).toBe(text(sample, { onlyFixed: false }));
      expect(shown.length).toBeGreaterThan(0);
      expect(shown.length).toBeLessThan(counted.length);
      const made = text(ungated, show);
      expect(counted.filter(({ id }) => made.includes(id)).map(({ id }) => id)).toEqual(shown.map(({ id }) => id));
      if (/^(table|html|markdown.*)$/.test(name)) expect(text(sample, show)).toContain(verdictWords(sample));
    },
  );
});
