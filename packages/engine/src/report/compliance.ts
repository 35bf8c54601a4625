/**
 * The controls of the frameworks that the policies stand for, each passed, failed, or for a person to look at, as Markdown:
 * a page for an auditor, which says what was judged, by what, and when.
 */
import { type ControlOutcome, frameworkTitles } from '../policy/types.ts';
import type { ScanResult } from '../result/types.ts';
import { controlCounts, stateWords } from './control-words.ts';
import { line } from './finding-text.ts';
import type { ReportFormat } from './types.ts';

function* render(result: ScanResult): Generator<string> {
  const { image, inputs, verdict } = result;
  const controls = verdict.controls ?? [];
  yield `# Compliance of ${cell(image.names[0] ?? image.reference)}\n\n`;
  yield `${cell(image.digest ?? image.id ?? image.reference)}, judged as of ${inputs.evaluatedAt} by ${Object.keys(inputs.policy).map(cell).join(', ')}: ${verdict.result}.\n`;
  if (controls.length === 0) {
    yield '\nNone of the policies stands for a framework; nist-800-190, pci-dss-4 and cis-docker do.\n';
    return;
  }
  for (const [framework, own] of Map.groupBy(controls, (control) => control.framework)) {
    yield `\n## ${frameworkTitles[framework]}\n\n${controlCounts(own)}.\n\n`;
    yield '| control | state | what it asks | why |\n| --- | --- | --- | --- |\n';
    for (const control of own) yield row(control, result);
  }
}

function row(control: ControlOutcome, { verdict }: ScanResult): string {
  const broken = verdict.rules.filter(
    ({ id, controls }) => control.rules.includes(id) && controls.includes(`${control.framework}:${control.id}`),
  );
  const failed = broken.filter(({ action }) => action === 'deny').map(({ id, message }) => `${id}: ${message}`);
  const why = control.state === 'failed' ? failed.join('; ') : (control.note ?? '');
  return `| ${control.id} | ${stateWords[control.state]} | ${cell(control.title)} | ${cell(why)} |\n`;
}

/** What an image or a file chose stays text: no table, link, image or HTML comes of it. */
function cell(text: string): string {
  return line(text).replace(/[\\|`*_[\]<>&!#~]/g, (sign) =>
    sign === '<' ? '&lt;' : sign === '>' ? '&gt;' : sign === '&' ? '&amp;' : `\\${sign}`,
  );
}

export const compliance: ReportFormat = {
  name: 'compliance',
  extension: 'compliance.md',
  mediaType: 'text/markdown; charset=utf-8',
  render,
};
