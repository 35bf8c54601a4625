import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ScanResult } from '../result/types.ts';
import { htmlPage } from './html.ts';
import { expectGolden } from './testing/golden.ts';
import { hostileResult, largeResult, passResult, sampleResult, warnResult } from './testing/sample-result.ts';
import type { ShowOptions } from './types.ts';

function render(result: ScanResult, show: ShowOptions = { onlyFixed: false }): string {
  return [...htmlPage.render(result, { columns: 80, color: false, unicode: true, show })].join('');
}

const dataPattern = /<script type="application\/json" id="data">([\s\S]*?)<\/script>/;

interface PageData {
  readonly own: readonly string[];
  readonly strings: readonly string[];
  readonly id: readonly number[];
  readonly shared: readonly number[];
  readonly level: readonly number[];
}

/** What the script makes its list of. */
function dataOf(page: string): PageData {
  return JSON.parse(dataPattern.exec(page)![1]!) as PageData;
}

/** Every text of it, also that of the evidence. */
function dataText(page: string): string {
  const { own, strings } = dataOf(page);
  return [...own, ...strings].join('\n');
}

/** The page without its style and script, which hold nothing that came from outside, and without the data. */
function bodyOf(page: string): string {
  return page
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(dataPattern, '')
    .replace(/<script>[\s\S]*?<\/script>(?=<\/body>)/, '');
}

/** Names of all elements, in order: hostile text must not add one. */
function elements(page: string): readonly string[] {
  return [...bodyOf(page).matchAll(/<\/?[a-z!][a-z0-9]*/gi)].map((match) => match[0]);
}

describe('the page', () => {
  it.each([
    ['fail.html', sampleResult],
    ['pass.html', passResult],
    ['warn.html', warnResult],
  ])('is the golden %s', (name, result) => {
    expectGolden(name, render(result()));
  });

  it('allows exactly its own style and script', () => {
    const page = render(sampleResult());
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!;
    for (const tag of ['style', 'script']) {
      const source = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page)![1]!;
      expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(source).digest('base64')}'`);
    }
    expect(policy).toContain("default-src 'none'");
    expect(bodyOf(page)).not.toMatch(/ (?:style|on[a-z]+)="/);
  });

  it('asks nothing of any other place', () => {
    const page = render(sampleResult());
    expect(page).not.toMatch(/ (?:src|srcset|action|data)=|<link|@import|url\(/);
    const links = [...`${bodyOf(page)}${dataText(page)}`.matchAll(/href="([^"]*)"/g)].map((match) => match[1]!);
    expect(links.filter((link) => !/^#[a-z0-9-]+$/.test(link))).toEqual(
      links.filter((link) =>
        /^https:\/\/(?:nvd\.nist\.gov\/vuln\/detail\/CVE-|github\.com\/advisories\/GHSA-|osv\.dev\/vulnerability\/|security-tracker\.debian\.org\/tracker\/DSA-)/.test(
          link,
        ),
      ),
    );
    const ids = new Set([...page.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]!));
    for (const link of links.filter((href) => href.startsWith('#'))) expect(ids).toContain(link.slice(1));
  });

  it('shows hostile text and lets none of it act', () => {
    const page = render(hostileResult());
    const tags = elements(page);
    expect(tags.filter((tag) => tag === '<script' || tag === '<img' || tag === '<style')).toEqual([]);
    expect(tags.filter((tag) => tag === '</title')).toHaveLength(1);
    const data = dataPattern.exec(page)![1]!;
    expect(data).not.toMatch(/<[/!]|<script/i);
    expect(dataText(page).replace(/<\/?(?:dt|dd|ul|li|code|a)(?: href="[^"]*")?>/g, '')).toContain(
      '<script>alert(1)</script>',
    );
    for (const markup of dataOf(page).own) expect(markup).not.toMatch(/<(?!\/?(?:dt|dd|ul|li|code|a)[ >])/);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('&quot;&#39;&gt;&lt;img src=x onerror=alert(2)&gt;');
    expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  });

  it('keeps the values of environment variables to itself', () => {
    const page = render(sampleResult());
    expect(page).toContain('API_TOKEN');
    expect(page).not.toContain('hunter2');
  });

  it('shows the evidence: layer, instruction, comparison, record, ratings', () => {
    const page = `${render(sampleResult())}${dataText(render(sampleResult()))}`;
    for (const text of [
      'RUN apt-get update &amp;&amp; apt-get install',
      '1.1.1n-0+deb11u3 &lt; 1.1.1n-0+deb11u4 (deb)',
      'debian-tracker CVE-2022-0778 (debian-11)',
      'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
      'DSA-5103-1',
      `sha256:${'b4'.repeat(32)}`,
    ]) {
      expect(page).toContain(text);
    }
  });

  it('filters the list, not what broke the gate, and says so', () => {
    const page = render(sampleResult(), { onlyFixed: true, severity: 'Medium', kinds: ['vulnerability'] });
    expect(page).toContain('(vulnerabilities, Medium and above, with a fix), which hides 7 findings.');
    expect(page).not.toContain('CVE-2005-2541');
    expect(page).toContain('MAL-2026-1042');
    expect(page).not.toContain('#undefined');
  });

  it('has every section named by a heading that exists', () => {
    const page = render(sampleResult());
    for (const [, id] of page.matchAll(/aria-labelledby="([^"]*)"/g)) expect(page).toContain(`id="${id}"`);
    expect(page.match(/<h1/g)).toHaveLength(1);
    expect(page).toContain('<html lang="en">');
  });

  it('stays under 5 MB with 5,000 findings', () => {
    const page = render(largeResult(5000));
    expect(dataOf(page).level.length).toBeGreaterThanOrEqual(5000);
    const [, more] = /(\d+) rows more: this list is shortened/.exec(page)!;
    expect(page.match(/<tr id="f\d+"/g)!.length + Number(more)).toBe(dataOf(page).level.length);
    expect(Buffer.byteLength(page)).toBeLessThan(5_000_000);
  });
});
