import type { ASTNode } from '@marcbachmann/cel-js';
import type { Expression } from './cel-compile.ts';

/** What the first variable of an expression goes through: things at places, looked at one after the other. */
export interface Rows {
  /** makes the first variable this one */
  look(place: number): void;
  /** of a field of the first variable, `finding.risk.kev` */
  column(path: string): Column;
  /** as many as a column can have of different values, and one more; whoever takes it finds zeros */
  emptyAnswers(): Uint8Array;
  /** as long as there are places, to be written over: arrays that grow leave three times as much memory touched */
  readonly draft: number[];
}

/** A field of all things: each of its values has a number. */
export interface Column {
  /** by place; 0: not read yet */
  readonly numbers: Uint32Array;
  /** @returns the number of the value at a place, which is looked at then */
  read(place: number): number;
  /** where each value was found first, by its number less one; null while there are places that were not read */
  values(): readonly number[] | null;
}

/**
 * Those of the places for which an expression is true, in their order.
 *
 * @throws EvaluationFailure as asking one after the other would
 */
export type Selection = (rows: Rows, values: readonly unknown[], places: readonly number[]) => readonly number[];

/**
 * Asks an expression about many things at once. What `&&`, `||` and `!` join is asked part by part, of those things that the
 * other parts leave undecided; and a part that names one field alone is asked once for each value that this field has:
 * thousands of findings have few severities, scores and dates. A field has no other value while a rule is judged, and a part
 * that fails fails at the first thing for which nothing else decides, as it does one by one.
 *
 * @param compile a part of the tree
 * @param moving name of the first variable
 */
export function compileSelection(
  tree: ASTNode,
  compile: (node: ASTNode) => Expression,
  moving: string,
): { readonly select: Selection; readonly mayFail: boolean } {
  if (tree.op === '!_') {
    const { select, mayFail } = compileSelection(tree.args, compile, moving);
    return { mayFail, select: (rows, values, places) => without(places, select(rows, values, places)) };
  }
  if (tree.op !== '&&' && tree.op !== '||') {
    const part = compile(tree);
    return { mayFail: part.mayFail, select: ofPart(part, moving) };
  }
  const [left, right] = tree.args.map((each) => compileSelection(each, compile, moving)) as [Joined, Joined];
  // where both may have no value, which of them fails first is seen by asking one thing after the other
  if (left.mayFail && right.mayFail) return { mayFail: true, select: oneByOne(compile(tree)) };
  // it does not matter that one side has no value when the other decides
  const [first, second] = left.mayFail ? [right, left] : [left, right];
  const select: Selection =
    tree.op === '&&'
      ? (rows, values, places) => second.select(rows, values, first.select(rows, values, places))
      : (rows, values, places) => {
          const some = first.select(rows, values, places);
          return merged(places, some, second.select(rows, values, without(places, some)));
        };
  return { mayFail: second.mayFail, select };
}

type Joined = ReturnType<typeof compileSelection>;

function ofPart(part: Expression, moving: string): Selection {
  const fields = part.reads.filter((read) => read.startsWith(`${moving}.`));
  const [field] = fields;
  if (field === undefined) {
    return (rows, values, places) => {
      if (places.length === 0) return places;
      rows.look(places[0]!);
      return part.evaluate(values) === true ? places : [];
    };
  }
  return fields.length === 1 ? byValue(part, field) : oneByOne(part);
}

/** Values that are asked one by one whether they all get the same answer: exploited, nothing is in most images. */
const maxFewValues = 4;

function byValue(part: Expression, field: string): Selection {
  return (rows, values, places) => {
    const column = rows.column(field);
    const known = part.mayFail ? null : column.values();
    if (known !== null && known.length <= maxFewValues) {
      const answers = known.map((place) => {
        rows.look(place);
        return part.evaluate(values) === true;
      });
      if (!answers.includes(false)) return places;
      if (!answers.includes(true)) return [];
    }
    const { numbers } = column;
    const answers = rows.emptyAnswers();
    const { draft } = rows;
    let count = 0;
    for (let at = 0; at < places.length; at++) {
      const place = places[at]!;
      const number = numbers[place] || column.read(place);
      let answer = answers[number]!;
      if (answer === 0) {
        rows.look(place);
        answer = part.evaluate(values) === true ? 2 : 1;
        answers[number] = answer;
      }
      if (answer === 2) draft[count++] = place;
    }
    return draft.slice(0, count);
  };
}

function oneByOne(part: Expression): Selection {
  return (rows, values, places) =>
    places.filter((place) => {
      rows.look(place);
      return part.evaluate(values) === true;
    });
}

/** @param some of the places, in their order */
function without(places: readonly number[], some: readonly number[]): readonly number[] {
  if (some.length === 0) return places;
  const rest: number[] = [];
  let next = 0;
  for (let at = 0; at < places.length; at++) {
    const place = places[at]!;
    if (next < some.length && some[next] === place) next++;
    else rest.push(place);
  }
  return rest;
}

/** Two parts of the places, in the order of all. */
function merged(places: readonly number[], some: readonly number[], others: readonly number[]): readonly number[] {
  if (others.length === 0) return some;
  if (some.length === 0) return others;
  const both: number[] = [];
  let [one, other] = [0, 0];
  for (let at = 0; at < places.length; at++) {
    const place = places[at]!;
    if (one < some.length && some[one] === place) one++;
    else if (other < others.length && others[other] === place) other++;
    else continue;
    both.push(place);
  }
  return both;
}
