import { compareVersions } from '../versions/compare-versions.ts';
import { bool, type CelType, double, int, isNumber, list, string } from './cel-types.ts';
import { matchesGlob } from './glob.ts';
import { regularExpression } from './regular-expressions.ts';

/** Why an expression has no value on these facts. Caught where a rule is evaluated, and by `&&` and `||`. */
export class EvaluationFailure extends Error {}

type Accepts = (type: CelType) => boolean;

/** A function or method; of a method the receiver is the first argument. */
export interface CelFunction {
  readonly name: string;
  readonly parameters: readonly Accepts[];
  readonly result: CelType;
  readonly mayFail?: true;
  /** characters or elements that it goes through, for the steps that an evaluation may take; absent: few */
  readonly reads?: (a: never) => number;
  readonly run: (a: never, b: never, c: never) => unknown;
}

const length = (value: string | readonly unknown[] | object): number =>
  typeof value === 'string' || Array.isArray(value) ? value.length : 0;

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

const matches = (text: string, pattern: string) => regularExpression(pattern)(text);

/** Schemes of purl types that are not called as their type. */
const schemes: Readonly<Record<string, string>> = {
  golang: 'semver',
  gem: 'rubygems',
  cargo: 'semver',
  composer: 'packagist',
  pear: 'packagist',
  hex: 'semver',
  swift: 'semver',
};

/** As the packages of this purl type compare: `versionBefore("deb", "1.0~rc1", "1.0")`. */
function versionBefore(type: string, version: string, other: string): boolean {
  const answer = compareVersions(Object.hasOwn(schemes, type) ? schemes[type]! : type, version, other);
  if ('ordering' in answer) return answer.ordering < 0;
  throw new EvaluationFailure(
    'invalid' in answer
      ? `"${answer.invalid}" is no version of type ${type}`
      : `versions of type "${type}" cannot be compared`,
  );
}

/** Called as `name(a, b)`. */
export const functions: readonly CelFunction[] = [
  { name: 'size', reads: length, parameters: [isSized], result: int, run: size },
  { name: 'glob', reads: length, parameters: [isString, isString], result: bool, run: matchesGlob },
  { name: 'matches', reads: length, parameters: [isString, isString], result: bool, mayFail: true, run: matches },
  { name: 'string', parameters: [isPlain], result: string, run: (value: string | number | boolean) => String(value) },
  { name: 'int', parameters: [(type) => isString(type) || isNumber(type)], result: int, mayFail: true, run: toInt },
  {
    name: 'double',
    parameters: [(type) => isString(type) || isNumber(type)],
    result: double,
    mayFail: true,
    run: toNumber,
  },
  {
    name: 'versionBefore',
    parameters: [isString, isString, isString],
    result: bool,
    mayFail: true,
    run: versionBefore,
  },
];

/** Called as `a.name(b)`. */
export const methods: readonly CelFunction[] = [
  { name: 'size', reads: length, parameters: [isSized], result: int, run: size },
  { name: 'glob', reads: length, parameters: [isString, isString], result: bool, run: matchesGlob },
  { name: 'matches', reads: length, parameters: [isString, isString], result: bool, mayFail: true, run: matches },
  {
    name: 'contains',
    reads: length,
    parameters: [isString, isString],
    result: bool,
    run: (a: string, b: string) => a.includes(b),
  },
  {
    name: 'startsWith',
    parameters: [isString, isString],
    result: bool,
    run: (a: string, b: string) => a.startsWith(b),
  },
  { name: 'endsWith', parameters: [isString, isString], result: bool, run: (a: string, b: string) => a.endsWith(b) },
  { name: 'lowerAscii', reads: length, parameters: [isString], result: string, run: lower },
  { name: 'upperAscii', reads: length, parameters: [isString], result: string, run: upper },
  {
    name: 'split',
    reads: length,
    parameters: [isString, isString],
    result: list(string),
    run: (a: string, b: string) => a.split(b),
  },
  {
    name: 'join',
    reads: length,
    parameters: [isStrings, isString],
    result: string,
    run: (a: string[], b: string) => a.join(b),
  },
];

export const macros = ['exists', 'all', 'exists_one', 'filter', 'map'] as const;
export type Macro = (typeof macros)[number];
