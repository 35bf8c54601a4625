/** The answer of `plimsoll policy explain` for the terminal: each rule with what it looked at and what made it so. */
import type { ExplainedCase, ExplainedClause, ExplainedRule } from '../policy/types.ts';
import type { PolicyExplanation } from '../result/policy-explanation.ts';
import { plural } from './finding-words.ts';
import { escapeInvisible } from './json-text.ts';
import { createScreen, type Screen, type ScreenOptions, styled } from './terminal/screen.ts';

const indent = 2;

export function policyExplanationText(
  { image, evaluatedAt, notes, rules }: PolicyExplanation,
  options: ScreenOptions,
): string {
  const screen = createScreen(options);
  const broken = rules.filter(({ outcome }) => outcome === 'broken').length;
  screen.text(0, styled(`${plural(rules.length, 'rule')}, ${broken} broken`, 'bold'));
  screen.text(indent, styled(`${image.reference} ${screen.glyphs.dot} ${evaluatedAt}`, 'dim'));
  for (const note of notes) screen.text(indent, note);
  for (const rule of rules) oneRule(screen, rule);
  return screen.finish();
}

export function policyExplanationJson(explanation: PolicyExplanation): string {
  return `${escapeInvisible(JSON.stringify(explanation, null, 2))}\n`;
}

function oneRule(screen: Screen, rule: ExplainedRule): void {
  screen.blank();
  screen.text(0, styled(`${rule.action} ${rule.id} (${rule.policy}): ${decided(rule)}`, 'bold'));
  screen.text(indent, `when ${rule.condition}`, indent + 5);
  for (const { name, value } of rule.parameters) screen.text(indent, `parameters.${name} is ${value}`);
  for (const note of rule.notes) screen.text(indent, `note: ${note}`, indent + 2);
  for (const each of rule.cases) oneCase(screen, each);
  const [told, toldHeld] = [true, false].map((broken) => rule.cases.filter((each) => each.broken === broken).length);
  const [more, moreHeld] = [rule.broken - (told ?? 0), rule.seen - rule.broken - (toldHeld ?? 0)];
  const rest = [...(more > 0 ? [`${more} more break it`] : []), ...(moreHeld > 0 ? [`${moreHeld} more do not`] : [])];
  if (rest.length > 0 && rule.failure === null) screen.text(indent, styled(`and ${rest.join(', ')}`, 'dim'));
}

const nouns: Readonly<Record<string, string>> = {
  vulnerability: 'vulnerability',
  malware: 'malicious package or file',
  package: 'package',
  license: 'licence',
  file: 'file',
  secret: 'secret',
  instruction: 'line',
  user: 'account',
  coverage: 'gap',
};

function decided({ outcome, scope, seen, broken, excused, failure }: ExplainedRule): string {
  const noun = nouns[scope];
  const rest = excused > 0 ? `; ${excused} excused` : '';
  switch (outcome) {
    case 'failed':
      return `cannot be judged: ${failure}`;
    case 'nothing-to-judge':
      return `nothing to judge${rest}`;
    case 'held':
      // what broke it may all be excused
      return `${noun === undefined ? 'not broken' : `broken by none of ${counted(seen, noun)}`}${rest}`;
    case 'broken':
      return `${noun === undefined ? 'broken' : `broken by ${broken} of ${counted(seen, noun)}`}${rest}`;
  }
}

function counted(count: number, noun: string): string {
  return noun.endsWith('y') && count !== 1 ? `${count} ${noun.slice(0, -1)}ies` : plural(count, noun);
}

function oneCase(screen: Screen, { subject, broken, failure, clauses }: ExplainedCase): void {
  const said = broken === null ? `no answer: ${failure}` : broken ? 'breaks it' : 'does not';
  screen.text(indent, `${broken === false ? screen.glyphs.dot : '!'} ${subject}: ${said}`, indent + 2);
  for (const clause of clauses)
    screen.text(indent + 2, `${clause.text} is ${clause.holds ?? 'without a value'}`, indent + 4);
  for (const { name, value } of distinct(clauses))
    screen.text(indent + 4, styled(`${name} is ${value}`, 'dim'), indent + 6);
}

/** Values of fields that are no list of objects, sums and products, and the elements that decide, each once. */
function distinct(clauses: readonly ExplainedClause[]): readonly { readonly name: string; readonly value: string }[] {
  const rows = clauses.flatMap(({ text: clause, values, calculated, elements, moreElements }) => [
    ...values.filter(({ name }) => name !== clause),
    ...calculated.map(({ text, value }) => ({ name: text, value })),
    ...(elements.length > 0
      ? [{ name: 'decided by', value: `${elements.join(', ')}${moreElements > 0 ? ` and ${moreElements} more` : ''}` }]
      : []),
  ]);
  return rows.filter(({ name, value }, at) => rows.findIndex((row) => row.name === name && row.value === value) === at);
}
