import type { ASTNode } from '@marcbachmann/cel-js';
import type { ExpressionProblem } from './cel-parse.ts';

/** Reads an expression into its tree, as `parseExpression` does. */
export type ParseExpression = (text: string) => ASTNode | ExpressionProblem;

/** Trees of expressions by their texts, as JSON holds them: of each node what is compiled. */
export type PlainTrees = Readonly<Record<string, PlainPart>>;

type PlainPart =
  | { readonly op: string; readonly args: PlainPart; readonly start: number; readonly end: number }
  | { readonly int: string }
  | readonly PlainPart[]
  | string
  | number
  | boolean
  | null;

export function plainTree(tree: ASTNode): PlainPart {
  return plainPart(tree);
}

function plainPart(part: unknown): PlainPart {
  if (typeof part === 'bigint') return { int: String(part) };
  if (Array.isArray(part)) return part.map(plainPart);
  if (part === null || typeof part === 'string' || typeof part === 'boolean') return part;
  if (typeof part === 'number' && Number.isFinite(part) && !Object.is(part, -0)) return part;
  if (typeof part !== 'object' || !('op' in part)) throw new Error(`${String(part)} is nothing that JSON holds`);
  const { op, args, start, end } = part as ASTNode;
  return { op, args: plainPart(args), start, end };
}

/** What gives the trees of expressions that were parsed before. */
export function parserOf(trees: PlainTrees): ParseExpression {
  return (text) => {
    const tree = Object.hasOwn(trees, text) ? trees[text] : undefined;
    if (tree === undefined) throw new Error(`"${text}" was not parsed`);
    return treePart(tree) as ASTNode;
  };
}

function treePart(part: PlainPart): unknown {
  if (Array.isArray(part)) return part.map(treePart);
  if (part === null || typeof part !== 'object') return part;
  if ('int' in part) return BigInt(part.int);
  const { op, args, start, end } = part as Extract<PlainPart, { readonly op: string }>;
  return { op, args: treePart(args), start, end };
}
