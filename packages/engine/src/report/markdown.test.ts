import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScanResult } from '../result/types.ts';
import { code, prose } from './markdown/markdown-text.ts';
import { markdown, markdownSummary } from './markdown.ts';
import { everyKindResult, renderText, reportResults } from './testing/report-results.ts';
import { hostileResult, largeResult, passResult, sampleResult } from './testing/sample-result.ts';
import { terminalSafe } from './testing/sbom-results.ts';

/** GitHub's of a comment in characters, GitLab's of a comment and GitHub's of a summary in bytes. */
const limits = [
  [markdown, 65_536],
  [markdownSummary, 1_000_000],
] as const;

describe.each(limits)('$name', (format, limit) => {
  it.each(reportResults)('fits: %s', (_, result) => {
    const text = renderText(format, result());
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
    expect(text).toMatch(terminalSafe);
  });

  it('says how many findings did not fit, and leaves none out in silence', () => {
    const result = largeResult(20_000);
    const text = renderText(format, result);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
    expect(Buffer.byteLength(text)).toBeGreaterThan(limit * 0.9);
    const [, total] = /### Findings \((\d+)\)/.exec(text)!;
    const [, more] = /\*\*(\d+) findings more, left out so that this fits/.exec(text)!;
    const rows = text.slice(text.indexOf('### Findings')).match(/^\| (?!Severity|---)/gm)!.length;
    // The two packages of openssl share a row, one for each of two vulnerabilities, of which one may be left out.
    expect([1, 2]).toContain(Number(total) - Number(more) - rows);
    expect(text).toContain('### Not seen');
  });
});

describe('Markdown', () => {
  it('says the verdict, why, what to do, what was found and what was not seen', () => {
    const text = renderText(markdown, everyKindResult());
    for (const part of [
      '## FAIL: The image is stopped: 6 rules are broken',
      '(Debian GNU/Linux 11 \\(bullseye\\), linux/amd64, 3 layers, 7 packages, id:4d4d4d4d4d4d), judged as of',
      '- **denied** by `known-exploited` of `default`',
      '1. upgrade libssl1.1, openssl from 1.1.1n\\-0',
      '| Critical | [CVE-2022-0778](https://nvd.nist.gov/vuln/detail/CVE-2022-0778) **KEV** **ransomware**',
      '`openssl` `1.1.1n-0+deb11u3` | `1.1.1n-0+deb11u4` | 2 |',
      '<details><summary>Not counted: 3 findings</summary>',
      '### Not seen',
    ])
      expect(text).toContain(part);
    const rows = text.match(/^\| (?:Critical|High|Medium|Low|Negligible|Unknown) \|(?! High)/gm)!.length;
    expect(rows).toBe(12);
    expect(renderText(markdown, passResult())).toContain('## PASS: The image may pass');
  });

  it('says what a filter hides', () => {
    const text = renderText(markdown, sampleResult(), { severity: 'High' });
    expect(text).toContain('hides 5 findings. The verdict is that of all findings.');
    expect(text).toContain('### Findings (7)');
  });

  it('lets no text become HTML, a link, a mention, a table cell or a heading', () => {
    const text = renderText(markdown, hostileResult());
    expect(text.replace(/`+[^`]*`+/g, '')).not.toMatch(/<script|<img|<\/style/);
    for (const row of text.match(/^\| .*$/gm)!) {
      const bars = row.replace(/\\\|/g, '').match(/\|/g)!.length;
      expect([6, 7]).toContain(bars);
    }
    const { findings, ...rest } = sampleResult();
    const named = (name: string): ScanResult => ({
      ...rest,
      findings: [{ ...findings[0]!, title: name, package: { ...findings[0]!.package!, name }, evidence: {} }],
    });
    const evil = renderText(markdown, named('`|</td><b>@team [x](http://a.example) #1\n# h'));
    const row = evil.split('\n').find((each) => each.startsWith('| Critical | ['))!;
    expect(row).toContain(
      '``` `|</td><b>@team [x](http://a.example) #1 # h ```'
        .replace('```', '``')
        .replace('```', '``')
        .replace('`|', '`\\|'),
    );
    expect(row).toContain('&lt;b&gt;@&#8203;team \\[x\\]\\(http:&#8203;//a.example\\)');
  });

  it('shows any name as it is, in one code span', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[`|a-z \\<]{1,20}$/), (name) => {
        const span = code(name);
        const [, fence = '', body = ''] = /^(`+)(.*)\1$/s.exec(span) ?? [];
        if (name.trim() === '') {
          expect(span).toBe('(empty)');
          return;
        }
        expect(body.match(/`+/g)?.some((run) => run.length === fence.length) ?? false).toBe(false);
        const shown = body.startsWith(' ') && body.endsWith(' ') && body.trim() !== '' ? body.slice(1, -1) : body;
        expect(shown.replaceAll('\\|', '|')).toBe(name.trim());
      }),
    );
  });

  it('has no character in a sentence that means something', () => {
    expect(prose('a*b_c~d[e](f)<g>&h|i`j\\k')).toBe('a\\*b\\_c\\~d\\[e\\]\\(f\\)&lt;g&gt;&amp;h\\|i\\`j\\\\k');
    expect(prose('www.example.com https://example.com @me')).toBe(
      'www&#46;example.com https:&#8203;//example.com @&#8203;me',
    );
  });
});
