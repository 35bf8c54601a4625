import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { formats } from './formats.ts';
import { sampleResult, warnResult } from './testing/sample-result.ts';
import type { ReportOptions } from './types.ts';

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
