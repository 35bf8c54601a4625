import type { ASTNode } from '@marcbachmann/cel-js';
import { compileTree } from './cel-compile.ts';
import { parseExpression } from './cel-parse.ts';
import { isDate } from './days.ts';

/** Fields that hold dates, `YYYY-MM-DD` with or without a time, or nothing, by the last part of their name. */
const dates: ReadonlySet<string> = new Set([
  'published',
  'since',
  'kevDateAdded',
  'kevDueDate',
  'created',
  'endOfLife',
]);

/**
 * What the author of a condition may not have meant: that it, or a part of it, says the same of everything, and dates that are
 * none. `true` alone is meant: every secret, every file of these names.
 *
 * @param condition an expression that was found right
 */
export function constantDoubts(id: string, condition: string): readonly string[] {
  const tree = parseExpression(condition);
  if ('message' in tree) return [];
  const wrongDates = comparisonsIn(tree)
    .flatMap(([field, text]) => (isDateLike(text) ? [] : `compares ${field} with "${text}", which is no date`))
    .map((doubt) => `rule "${id}" ${doubt}`);
  const whole = truthOf(tree);
  if (whole === undefined) return [...constantParts(tree, condition, id), ...wrongDates];
  if (tree.op === 'value' && whole) return [];
  const meaning = whole ? 'is broken by everything that it looks at' : 'is never broken';
  return [`rule "${id}" ${meaning}: its condition is always ${whole}`, ...wrongDates];
}

/** The largest parts that are so, in their order. */
function constantParts(node: ASTNode, condition: string, id: string): readonly string[] {
  return operandsOf(node).flatMap((operand) => {
    const value = truthOf(operand);
    if (value === undefined) return constantParts(operand, condition, id);
    return `rule "${id}": the part ${condition.slice(operand.start, operand.end)} is always ${value}`;
  });
}

/** Undefined: it depends on something. */
function truthOf(node: ASTNode): boolean | undefined {
  const [a, b, c] = operandsOf(node).map(truthOf);
  switch (node.op) {
    case '&&':
      return a === false || b === false ? false : a && b;
    case '||':
      return a === true || b === true ? true : a === undefined ? undefined : b;
    case '!_':
      return a === undefined ? undefined : !a;
    case '?:':
      return a === undefined ? undefined : a ? b : c;
    default:
      return constant(node);
  }
}

/** Of what has a meaning without any variable. */
function constant(node: ASTNode): boolean | undefined {
  const compiled = compileTree(node, {});
  if (!('type' in compiled) || compiled.type.kind !== 'bool') return undefined;
  try {
    return compiled.evaluate([]) === true;
  } catch {
    // it has no value at all, which a scan tells
    return undefined;
  }
}

/** Of operators that combine truths. */
function operandsOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case '&&':
    case '||':
    case '?:':
      return node.args;
    case '!_':
      return [node.args];
    default:
      return [];
  }
}

/** Fields that hold dates, with the texts that they are compared with outside loops. */
function comparisonsIn(node: ASTNode): readonly (readonly [field: string, text: string])[] {
  switch (node.op) {
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const [one, other] = node.args;
      return [...compared(one, other), ...compared(other, one)];
    }
    default:
      return operandsOf(node).flatMap(comparisonsIn);
  }
}

function compared(field: ASTNode, text: ASTNode): readonly (readonly [string, string])[] {
  const path = pathOf(field);
  if (text.op !== 'value' || typeof text.args !== 'string' || path === undefined) return [];
  return dates.has(path.slice(path.lastIndexOf('.') + 1)) ? [[path, text.args]] : [];
}

function pathOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args;
  if (node.op !== '.') return undefined;
  const below = pathOf(node.args[0]);
  return below === undefined ? undefined : `${below}.${node.args[1]}`;
}

/** Also a year or month, with which dates can be compared, and the text of a date that is not known. */
function isDateLike(text: string): boolean {
  if (text === '') return true;
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T.*)?)?)?$/.exec(text);
  return match !== null && isDate(`${match[1]}-${match[2] ?? '01'}-${match[3] ?? '01'}`);
}
