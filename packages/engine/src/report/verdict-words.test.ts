import { describe, expect, it } from 'vitest';
import type { ScanResult } from '../result/types.ts';
import { htmlPage } from './html.ts';
import { table } from './table.ts';
import { passResult, sampleResult } from './testing/sample-result.ts';
import { afterChangesWords } from './verdict-words.ts';

const options = { columns: 100, color: false, unicode: true, show: { onlyFixed: false } };

describe('a list without a vulnerability says what that is worth', () => {
  const clean = passResult();
  const { inputs } = clean;
  it.each([
    ['all was at hand and read', {}, 'No known vulnerability was found.'],
    ['missing', { inputs: { ...inputs, missing: ['debian-12'] } }, 'No vulnerability can be ruled out'],
    ['stale', { inputs: { ...inputs, stale: ['npm'] } }, 'but the advisories are out of date'],
    ['unread', { incomplete: [{ code: 'application-unread', message: 'x' }] as const }, 'in what could be seen'],
  ])('%s', (_, change, words) => {
    const result = { ...clean, ...change };
    expect(table.render(result, options)).toContain(words);
    expect([...htmlPage.render(result, options)].join('')).toContain(words);
  });
});

describe('what came of the changes', () => {
  const sample = sampleResult();
  const words = (afterChanges?: ScanResult['verdict']['afterChanges']) => {
    const upgrade = { type: 'deb', names: ['a'], source: null, from: '1', to: '2', path: null };
    const changes = [1, 2].map((at) => ({ kind: 'upgrade' as const, text: `upgrade ${at}`, findings: [], upgrade }));
    return afterChangesWords({
      ...sample,
      verdict: { ...sample.verdict, changes, ...(afterChanges && { afterChanges }) },
    });
  };

  it('passes, passes with warnings, or names what still stops the image', () => {
    expect(words()).toBeNull();
    const passed = { made: 2, result: 'pass', exitCode: 0, reasons: [], rules: [] } as const;
    expect(words(passed)).toBe('Judged again with these 2 upgrades: the image passes.');
    expect(words({ ...passed, result: 'warn' })).toContain('passes, with warnings');
    expect(words({ ...passed, made: 3 })).toContain('with these 3 changes: the image passes');
    const stale = { exitCode: 5, code: 'advisories-stale', message: 'old' } as const;
    const rules = ['a', 'b', 'c', 'd', 'e'];
    expect(words({ made: 2, result: 'fail', exitCode: 1, reasons: [stale], rules })).toBe(
      'Judged again with these 2 upgrades: still stopped by a, b, c, d, e and 1 more.',
    );
  });
});
