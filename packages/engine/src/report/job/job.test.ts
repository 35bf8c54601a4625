import { describe, expect, it } from 'vitest';
import { textWidth } from '../terminal/text-width.ts';
import { reportResults } from '../testing/report-results.ts';
import { hostileResult, hostileText, largeResult, passResult, sampleResult } from '../testing/sample-result.ts';
import { githubAnnotations } from './github-annotations.ts';
import { jobScreen } from './job-screen.ts';

const options = { columns: 100, color: false, unicode: true, show: { onlyFixed: false } };
const files = ['html: report.html', 'json: out dir/result.json'];
const all = [...reportResults, ['5000 findings', () => largeResult(5000)] as const];

describe('the first screen of a job', () => {
  it.each(all)('is one screen whatever was found: %s', (_, result) => {
    for (const columns of [40, 100, 200]) {
      const lines = jobScreen(
        result(),
        { ...options, columns },
        Array.from({ length: 30 }, (_x, i) => `json: ${i}`),
      ).split('\n');
      expect(lines.length).toBeLessThanOrEqual(31);
      expect(lines.every((line) => !/[\x00-\x1f\x7f]/.test(line))).toBe(true);
    }
  });

  it.each(reportResults)('fits 80 columns, and without colour holds nothing but text: %s', (_, result) => {
    const long = `html: ${'a folder with a long name/'.repeat(9)}report.html`;
    const text = jobScreen(result(), { ...options, columns: 80 }, [...files, long]);
    for (const line of text.split('\n')) expect([line, textWidth(line) <= 80]).toEqual([line, true]);
    expect(text).not.toContain('\x1b');
    // colours change nothing else
    const coloured = jobScreen(result(), { ...options, columns: 80, color: true }, [...files, long]);
    expect(coloured).toContain('\x1b[');
    expect(coloured.replaceAll(/\x1b\[[\d;]*m/g, '')).toBe(text);
  });

  it('says verdict, why, what to do and where the reports are', () => {
    const text = jobScreen(sampleResult(), options, files);
    expect(text).toMatch(/^FAIL {2}The image is stopped: .* \(exit 1\)\n {2}registry\.example\.com\/shop\/api:1\.4\.2/);
    for (const part of [
      '\nWhy\n  denied by ',
      '\nWhat to do\n  1. upgrade ',
      '\nReports\n  html: report.html\n  json: out dir/result.json\n',
    ])
      expect(text).toContain(part);
    expect(text).toMatch(/Vulnerabilities: \d+ Critical/);
  });

  it('says of an image that may pass no more than that', () => {
    expect(jobScreen(passResult(), options, []).split('\n').length).toBeLessThanOrEqual(5);
  });
});

describe('annotations of GitHub', () => {
  it.each(all)('are ten of a kind at most, one line each, and nothing but errors and warnings: %s', (_, result) => {
    const lines = [...githubAnnotations(result())];
    for (const line of lines) expect(line).toMatch(/^::(?:error|warning) title=[^:,\r\n]*::[^\r\n]*\n$/);
    for (const kind of ['error', 'warning'])
      expect(lines.filter((line) => line.startsWith(`::${kind} `)).length).toBeLessThanOrEqual(10);
  });

  it('name the rules that stopped it', () => {
    const [first, ...others] = githubAnnotations(sampleResult());
    expect(first).toBe(
      '::error title=registry.example.com/shop/api%3A1.4.2::The image is stopped: 6 rules are broken\n',
    );
    expect(others.some((line) => line.startsWith('::error title='))).toBe(true);
    expect([...githubAnnotations(passResult())]).toEqual([]);
  });

  it('take no command from an image', () => {
    const hostile = hostileResult();
    const image = { ...hostile.image, names: ['a,file=x::stop\r\n::add-mask::b%0A'] };
    const rules = hostile.verdict.rules.map((rule) => ({ ...rule, message: `x\n::error::y ${hostileText}` }));
    const lines = [...githubAnnotations({ ...hostile, image, verdict: { ...hostile.verdict, rules } })];
    expect(lines.join('')).not.toMatch(/\n::(?!error title=|warning title=)/);
    expect(lines[0]).not.toContain(',file=');
  });
});
