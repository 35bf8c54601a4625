import type { ASTNode } from '@marcbachmann/cel-js';
import { compileTree, type Expression } from '../cel-compile.ts';
import { EvaluationFailure } from '../cel-functions.ts';
import { parseExpression } from '../cel-parse.ts';
import type { CelType } from '../cel-types.ts';
import type { ExplainedClause } from '../types.ts';
import { shown } from './shown-value.ts';

/** A condition that was taken apart: what `&&`, `||`, `!` and `? :` join, and what they join. */
type Part =
  | { readonly kind: 'and' | 'or'; readonly whole: Expression; readonly parts: readonly Part[] }
  | { readonly kind: 'not'; readonly part: Part }
  | { readonly kind: 'if'; readonly whole: Expression; readonly parts: readonly [Part, Part, Part] }
  | { readonly kind: 'clause'; readonly clause: Clause };

interface Clause {
  readonly text: string;
  readonly whole: Expression;
  /** of a comparison, what is compared */
  readonly sides: readonly { readonly text: string; readonly side: Expression; readonly calculated: boolean }[];
  readonly fields: readonly { readonly name: string; readonly field: Expression }[];
  /** of `exists` and `all`: the elements that decide it */
  readonly elements: Expression | null;
}

/** Which parts of a condition made it true or false, each with the values that it saw. */
export type ExplainCondition = (values: readonly unknown[]) => readonly ExplainedClause[];

/** @param text of an expression that is known to be right */
export function explainCondition(text: string, variables: Readonly<Record<string, CelType>>): ExplainCondition {
  const tree = parseExpression(text);
  if ('message' in tree) return () => [];
  const root = taken(tree, { text, variables });
  return (values) => {
    const clauses = deciding(root, values).map((clause) => explained(clause, values));
    return clauses.filter(({ text: is }, at) => clauses.findIndex((each) => each.text === is) === at);
  };
}

interface Source {
  readonly text: string;
  readonly variables: Readonly<Record<string, CelType>>;
}

function taken(node: ASTNode, source: Source): Part {
  switch (node.op) {
    case '&&':
    case '||': {
      const kind = node.op === '&&' ? 'and' : 'or';
      return { kind, whole: compiled(node, source), parts: node.args.map((each) => taken(each, source)) };
    }
    case '!_':
      return { kind: 'not', part: taken(node.args, source) };
    case '?:': {
      const [test, yes, no] = node.args;
      const parts = [taken(test, source), taken(yes, source), taken(no, source)] as const;
      return { kind: 'if', whole: compiled(test, source), parts };
    }
    default:
      return { kind: 'clause', clause: clauseOf(node, source) };
  }
}

const comparisons: readonly string[] = ['==', '!=', '<', '<=', '>', '>=', 'in'];
const arithmetic: readonly string[] = ['+', '-', '*', '/', '%'];

/** What is in files and in environment variables is never shown. */
const hidden: readonly string[] = ['file.content', 'config.variables'];

function clauseOf(node: ASTNode, source: Source): Clause {
  const whole = compiled(node, source);
  const secret = whole.reads.some((read) => hidden.includes(read));
  const operands = comparisons.includes(node.op) && !secret ? (node.args as readonly ASTNode[]) : [];
  return {
    text: source.text.slice(node.start, node.end).replace(/\s+/g, ' ').trim(),
    whole,
    sides: operands.map((operand) => ({
      text: source.text.slice(operand.start, operand.end).replace(/\s+/g, ' ').trim(),
      side: compiled(operand, source),
      calculated: arithmetic.includes(operand.op),
    })),
    fields: whole.reads
      .filter((name) => !hidden.includes(name))
      .map((name) => ({ name, field: compiled(fieldNode(name), source) })),
    elements: secret ? null : elementsOf(node, source),
  };
}

/** `packages.exists(p, …)`: those that it holds for; of `all` those that it does not hold for. */
function elementsOf(node: ASTNode, source: Source): Expression | null {
  if (node.op !== 'rcall') return null;
  const [name, receiver, args] = node.args;
  if (name !== 'exists' && name !== 'exists_one' && name !== 'all') return null;
  const [variable, body] = args;
  if (variable === undefined || body === undefined) return null;
  const wanted = name === 'all' ? made('!_', body, body) : body;
  return compiled(made('rcall', ['filter', receiver, [variable, wanted]], node), source);
}

function fieldNode(name: string): ASTNode {
  const tree = parseExpression(name);
  if ('message' in tree) throw new Error(`${name} is no field`);
  return tree;
}

function made(op: ASTNode['op'], args: unknown, place: ASTNode): ASTNode {
  return { op, args, start: place.start, end: place.end } as ASTNode;
}

function compiled(node: ASTNode, { variables }: Source): Expression {
  const expression = compileTree(node, variables);
  if (!('type' in expression)) throw new Error('a part of a condition that is right cannot be wrong');
  return expression;
}

/** Undefined: it has no value. */
function answer(expression: Expression, values: readonly unknown[]): unknown {
  try {
    return expression.evaluate(values);
  } catch (error) {
    if (error instanceof EvaluationFailure) return undefined;
    throw error;
  }
}

function truth(part: Part, values: readonly unknown[]): unknown {
  if (part.kind === 'clause') return answer(part.clause.whole, values);
  if (part.kind === 'not') {
    const value = truth(part.part, values);
    return typeof value === 'boolean' ? !value : value;
  }
  if (part.kind === 'if') return truth(chosen(part, values), values);
  return answer(part.whole, values);
}

function chosen({ whole, parts }: Extract<Part, { kind: 'if' }>, values: readonly unknown[]): Part {
  return answer(whole, values) === true ? parts[1] : parts[2];
}

/** Of `a && b` that is false those that are false, of `a || b` that is true those that are true; else all. */
function deciding(part: Part, values: readonly unknown[]): readonly Clause[] {
  switch (part.kind) {
    case 'clause':
      return [part.clause];
    case 'not':
      return deciding(part.part, values);
    case 'if':
      return [...deciding(part.parts[0], values), ...deciding(chosen(part, values), values)];
    default: {
      const decisive = part.kind === 'or';
      const value = truth(part, values);
      const some = value === decisive ? part.parts.filter((each) => truth(each, values) === decisive) : part.parts;
      return some.flatMap((each) => deciding(each, values));
    }
  }
}

const maxElements = 5;

function explained({ text, whole, sides, fields, elements }: Clause, values: readonly unknown[]): ExplainedClause {
  const value = answer(whole, values);
  const found = elements && answer(elements, values);
  const seen = fields.map(({ name, field }) => ({ name, value: shown(answer(field, values)) }));
  const calculated = sides
    .filter((side) => side.calculated)
    .map(({ text: is, side }) => ({ text: is, value: shown(answer(side, values)) }));
  return {
    text,
    holds: typeof value === 'boolean' ? value : null,
    values: seen,
    calculated,
    elements: Array.isArray(found) && found.length > 0 ? found.slice(0, maxElements).map(shown) : [],
    moreElements: Array.isArray(found) ? Math.max(0, found.length - maxElements) : 0,
  };
}
