import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { CelType } from './cel-types.ts';
import { scopeVariables, supportedScopes } from './context-types.ts';
import { loadExceptions } from './exception-file.ts';
import { loadPolicy } from './policy-file.ts';

const guide = readFileSync(new URL('../../../../docs/guides/policies.md', import.meta.url), 'utf8');
const examples = [...guide.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1]!);

/** Names of all fields, those of objects in objects too. */
function fieldNames(type: CelType): readonly string[] {
  if (type.kind !== 'object') return [];
  return Object.entries(type.fields).flatMap(([name, field]) => [name, ...fieldNames(field)]);
}

it.each(supportedScopes)('the guide names every field of scope %s', (scope) => {
  const named = new Set(Array.from(guide.matchAll(/`([\w.]+?)\.?`/g), (match) => match[1]));
  const fields = Object.values(scopeVariables(scope, {})).flatMap(fieldNames);
  const words = new Set([...named].flatMap((name) => name?.split('.') ?? []));
  expect(fields.filter((field) => !words.has(field))).toEqual([]);
});

it('the examples of the guide are valid', () => {
  expect(examples.length).toBe(2);
  expect(loadPolicy(examples[0]!, 'guide').rules.length).toBe(1);
  expect(loadExceptions(examples[1]!, 'guide').exceptions.length).toBe(1);
});
