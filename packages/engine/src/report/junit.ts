/**
 * The verdict and the findings as JUnit XML: the rules of the gate are tests, and so is every finding. What a denying rule
 * names fails, what was suppressed is skipped, the rest passes. Valid by the schemas of Jenkins and of Ant.
 */
import type { Finding, FindingKind } from '../matching/types.ts';
import type { ScanResult } from '../result/types.ts';
import { findingTexts, line, suppressionWords } from './finding-text.ts';
import { unseenLines } from './not-seen.ts';
import { filterWords, kindWords, listedFindings, selectFindings } from './shown-findings.ts';
import type { ReportFormat, ReportOptions } from './types.ts';
import { xmlAttribute, xmlText } from './xml-text.ts';

interface TestCase {
  readonly name: string;
  readonly outcome: 'passed' | 'failure' | 'error' | 'skipped';
  readonly type: string;
  readonly message: string;
  readonly body: string;
}

interface Suite {
  readonly name: string;
  readonly cases: readonly TestCase[];
  /** text beside the cases */
  readonly notes: readonly string[];
}

function* render(result: ScanResult, { show }: ReportOptions): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n';
  for (const [id, suite] of suites(result, show).entries()) yield* suiteText(suite, id, result);
  yield '</testsuites>\n';
}

function suites(result: ScanResult, show: ReportOptions['show']): readonly Suite[] {
  const selected = selectFindings(result.findings, show);
  const byKind = Map.groupBy(listedFindings(selected), ({ kind }) => kind);
  const filter = filterWords(selected);
  return [
    gate(result),
    ...[...byKind].map(([kind, findings]) => kindSuite(result, kind, findings, filter === null ? [] : [filter])),
  ];
}

function gate(result: ScanResult): Suite {
  const { rules, reasons } = result.verdict;
  return {
    name: 'gate',
    cases: [
      ...rules.map(({ id, policy, action, message, remediation }): TestCase => {
        const body = [message, ...(remediation === null ? [] : [remediation])].join('\n');
        const name = action === 'deny' ? `${policy}: ${id}` : `${policy}: ${id} (warning: ${message})`;
        return { name, outcome: action === 'deny' ? 'failure' : 'passed', type: id, message, body };
      }),
      ...reasons
        .filter(({ code }) => code !== 'policy')
        .map(({ code, message }): TestCase => ({ name: code, outcome: 'error', type: code, message, body: message })),
    ],
    notes: unseenLines(result).map(({ words }) => `not seen: ${words}`),
  };
}

function kindSuite(
  result: ScanResult,
  kind: FindingKind,
  findings: readonly Finding[],
  notes: readonly string[],
): Suite {
  const texts = findingTexts(result);
  return {
    name: kindWords[kind].many,
    notes,
    cases: findings.map((finding): TestCase => {
      const [suppression] = finding.suppressed;
      const headline = `${finding.severity} ${texts.headline(finding)}`;
      const message =
        suppression === undefined
          ? [headline, texts.remedy(finding)].filter((part) => part !== null).join('; ')
          : suppressionWords(suppression);
      const outcome = suppression !== undefined ? 'skipped' : texts.denied(finding) ? 'failure' : 'passed';
      return { name: headline, outcome, type: finding.id, message, body: texts.lines(finding).join('\n') };
    }),
  };
}

function* suiteText({ name, cases, notes }: Suite, id: number, result: ScanResult): Generator<string> {
  const count = (outcome: TestCase['outcome']) => cases.filter((each) => each.outcome === outcome).length;
  const { image, inputs } = result;
  const subject = line(image.names[0] ?? image.reference);
  yield `<testsuite name="${xmlAttribute(name)}" package="${xmlAttribute(subject)}" id="${id}" timestamp="${inputs.evaluatedAt}T00:00:00" hostname="localhost" tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}" time="0">\n<properties>\n`;
  for (const [key, value] of properties(result)) {
    yield `<property name="${key}" value="${xmlAttribute(value)}"/>\n`;
  }
  yield '</properties>\n';
  for (const each of cases) yield caseText(each, name);
  yield `<system-out>${xmlText(notes.join('\n'))}</system-out>\n<system-err></system-err>\n</testsuite>\n`;
}

function properties({ image, verdict, inputs }: ScanResult): readonly (readonly [string, string])[] {
  return [
    ['image', image.reference],
    ['image.id', image.id ?? ''],
    ['image.digest', image.digest ?? ''],
    ['verdict', verdict.result],
    ['evaluatedAt', inputs.evaluatedAt],
    ['plimsoll', inputs.product.version],
  ];
}

function caseText({ name, outcome, type, message, body }: TestCase, suite: string): string {
  const head = `<testcase name="${xmlAttribute(name)}" classname="${xmlAttribute(`plimsoll.${suite}`)}" time="0"`;
  if (outcome === 'passed') return `${head}/>\n`;
  const kind = outcome === 'skipped' ? '' : ` type="${xmlAttribute(type)}"`;
  return `${head}><${outcome} message="${xmlAttribute(message)}"${kind}>${xmlText(body)}</${outcome}></testcase>\n`;
}

export const junit: ReportFormat = {
  name: 'junit',
  extension: 'junit.xml',
  mediaType: 'application/xml',
  render,
};
