/**
 * A report of one's own: a text with places for what the result holds. There is no logic in it but lists and conditions,
 * nothing of it runs, and values are escaped for what the template's name says it makes (docs/guides/reports.md).
 */
import { type KeyOrder, resultKeyOrder } from '../result/key-order.ts';
import type { ScanResult } from '../result/types.ts';
import { findingTexts } from './finding-text.ts';
import { fixWords } from './finding-words.ts';
import { prose } from './markdown/markdown-text.ts';
import { safeText } from './safe-text.ts';
import { countVulnerabilities, filterWords, listedFindings, selectFindings } from './shown-findings.ts';
import { type KnownNames, parseTemplate, TemplateError, type TemplatePart } from './template/parse-template.ts';
import type { ReportFormat, ReportOptions } from './types.ts';
import { verdictWords } from './verdict-words.ts';
import { xmlText } from './xml-text.ts';

/** Characters of what a template makes. */
const maxOutputChars = 64 * 1024 * 1024;
/** Parts that are gone through: a list in a list in a list of findings would never end. */
const maxSteps = 5_000_000;
/** Characters of a list or record written as JSON that are as much work as going through a part. */
const charsOfStep = 40;
/** Characters of one value. */
const maxValueChars = 4000;

type Harmless = (text: string) => string;

const escapes: Readonly<Record<string, { readonly mediaType: string; readonly harmless: Harmless }>> = {
  html: { mediaType: 'text/html; charset=utf-8', harmless: xmlText },
  xml: { mediaType: 'application/xml', harmless: xmlText },
  md: { mediaType: 'text/markdown; charset=utf-8', harmless: (text) => prose(text, maxValueChars) },
  json: {
    mediaType: 'application/json',
    harmless: (text) => JSON.stringify(safeText(text, maxValueChars)).slice(1, -1),
  },
  csv: { mediaType: 'text/csv; charset=utf-8', harmless: csvCell },
};
const plain = { mediaType: 'text/plain; charset=utf-8', harmless: (text: string) => safeText(text, maxValueChars) };

/** Within quotes or without: what a spreadsheet would calculate or take for another cell does not stay so. */
function csvCell(text: string): string {
  const safe = safeText(text, maxValueChars).replaceAll('"', '""');
  return /^\s*[=+\-@|%]/.test(safe) ? `'${safe}` : safe;
}

/** What a template may name beside the result's own properties. */
const added = [
  'shown',
  'suppressed',
  'counts',
  'filter',
  'words',
  'headline',
  'remedy',
  'fixWords',
  'denied',
  'lines',
  'count',
  'isSuppressed',
];

/** Records in one place of a result, and in another maps whose names are data. */
const alsoMaps = ['exceptions', 'vex', 'history', 'labels'];

/** Every name of a result with those that follow it somewhere; null where none or any do. */
function addNames(order: KeyOrder, to: Map<string, Set<string> | null>): void {
  for (const [name, inner] of Object.entries(order)) {
    const before = to.get(name) ?? null;
    to.set(name, inner === null ? before : new Set([...(before ?? []), ...Object.keys(inner)]));
    if (inner !== null) addNames(inner, to);
  }
}

function knownNames(): KnownNames {
  const known = new Map<string, Set<string> | null>();
  addNames(resultKeyOrder, known);
  for (const name of [...added, ...alsoMaps]) known.set(name, null);
  return known;
}

function contextOf(result: ScanResult, show: ReportOptions['show']): Readonly<Record<string, unknown>> {
  const selected = selectFindings(result.findings, show);
  const texts = findingTexts(result);
  const listed = listedFindings(selected).map((finding) => ({
    ...finding,
    headline: texts.headline(finding),
    remedy: texts.remedy(finding),
    fixWords: fixWords(finding),
    denied: texts.denied(finding),
    lines: texts.lines(finding),
    isSuppressed: finding.suppressed.length > 0,
  }));
  return {
    ...result,
    shown: listed.filter(({ isSuppressed }) => !isSuppressed),
    suppressed: listed.filter(({ isSuppressed }) => isSuppressed),
    counts: countVulnerabilities(result.findings),
    filter: filterWords(selected),
    words: verdictWords(result),
  };
}

/**
 * @param text of the template
 * @param name of its file; what stands between its last two dots or behind the last says what it makes (`issue.md`)
 * @throws TemplateError with name and line
 */
export function templateFormat(text: string, name: string): ReportFormat {
  const parts = parseTemplate(text, name, knownNames());
  const extension = /\.([a-z]+)(?:\.(?:template|tmpl|mustache))?$/i.exec(name)?.[1]?.toLowerCase() ?? 'txt';
  const { mediaType, harmless } = (Object.hasOwn(escapes, extension) ? escapes[extension] : undefined) ?? plain;
  return {
    name: 'template',
    extension,
    mediaType,
    *render(result, { show }) {
      const budget = { steps: maxSteps, chars: maxOutputChars, name };
      yield* write(parts, [contextOf(result, show)], harmless, budget);
    },
  };
}

interface Budget {
  steps: number;
  chars: number;
  readonly name: string;
}

function spend(budget: Budget, line: number, steps = 1): void {
  budget.steps -= steps;
  if (budget.steps < 0) throw new TemplateError(budget.name, line, 'the template takes too many steps');
}

function* write(
  parts: readonly TemplatePart[],
  scopes: readonly unknown[],
  harmless: Harmless,
  budget: Budget,
): Generator<string> {
  for (const part of parts) {
    spend(budget, part.line);
    if (part.kind === 'section') {
      const value = valueAt(part.path, scopes);
      for (const item of itemsOf(value, part.inverted)) {
        spend(budget, part.line);
        yield* write(part.parts, part.inverted ? scopes : [...scopes, item], harmless, budget);
      }
      continue;
    }
    const words = part.kind === 'text' ? part.text : wordsOf(valueAt(part.path, scopes));
    if (part.kind === 'value') spend(budget, part.line, Math.floor(words.length / charsOfStep));
    const text = part.kind === 'text' ? words : harmless(words);
    budget.chars -= text.length;
    if (budget.chars < 0)
      throw new TemplateError(budget.name, part.line, `the report is longer than ${maxOutputChars} characters`);
    yield text;
  }
}

function itemsOf(value: unknown, inverted: boolean): readonly unknown[] {
  const empty =
    value === undefined ||
    value === null ||
    value === false ||
    value === '' ||
    (Array.isArray(value) && value.length === 0);
  if (inverted) return empty ? [null] : [];
  if (empty) return [];
  return Array.isArray(value) ? value : [value];
}

/** The innermost scope that has the first name says what it is. Own properties alone: nothing of the language can be reached. */
function valueAt(path: readonly string[], scopes: readonly unknown[]): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return scopes.at(-1);
  const scope = scopes.findLast((each) => owns(each, first));
  return rest.reduce<unknown>(
    (value, key) => (owns(value, key) ? value[key] : undefined),
    owns(scope, first) ? scope[first] : undefined,
  );
}

function owns(value: unknown, key: string): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}

function wordsOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object')
    return Array.isArray(value) && value.every((each) => typeof each !== 'object')
      ? value.join(', ')
      : JSON.stringify(value);
  return String(value);
}
