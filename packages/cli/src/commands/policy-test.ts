import { dirname, isAbsolute, join } from 'node:path';
import {
  type CaseOutcome,
  judgePolicyCases,
  packNames,
  readExceptions,
  readPolicyCases,
  readVex,
  type ScanResult,
} from '@plimsoll/engine';
import { UsageError } from '../exit.ts';
import { parseOutputs, writeOutputs } from '../output.ts';
import { list } from '../values.ts';
import { readPolicies } from './policies.ts';
import { readConfiguration } from './request.ts';
import { oneResult } from './result-file.ts';

interface TestedFile {
  readonly source: string;
  readonly cases: readonly CaseOutcome[];
  /** rules that no case breaks, and that look at nothing in a case that they let pass, as `POLICY/RULE` */
  readonly unbroken: readonly string[];
  readonly unheld: readonly string[];
}

/** `plimsoll policy test FILE…`: 1 when a case is judged other than it expects, or (`--every-rule`) a rule is not tested. */
export async function runPolicyTest(paths: string[], options: Record<string, unknown>): Promise<number> {
  const outputs = parseOutputs(list(options, 'format'), ['text', 'json', 'junit'], 'text');
  const files: TestedFile[] = [];
  for (const path of paths) files.push(await testedFile(path));
  const everyRule = options.everyRule === true;
  await writeOutputs(outputs, ({ format }) => {
    if (format === 'json') return `${JSON.stringify({ schemaVersion: '1', files }, null, 2)}\n`;
    return format === 'junit' ? junit(files) : files.map((file) => fileText(file, everyRule)).join('');
  });
  const failed = files.some(({ cases }) => cases.some(({ differences }) => differences.length > 0));
  const untested = files.some(({ unbroken, unheld }) => unbroken.length + unheld.length > 0);
  return failed || (everyRule && untested) ? 1 : 0;
}

async function testedFile(path: string): Promise<TestedFile> {
  const file = readPolicyCases(await readConfiguration(path, 'file of cases'), path);
  const beside = (name: string) => (isAbsolute(name) ? name : join(dirname(path), name));
  const names = file.policies.map((name) => (packNames.includes(name) ? name : beside(name)));
  const { policies, policyMaps } = await readPolicies(names, null, file.set);
  const [map] = policyMaps;
  if (map) throw new UsageError(`${path}: "policy" names a map of policies; name the policies themselves`);
  const exceptions = await Promise.all(
    file.exceptions.map(async (name) => readExceptions(await readConfiguration(beside(name), 'exceptions file'), name)),
  );
  const vex = await Promise.all(
    file.vex.map(async (name) => readVex(await readConfiguration(beside(name), 'VEX document'), name)),
  );
  const results = new Map<string, ScanResult>();
  for (const { given } of file.cases) {
    if (given.result !== undefined && !results.has(given.result)) {
      results.set(given.result, await oneResult(beside(given.result)));
    }
  }
  const cases = judgePolicyCases(file, { policies: policies.map(({ value }) => value), exceptions, vex, results });
  const rules = policies.flatMap(({ value }) => value.rules.map(({ id }) => `${value.name}/${id}`));
  const [broke, held] = [cases.flatMap((each) => each.broke), cases.flatMap((each) => each.held)];
  return {
    source: path,
    cases,
    unbroken: rules.filter((rule) => !broke.includes(rule)),
    unheld: rules.filter((rule) => !held.includes(rule)),
  };
}

function fileText({ source, cases, unbroken, unheld }: TestedFile, everyRule: boolean): string {
  const failed = cases.filter(({ differences }) => differences.length > 0);
  const lines = failed.flatMap(({ name, place, differences }) => [
    `FAIL ${place}: ${name}`,
    ...differences.map((difference) => `  ${difference}`),
  ]);
  const untested = everyRule
    ? [
        ...unbroken.map((rule) => `${source}: no case breaks the rule ${rule}`),
        ...unheld.map((rule) => `${source}: no case gives the rule ${rule} something that it lets pass`),
      ]
    : [];
  const rest = everyRule ? '' : `, ${new Set([...unbroken, ...unheld]).size} rules not tested both ways`;
  const summary = `${source}: ${cases.length} case${cases.length === 1 ? '' : 's'}, ${failed.length} failed${rest}`;
  return [...lines, ...untested, summary].map((line) => `${plain(line)}\n`).join('');
}

function junit(files: readonly TestedFile[]): string {
  const suites = files.map(({ source, cases }) => {
    const failed = cases.filter(({ differences }) => differences.length > 0).length;
    const rows = cases.map(({ name, differences }) => {
      const open = `    <testcase classname="${xml(source)}" name="${xml(name)}"`;
      if (differences.length === 0) return `${open}/>`;
      return `${open}>\n      <failure message="${xml(differences[0] ?? '')}">${xml(differences.join('\n'))}</failure>\n    </testcase>`;
    });
    const body = rows.map((row) => `${row}\n`).join('');
    return `  <testsuite name="${xml(source)}" tests="${cases.length}" failures="${failed}">\n${body}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function xml(text: string): string {
  return plain(text).replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}

/** What a case gives may hold anything: nothing of it moves a terminal's cursor. */
function plain(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, ' ').replaceAll(/[\uD800-\uDFFF\uFFFE\uFFFF]/g, '');
}
