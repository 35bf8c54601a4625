import { bool, type CelType, double, int, isNumber, list, string } from './cel-types.ts';
import { matchesGlob } from './glob.ts';

/** Why an expression has no value on these facts. Caught where a rule is evaluated, and by `&&` and `||`. */
export class EvaluationFailure extends Error {}

type Accepts = (type: CelType) => boolean;

/** A function or method; of a method the receiver is the first argument. */
export interface CelFunction {
  readonly name: string;
  readonly parameters: readonly Accepts[];
  readonly result: CelType;
  readonly mayFail?: true;
  readonly run: (a: never, b: never) => unknown;
}

const isString: Accepts = (type) => type.kind === 'string' || type.kind === 'any';
const isStrings: Accepts = (type) => type.kind === 'list' && isString(type.of);
const isSized: Accepts = (type) => isString(type) || type.kind === 'list' || type.kind === 'map';
const isPlain: Accepts = (type) => isString(type) || isNumber(type) || type.kind === 'bool';

/** Code points, as CEL counts; elements; keys. */
function size(value: string | readonly unknown[] | Readonly<Record<string, unknown>>): number {
  if (typeof value === 'string') return Array.from(value).length;
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

function toNumber(value: string | number): number {
  const number = typeof value === 'number' ? value : /^[+-]?\d+(?:\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  if (typeof value === 'string' && Number.isNaN(number)) throw new EvaluationFailure('a text is no number');
  return number;
}

function toInt(value: string | number): number {
  const number = Math.trunc(toNumber(value));
  if (!Number.isSafeInteger(number)) throw new EvaluationFailure('a number is no int');
  return number;
}

const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const upper = (text: string) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());

/** Called as `name(a, b)`. */
export const functions: readonly CelFunction[] = [
  { name: 'size', parameters: [isSized], result: int, run: size },
  { name: 'glob', parameters: [isString, isString], result: bool, run: matchesGlob },
  { name: 'string', parameters: [isPlain], result: string, run: (value: string | number | boolean) => String(value) },
  { name: 'int', parameters: [(type) => isString(type) || isNumber(type)], result: int, mayFail: true, run: toInt },
  {
    name: 'double',
    parameters: [(type) => isString(type) || isNumber(type)],
    result: double,
    mayFail: true,
    run: toNumber,
  },
];

/** Called as `a.name(b)`. */
export const methods: readonly CelFunction[] = [
  { name: 'size', parameters: [isSized], result: int, run: size },
  { name: 'glob', parameters: [isString, isString], result: bool, run: matchesGlob },
  { name: 'contains', parameters: [isString, isString], result: bool, run: (a: string, b: string) => a.includes(b) },
  {
    name: 'startsWith',
    parameters: [isString, isString],
    result: bool,
    run: (a: string, b: string) => a.startsWith(b),
  },
  { name: 'endsWith', parameters: [isString, isString], result: bool, run: (a: string, b: string) => a.endsWith(b) },
  { name: 'lowerAscii', parameters: [isString], result: string, run: lower },
  { name: 'upperAscii', parameters: [isString], result: string, run: upper },
  { name: 'split', parameters: [isString, isString], result: list(string), run: (a: string, b: string) => a.split(b) },
  { name: 'join', parameters: [isStrings, isString], result: string, run: (a: string[], b: string) => a.join(b) },
];

export const macros = ['exists', 'all', 'exists_one', 'filter', 'map'] as const;
export type Macro = (typeof macros)[number];
