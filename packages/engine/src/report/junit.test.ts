import { describe, expect, it } from 'vitest';
import { junit } from './junit.ts';
import { everyKindResult, renderText, reportResults } from './testing/report-results.ts';
import { needsXmllint, xmlValidator } from './testing/report-schemas.ts';
import { hostileResult, passResult, sampleResult } from './testing/sample-result.ts';
import { terminalSafe } from './testing/sbom-results.ts';

function count(text: string, part: RegExp): number {
  return text.match(part)?.length ?? 0;
}

describe('JUnit XML', () => {
  describe.each(['junit-10.xsd', 'JUnit-ant.xsd'] as const)('by %s', (schema) => {
    const validate = xmlValidator(schema);
    it.skipIf(!validate).each(reportResults)(`valid: %s (${needsXmllint})`, (_, result) => {
      expect(validate!(renderText(junit, result()))).toBe('');
    });
  });

  it('has a test for each finding and each rule; what is denied fails, what is suppressed is skipped', () => {
    const result = everyKindResult();
    const text = renderText(junit, result);
    const { rules, reasons } = result.verdict;
    const causes = reasons.filter(({ code }) => code !== 'policy').length;
    expect(count(text, /<testcase /g)).toBe(result.findings.length + rules.length + causes);
    expect(count(text, /<skipped /g)).toBe(3);
    const denied = new Set(rules.filter(({ action }) => action === 'deny').flatMap(({ findings }) => findings));
    const deny = rules.filter(({ action }) => action === 'deny').length;
    expect(count(text, /<failure /g)).toBe(denied.size + deny);
    expect(count(text, /<error /g)).toBe(causes);
    for (const [, tests, failures, errors, skipped, body] of text.matchAll(
      /<testsuite [^>]*tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"[^>]*>([\s\S]*?)<\/testsuite>/g,
    )) {
      expect([/<testcase /g, /<failure /g, /<error /g, /<skipped /g].map((part) => count(body!, part))).toEqual(
        [tests, failures, errors, skipped].map(Number),
      );
    }
  });

  it('fails for a verdict that no finding explains, and passes where the image does', () => {
    const { verdict, ...rest } = passResult();
    const reasons = [{ exitCode: 4, code: 'inventory-incomplete', message: 'a layer could not be read' }] as const;
    const text = renderText(junit, { ...rest, verdict: { ...verdict, result: 'fail', exitCode: 4, reasons } });
    expect(text).toContain('<error message="a layer could not be read" type="inventory-incomplete">');
    expect(renderText(junit, passResult())).not.toMatch(/<(?:failure|error|skipped) /);
  });

  it('says what was not seen and what a filter hides', () => {
    const text = renderText(junit, sampleResult(), { severity: 'High' });
    expect(text).toContain('not seen: package-database-unread: /var/lib/rpm/rpmdb.sqlite');
    expect(text).toContain('(High and above), which hides 5 findings. The verdict is that of all findings.');
  });

  it('holds hostile text as text', () => {
    const text = renderText(junit, hostileResult());
    expect(text).toMatch(terminalSafe);
    expect(text).not.toContain('<script');
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    const { findings, ...rest } = sampleResult();
    const odd = renderText(junit, { ...rest, findings: [{ ...findings[0]!, title: ']]>\uffff\u0000<!--' }] });
    expect(odd).toContain(']]&gt;\ufffd\\x00&lt;!--');
  });
});
