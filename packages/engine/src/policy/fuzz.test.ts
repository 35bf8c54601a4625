import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPolicyCases } from './cases/case-file.ts';
import { caseSubject } from './cases/case-subject.ts';
import { compileExpression } from './cel-compile.ts';
import { EvaluationFailure } from './cel-functions.ts';
import { parseExpression } from './cel-parse.ts';
import { bool, double, int, list, map, string } from './cel-types.ts';
import { PolicyError } from './error.ts';
import { loadExceptions } from './exception-file.ts';
import { explainCondition } from './explain/condition.ts';
import { loadPolicy } from './load-policy.ts';
import { defaultPack } from './packs/default.yaml.ts';
import { compileTemplate } from './template.ts';

/** Cuts, doubles and overwrites pieces of a good text. */
function mutated(text: string): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    '',
    ' ',
    '\n',
    '\t',
    ': ',
    '- ',
    '[',
    '{',
    '"',
    "'",
    '*a',
    '&a ',
    '|',
    '>',
    '#',
    '!!x',
    '\0',
    '\uFEFF',
    '\uD800',
    '---\n',
    '? ',
  );
  const change = fc.record({ at: fc.nat(text.length), length: fc.nat(20), put: piece, copy: fc.boolean() });
  return fc.array(change, { minLength: 1, maxLength: 6 }).map((changes) =>
    changes.reduce((now, { at, length, put, copy }) => {
      const kept = copy ? now.slice(at, at + length) : '';
      return now.slice(0, at) + put + kept + now.slice(at + (copy ? 0 : length));
    }, text),
  );
}

/** Each problem has a place in the file and one line. */
function refusal(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    for (const problem of error.problems) expect(problem).toMatch(/^f(?::\d+:\d+)?: .+$/);
  }
}

describe('readers of files', () => {
  const policy = defaultPack.text;
  const exceptions =
    '- id: CVE-1\n  package: "pkg:deb/*"\n  reason: >-\n    because\n    of it\n  owner: me\n  expires: 2026-12-31\n';
  const cases =
    'policy: [default, a.yaml]\nat: 2026-08-22\ncases:\n- name: x\n  given:\n    image: { distro: ~, layers: 3 }\n    findings: [{ id: CVE-1, risk: { kev: { dueDate: 2026-08-01 }, cvss: ~ } }]\n    secrets:\n    - path: /k\n  expect: { rules: [a, { id: b, findings: [] }], failure: "" }\n';
  const judgedCases = (text: string, source: string): unknown =>
    readPolicyCases(text, source).cases.map(({ given, at }) => caseSubject(given, at, null));
  it.each([
    ['mutated policies', mutated(policy), loadPolicy],
    ['any text as policy', fc.string({ unit: 'binary', maxLength: 200 }), loadPolicy],
    ['mutated exceptions', mutated(exceptions), loadExceptions],
    ['mutated cases', mutated(cases), judgedCases],
    ['any text as exceptions', fc.string({ unit: 'binary', maxLength: 200 }), loadExceptions],
  ] as const)('%s are read or refused', (_what, texts, load) => {
    fc.assert(
      fc.property(texts, (text) => refusal(() => load(text, 'f'))),
      { seed: 4, numRuns: 200 },
    );
  });
});

describe('expressions', () => {
  const variables = { n: int, x: double, s: string, yes: bool, ports: list(int), labels: map(string) };
  const values = [7, Number.NaN, 'text', true, [1, 2], { a: 'b' }];
  const token = fc.constantFrom(
    ...[
      'n',
      'x',
      's',
      'yes',
      'ports',
      'labels',
      '1',
      '0',
      '1.5',
      '"a"',
      'true',
      'p',
      '.a',
      '.size()',
      '.exists(p, ',
      '.map(p, ',
    ],
    ...[
      '(',
      ')',
      '[',
      ']',
      ',',
      '+',
      '-',
      '*',
      '/',
      '%',
      '<',
      '>=',
      '==',
      '!=',
      '&&',
      '||',
      '!',
      '?',
      ':',
      ' in ',
      'has(',
      'size(',
    ],
    ...['{', '}', "'", '\\', 'glob(', 'null', 'b"x"', '1u', '\n', 'é'],
  );
  const texts = fc.array(token, { maxLength: 14 }).map((tokens) => tokens.join(''));

  it('have a value of their type, have none, or are refused', () => {
    const kinds = { bool: 'boolean', int: 'number', double: 'number', string: 'string', list: 'object', map: 'object' };
    let compiled = 0;
    fc.assert(
      fc.property(texts, (text) => {
        const expression = compileExpression(text, variables, parseExpression);
        if (!('type' in expression)) {
          expect(expression.length).toBeGreaterThan(0);
          for (const { offset } of expression) expect(offset).toBeGreaterThanOrEqual(0);
          return;
        }
        compiled++;
        try {
          const value = expression.evaluate(values);
          expect(typeof value).toBe(kinds[expression.type.kind as keyof typeof kinds]);
          const clauses = explainCondition(text, variables)(values);
          expect(clauses.every(({ text: part }) => text.replace(/\s+/g, ' ').includes(part))).toBe(true);
        } catch (error) {
          if (!(error instanceof EvaluationFailure)) throw error;
        }
      }),
      { seed: 5, numRuns: 20_000 },
    );
    expect(compiled).toBeGreaterThan(500);
  });

  it('stand in messages, or are refused', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(texts, fc.constantFrom('{', '}', '{n}')), { maxLength: 5 }), (parts) => {
        const template = compileTemplate(parts.join(''), variables, parseExpression);
        if (!('render' in template)) return;
        try {
          expect(template.render(values)).not.toContain('\n');
        } catch (error) {
          if (!(error instanceof EvaluationFailure)) throw error;
        }
      }),
      { seed: 6, numRuns: 5000 },
    );
  });
});
