/**
 * The findings as data for the page's script: columns of numbers, and each text once. A page of 20,000 findings stays small
 * enough to be opened, and only the rows in sight become a part of the document.
 */
import { findingKinds } from '../../matching/types.ts';
import type { ScanResult } from '../../result/types.ts';
import type { FindingGroup, FindingRow } from '../finding-groups.ts';
import { findingTexts, suppressionWords } from '../finding-text.ts';
import { ageInDays, fixWords, riskMarks, subjectWords } from '../finding-words.ts';
import { escapeInvisible } from '../json-text.ts';
import { layerPlaces, placeWords } from '../layer-words.ts';
import { safeText } from '../safe-text.ts';
import { evidenceMarkup } from './finding-parts.ts';

export interface ListedRow {
  readonly group: FindingGroup;
  readonly row: FindingRow;
  /** of the group among all groups, from 0 */
  readonly number: number;
}

/** Characters of a title or a name; the whole is in the evidence. */
const maxChars = 300;

const columns = [
  'level',
  'kind',
  'id',
  'title',
  'name',
  'version',
  'type',
  'packages',
  'also',
  'fix',
  'fixed',
  'days',
  'layer',
  'marks',
  'why',
  'group',
  'rules',
  'shared',
] as const;

/** 1: has a fix, 0: has none, 2: needs none */
function fixedNumber(state: string | undefined): number {
  return state === undefined ? 2 : state === 'fixed' ? 1 : 0;
}

/** JSON in pieces, which can stand in a script element. */
export function* findingData(result: ScanResult, rows: readonly ListedRow[]): Generator<string> {
  const strings = new Map<string, number>();
  const intern = (text: string): number => {
    if (text === '') return -1;
    const known = strings.get(text);
    if (known !== undefined) return known;
    strings.set(text, strings.size);
    return strings.size - 1;
  };
  const plain = (text: string | null | undefined): number => intern(safeText(text ?? '', maxChars));
  const texts = findingTexts(result);
  const places = layerPlaces(result.image);
  const ruleSets = new Map<string, number>();
  const ruleNumbers = new Map(result.verdict.rules.map((rule, index) => [rule, index]));
  const table: readonly number[][] = columns.map(() => []);
  let separator = '';
  yield '{"own":[';
  for (const { group, row, number } of rows) {
    const { lead } = row;
    const place = places(lead.evidence.layer);
    const set = JSON.stringify([...new Set(row.findings.flatMap(texts.rules))].map((rule) => ruleNumbers.get(rule)!));
    if (!ruleSets.has(set)) ruleSets.set(set, ruleSets.size);
    const facts = evidenceMarkup(row, place);
    yield separator + markupJson(facts.own);
    separator = ',\n';
    const numbers = [
      lead.level,
      findingKinds.indexOf(lead.kind),
      plain(lead.id),
      plain(lead.title ?? (lead.package === null ? subjectWords(lead) : null)),
      plain(group.name),
      plain(group.version),
      plain(group.type),
      plain(row.packages.join(', ')),
      plain([...lead.aliases, ...lead.advisories, ...(lead.evidence.cwes ?? [])].join(' ')),
      plain(lead.fix === null ? subjectWords(lead) : fixWords(lead)),
      fixedNumber(lead.fix?.state),
      ageInDays(lead, result.inputs.evaluatedAt) ?? -1,
      place?.number ?? 0,
      plain(riskMarks(lead).join('|')),
      plain(lead.suppressed.map(suppressionWords).join('; ')),
      number,
      ruleSets.get(set)!,
      intern(facts.shared),
    ];
    for (const [column, value] of numbers.entries()) table[column]!.push(value);
  }
  const layerNames = result.image.layers.map((layer) => plain(placeWords(places(layer.diffId)) ?? layer.instruction));
  yield `],"layerNames":${JSON.stringify(layerNames)},"ruleSets":[${[...ruleSets.keys()].join(',')}]`;
  const ruleNames = result.verdict.rules.map(({ id, action, policy }) => [
    safeText(id, maxChars),
    safeText(`${action === 'deny' ? 'denies' : 'warns'}, policy ${policy}`, maxChars),
  ]);
  yield `,"ruleNames":${scriptJson(ruleNames)}`;
  for (const [index, name] of columns.entries()) yield `,"${name}":[${table[index]!.join(',')}]`;
  yield ',"strings":[';
  separator = '';
  for (const text of strings.keys()) {
    yield `${separator}${text.startsWith('<dt>') ? markupJson(text) : scriptJson(text)}`;
    separator = ',\n';
  }
  yield ']}';
}

/** Of markup, which has many: only what could end the script or begin a comment needs another form. */
function markupJson(markup: string): string {
  return escapeInvisible(JSON.stringify(markup)).replaceAll('</', '<\\/').replaceAll('<!', '\\u003c!');
}

/** No text may end the element that it stands in. */
function scriptJson(value: unknown): string {
  return escapeInvisible(JSON.stringify(value)).replaceAll('<', '\\u003c');
}
