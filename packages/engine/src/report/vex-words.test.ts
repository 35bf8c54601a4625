import { describe, expect, it } from 'vitest';
import type { VexOutcome } from '../policy/types.ts';
import { htmlPage } from './html.ts';
import { markdown } from './markdown.ts';
import { table } from './table.ts';
import { sampleResult } from './testing/sample-result.ts';

const options = { columns: 80, color: false, unicode: true, show: { onlyFixed: false } };
const statement = (state: VexOutcome['state'], more: Partial<VexOutcome> = {}): VexOutcome => ({
  id: 'CVE-2023-38545',
  source: 'vex.json#1',
  status: 'not_affected',
  time: '2026-08-01T00:00:00Z',
  product: 'pkg:deb/debian/curl',
  state,
  why: 'the package has another version',
  findings: [],
  ...more,
});

function written(vex: readonly VexOutcome[] | undefined) {
  const sample = sampleResult();
  const result = { ...sample, verdict: { ...sample.verdict, ...(vex && { vex }) } };
  const [text, page, comment] = [table, htmlPage, markdown].map((format) =>
    [...format.render(result, options)].join(''),
  );
  return { text, page, comment };
}

describe('VEX statements in table, page and comment', () => {
  it('say what came of each, and count those about nothing that was found', () => {
    const { text, page, comment } = written([
      statement('applied', { why: 'vulnerable code not in execute path' }),
      statement('other-product'),
      statement('no-finding', { id: 'CVE-2000-0001' }),
    ]);
    expect(text).toContain('VEX statements');
    expect(text).toContain('CVE-2023-38545  not affected, applied: vulnerable code not in execute path');
    expect(text).toContain('CVE-2023-38545  not affected, other product: the package has another version');
    expect(text).toContain('1 statement is about nothing that was found');
    expect(text).not.toContain('CVE-2000-0001');
    expect(page).toContain('<td class="id">CVE-2023-38545<td>not affected<td>the package has another version');
    expect(page).toContain('1 statement is about nothing that was found.');
    expect(comment).toContain('VEX: 3 statements');
    expect(comment).toContain(
      '- `CVE-2023-38545` not affected, **applied**: vulnerable code not in execute path (`pkg:deb/debian/curl`, `vex.json#1`)',
    );
    expect(comment).toContain('- 1 statement is about nothing that was found');
    expect(comment).not.toContain('CVE-2000-0001');
  });

  it('are not there where no document was given, and bounded where one has thousands', () => {
    expect(written(undefined).text).not.toContain('VEX statements');
    expect(written(undefined).page).not.toContain('id="vex"');
    const { text, page, comment } = written(Array.from({ length: 2000 }, () => statement('noted')));
    expect(text).toContain('and 1950 more');
    expect(page).toContain('1500 more are in the JSON result');
    expect(comment).toMatch(/- and \d+ statements more\n/);
  });

  it('cannot become markup or move the cursor', () => {
    const { text, page, comment } = written([
      statement('noted', { product: '<img src=x>\u001b[2J', why: '\u202eevil' }),
    ]);
    expect(text).not.toMatch(/[\u001b\u202e]/);
    expect(comment).not.toMatch(/[\u001b\u202e]/);
    expect(page).not.toContain('<img src=x>');
  });
});

describe('many steps', () => {
  it('are folded behind the first ten, none is left out, and the numbers go on', () => {
    const sample = sampleResult();
    const changes = Array.from({ length: 25 }, (_, at) => ({
      kind: 'other' as const,
      text: `step-${at}.`,
      findings: [],
    }));
    const page = [...htmlPage.render({ ...sample, verdict: { ...sample.verdict, changes } }, options)].join('');
    expect(page).toContain('<summary>15 more steps</summary><ol class="steps more">');
    for (let at = 0; at < 25; at++) expect(page).toContain(`step-${at}.`);
  });
});
