import { describe, expect, it } from 'vitest';
import { htmlPage } from './html.ts';
import { table } from './table.ts';
import { passResult } from './testing/sample-result.ts';

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
