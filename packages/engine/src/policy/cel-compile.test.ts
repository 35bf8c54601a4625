import { evaluate as reference } from '@marcbachmann/cel-js';
import { describe, expect, it } from 'vitest';
import { compileExpression } from './cel-compile.ts';
import { EvaluationFailure } from './cel-functions.ts';
import { parseExpression } from './cel-parse.ts';
import { bool, double, int, list, map, object, oneOf, string } from './cel-types.ts';

const variables = {
  n: int,
  x: double,
  unknown: double,
  s: string,
  yes: bool,
  ports: list(int),
  names: list(string),
  labels: map(string),
  o: object({ a: object({ b: string }) }),
};
const values = {
  n: 7,
  x: 9.5,
  unknown: Number.NaN,
  s: 'liböpenssl',
  yes: true,
  ports: [22, 80, 443],
  names: ['b', 'a'],
  labels: { owner: 'me' },
  o: { a: { b: 'deep' } },
};

function run(text: string): unknown {
  const compiled = compileExpression(text, variables, parseExpression);
  if (!('type' in compiled)) throw new TypeError(compiled.map(({ message }) => message).join('; '));
  return compiled.evaluate(Object.values(values));
}

function problems(text: string): readonly string[] {
  const compiled = compileExpression(text, variables, parseExpression);
  return 'type' in compiled ? [] : compiled.map(({ offset, message }) => `${offset}: ${message}`);
}

describe('compileExpression', () => {
  const asReference = [
    'n + 2 * 3 - 1',
    '7 / 2',
    '-7 / 2',
    '-7 % 3',
    'n / 2 == 3',
    'n % 2',
    '1.5 + 2.25',
    'x / 2.0',
    's + "!"',
    's.contains("ssl") && s.startsWith("lib") && !s.endsWith("x")',
    's.size() + size(ports) + size(labels)',
    'n > 3 ? "many" : "few"',
    '22 in ports && !(23 in ports)',
    '"a" in names || "owner" in labels',
    'ports.exists(p, p > 400)',
    'ports.all(p, p > 22)',
    'ports.exists_one(p, p > 400)',
    'ports.filter(p, p > 22)',
    'ports.map(p, p * 2)',
    'ports.map(p, ports.filter(q, q < p))',
    'labels.exists(k, k == "owner")',
    'names.join("-")',
    'labels["owner"] == labels.owner',
    'has(labels.owner) && !has(labels.team)',
    'ports[1] + ports[0]',
    'ports + [1]',
    'ports == [22, 80, 443]',
    'names != ["a"]',
    'o.a.b',
    '"b" < "c" && "B" < "a"',
    'yes || labels["absent"] == "x"',
    'labels["absent"] == "x" || yes',
    '!yes && labels["absent"] == "x"',
    'string(n) + string(yes)',
    'int("42") + int(x)',
    'double("1.5")',
    '"AbC".lowerAscii()',
    's.split("o")',
    'r"\\n" + \'\\u00e9\' + "\\x41"',
  ];

  it.each(asReference)('%s is what another implementation says', (text) => {
    const integers = { ...values, n: 7n, ports: values.ports.map(BigInt) };
    expect(run(text)).toEqual(withNumbers(reference(text, integers)));
  });

  it.each([
    ['n >= 4', true],
    ['n >= 6.5', true],
    ['x >= 9', true],
    ['x > n', true],
    ['n == 7.0', true],
    ['2 * 1.5', 3],
    ['glob(s, "lib*ssl")', true],
    ['s.glob("lib?pen*") && !s.glob("ssl")', true],
    ['unknown >= 9.0 || unknown < 9.0 || unknown == unknown', false],
    ['!(unknown < 9.0)', true],
    ['n in [1, 7.0]', true],
  ])('%s is %s', (text, value) => {
    expect(run(text)).toBe(value);
  });

  it.each([
    ['n / 0 == 1', 'division by zero'],
    ['n % 0 == 1', 'division by zero'],
    ['labels["absent"] == "x"', 'there is no "absent" in labels'],
    ['labels.absent == "x" && yes', 'there is no "absent" in labels'],
    ['ports[3] == 1', 'a list of 3 has no element 3'],
    ['ports[-1] == 1', 'a list of 3 has no element -1'],
    ['int(s) == 1', 'a text is no number'],
    ['9007199254740991 + n > 0', 'a number is too large'],
  ])('%s has no value', (text, message) => {
    expect(() => run(text)).toThrow(new EvaluationFailure(message));
  });

  it.each([
    ['n == "7"', ['0: "==" cannot compare int with string']],
    ['s > 3', ['0: ">" orders two numbers or two strings, not string and int']],
    ['n && yes', ['0: "&&" needs bool, this is int']],
    ['!s', ['1: "!" needs bool, this is string']],
    ['s in "abc"', ['0: "in" looks for string in string; use contains()']],
    ['"x" in ports', ['0: "in" looks for string in list of int']],
    ['yes ? 1 : "a"', ['0: "?:" gives int or string; it must be one type']],
    ['[1, "a"] == []', ['0: the elements of a list must be of one type']],
    [
      's.lenght()',
      [
        '2: unknown function "lenght"; there are size, glob, matches, contains, startsWith, endsWith, lowerAscii, upperAscii, split, join, exists, all, exists_one, filter, map',
      ],
    ],
    ['sise(s) > 0', ['0: unknown function "sise"; did you mean "size"?']],
    ['s.contains(3)', ['2: contains() does not take (string, int)']],
    ['s.exists(c, true)', ['2: exists() needs list or map, this is string']],
    ['ports.exists(p)', ['6: exists() takes a name and an expression: exists(x, x != "")']],
    ['ports.exists(p, p)', ['16: "exists()" needs bool, this is int']],
    ['o.a.b.c', ['6: o.a.b is string and has no field "c"']],
    ['o == o', ['0: "==" cannot compare object with object']],
    [
      's == null',
      ['5: no field is ever null; what may be unknown has a field beside it that says so (kevKnown, known, dateKnown)'],
    ],
    ['has(o.a)', ['0: has() is for entries of a map such as config.labels; other fields are always there']],
    ['o.constructor', ['2: unknown field "constructor" of o; there are a']],
    ['o.a.__proto__', ['4: unknown field "__proto__" of o.a; there are b']],
    ['constructor', ['0: unknown variable "constructor"; there are n, x, unknown, s, yes, ports, names, labels, o']],
    ['{"a": 1}', ['0: a map literal is not supported here']],
    [
      'cel.bind(a, 1, a)',
      [
        '4: unknown function "bind"; there are size, glob, matches, contains, startsWith, endsWith, lowerAscii, upperAscii, split, join, exists, all, exists_one, filter, map',
      ],
    ],
    [
      'nn == 1 || mm == 2',
      [
        '0: unknown variable "nn"; did you mean "n"?',
        '11: unknown variable "mm"; there are n, x, unknown, s, yes, ports, names, labels, o',
      ],
    ],
    [
      'ports.exists(p, p > 1) && p > 1',
      ['26: unknown variable "p"; there are n, x, unknown, s, yes, ports, names, labels, o'],
    ],
  ])('refuses %s', (text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it.each([
    ['finding.severity >= "High"', '0: ">=" would order by the alphabet; compare finding.level instead'],
    ['"High" < finding.severity', '0: "<" would order by the alphabet; compare finding.level instead'],
    ['stage > "pipeline"', '0: ">" would order by the alphabet'],
  ])('does not order what has an order of its own: %s', (text, expected) => {
    const chosen = { finding: object({ severity: oneOf(['Low', 'High']) }), stage: oneOf(['pipeline']) };
    const compiled = compileExpression(text, chosen, parseExpression);
    expect('type' in compiled ? [] : compiled.map(({ offset, message }) => `${offset}: ${message}`)).toEqual([
      expected,
    ]);
  });

  it.each([
    ['yes and yes', '&&'],
    ['yes OR yes', '||'],
    ['not yes', '!'],
    ['s is "a"', '=='],
    ['s = "a"', '=='],
    ['s === "a"', '=='],
    ['n <> 3', '!='],
    ['yes & yes', '&&'],
    ['yes | yes', '||'],
    ['s == “a”', '"'],
  ])('says what is written instead in %s', (text, instead) => {
    expect(problems(text)).toEqual([expect.stringMatching(/^\d+: the expression cannot be read: /)]);
    expect(problems(text)[0]!.endsWith(`; write ${instead}`)).toBe(true);
  });

  it('bounds the turns of loops', () => {
    const compiled = compileExpression('ports.all(p, ports.all(q, p + q > 0))', variables, parseExpression);
    if (!('type' in compiled)) throw new TypeError('must compile');
    const many = Array.from({ length: 20_000 }, (_, index) => index + 1);
    expect(() => compiled.evaluate(Object.values({ ...values, ports: many }))).toThrow(
      'it takes more than 1000000 steps',
    );
  });

  it('names the fields that it reads', () => {
    const compiled = compileExpression(
      'o.a.b == s && ports.exists(p, p == n) && labels.owner == ""',
      variables,
      parseExpression,
    );
    expect(compiled).toMatchObject({ reads: ['labels', 'n', 'o.a.b', 'ports', 's'] });
  });
});

function withNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return Array.isArray(value) ? value.map(withNumbers) : value;
}
