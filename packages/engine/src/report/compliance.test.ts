import { expect, test } from 'vitest';
import type { ControlOutcome } from '../policy/types.ts';
import type { ScanResult } from '../result/types.ts';
import { compliance } from './compliance.ts';
import { table } from './table.ts';
import { renderText } from './testing/report-results.ts';
import { hostileResult, sampleResult } from './testing/sample-result.ts';

const control = (id: string, state: ControlOutcome['state'], more: Partial<ControlOutcome> = {}): ControlOutcome => ({
  framework: 'nist-800-190',
  id,
  title: 'image vulnerabilities',
  state,
  rules: [],
  note: null,
  ...more,
});

function withControls(result: ScanResult, controls: readonly ControlOutcome[]): ScanResult {
  const [rule] = result.verdict.rules;
  const rules = [
    { ...rule!, id: 'r', action: 'deny' as const, message: 'CVE-1 has a fix', controls: ['nist-800-190:4.1.1'] },
  ];
  return { ...result, verdict: { ...result.verdict, rules, controls } };
}

const three = [
  control('4.1.1', 'failed', { rules: ['r'] }),
  control('4.1.2', 'passed'),
  control('4.3.1', 'needs-a-person', { note: 'an image does not show it' }),
];

test('a row for each control, with why', () => {
  const text = renderText(compliance, withControls(sampleResult(), three));
  expect(text).toContain('## NIST SP 800-190, section 4\n\n1 failed, 1 passed, 1 needs a person.');
  expect(text).toContain('| 4.1.1 | failed | image vulnerabilities | r: CVE-1 has a fix |');
  expect(text).toContain('| 4.1.2 | passed | image vulnerabilities |  |');
  expect(text).toContain('| 4.3.1 | needs a person | image vulnerabilities | an image does not show it |');
});

test('without a framework it says so', () => {
  expect(renderText(compliance, sampleResult())).toContain('None of the policies stands for a framework');
});

test('what an image chose is text, in one cell', () => {
  const note = 'a | b <script> [x](http://evil) ![i](x)\n| `c` |';
  const text = renderText(compliance, withControls(hostileResult(), [control('4.1.1', 'needs-a-person', { note })]));
  const row = text.split('\n').find((each) => each.startsWith('| 4.1.1'));
  expect(row).toContain('a \\| b &lt;script&gt; \\[x\\](http://evil) \\!\\[i\\](x) \\| \\`c\\` \\|');
  expect(row?.match(/(?<!\\)\|/g)).toHaveLength(5);
});

test('the table has a line a framework', () => {
  const options = { columns: 80, color: false, unicode: true, show: { onlyFixed: false } };
  const text = table.render(withControls(sampleResult(), three), options as never) as string;
  expect(text).toContain('nist-800-190  1 failed, 1 passed, 1 needs a person (failed: 4.1.1)');
});
