import { EvaluationFailure, type Macro } from './cel-functions.ts';

/** Turns of all loops (`exists`, `all`, `map` …) of one evaluation of an expression, and every 64 characters or elements that are gone through. */
export const maxLoopTurns = 1_000_000;

/** What an expression runs on: the variables in the order of their declaration, then those of its loops. */
interface Frame {
  readonly slots: unknown[];
  turns: number;
}

/** @throws EvaluationFailure when an evaluation has taken more than its steps */
function charge(frame: Frame, steps: number): void {
  frame.turns += steps;
  if (frame.turns > maxLoopTurns) throw new EvaluationFailure(`it takes more than ${maxLoopTurns} steps`);
}

/** Characters or elements that one step stands for. */
const perStep = 64;

/** Of what goes through a text or a list: what is short is free. */
export function chargeFor(frame: Frame, length: number): void {
  if (length > perStep) charge(frame, Math.ceil(length / perStep));
}

/** A compiled expression; throws EvaluationFailure where it has no value. */
export type Run = (frame: Frame) => unknown;

/** One of the macros. Unlike CEL's, `all` and `exists` do not look past an element that has no value. */
export function loop(name: Macro, from: Run, slot: number, inner: Run): Run {
  return (frame) => {
    const value = from(frame) as readonly unknown[] | Readonly<Record<string, unknown>>;
    const elements: readonly unknown[] = Array.isArray(value) ? value : Object.keys(value).sort();
    const results: unknown[] = [];
    let found = 0;
    for (const element of elements) {
      charge(frame, 1);
      frame.slots[slot] = element;
      const result = inner(frame);
      if (name === 'map') results.push(result);
      else if (name === 'filter' && result) results.push(element);
      else if (name === 'exists' && result) return true;
      else if (name === 'all' && !result) return false;
      else if (result) found++;
    }
    if (name === 'map' || name === 'filter') return results;
    return name === 'exists_one' ? found === 1 : name === 'all';
  };
}

type Comparable = string | number;
export const orderings = {
  '<':
    (a: Run, b: Run): Run =>
    (frame) =>
      (a(frame) as Comparable) < (b(frame) as Comparable),
  '<=':
    (a: Run, b: Run): Run =>
    (frame) =>
      (a(frame) as Comparable) <= (b(frame) as Comparable),
  '>':
    (a: Run, b: Run): Run =>
    (frame) =>
      (a(frame) as Comparable) > (b(frame) as Comparable),
  '>=':
    (a: Run, b: Run): Run =>
    (frame) =>
      (a(frame) as Comparable) >= (b(frame) as Comparable),
};

export const calculations = {
  '+': (a: number, b: number, whole: boolean) => checked(a + b, whole),
  '-': (a: number, b: number, whole: boolean) => checked(a - b, whole),
  '*': (a: number, b: number, whole: boolean) => checked(a * b, whole),
  '/': (a: number, b: number, whole: boolean) => (whole ? checked(Math.trunc(a / nonZero(b)), true) : a / b),
  '%': (a: number, b: number) => a % nonZero(b),
};

/** Whole numbers stay exact, as CEL's 64-bit ones do, or have no value. */
function checked(value: number, whole: boolean): number {
  if (whole && !Number.isSafeInteger(value)) throw new EvaluationFailure('a number is too large');
  return value;
}

function nonZero(value: number): number {
  if (value === 0) throw new EvaluationFailure('division by zero');
  return value;
}

export function deepEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((element, index) => deepEqual(element, b[index]));
  }
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
    const keys = Object.keys(left);
    const same = (key: string) => Object.hasOwn(right, key) && deepEqual(left[key], right[key]);
    return keys.length === Object.keys(right).length && keys.every(same);
  }
  return a === b;
}
