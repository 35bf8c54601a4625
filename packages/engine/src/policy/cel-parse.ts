import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';

/** Characters of one expression; also bounds how deep the parser can recurse. */
const maxExpressionLength = 2000;

/** What is wrong with an expression. `offset` counts characters from its start. */
export interface ExpressionProblem {
  readonly offset: number;
  readonly message: string;
}

const grammar = new Environment({
  unlistedVariablesAreDyn: true,
  limits: { maxAstNodes: 500, maxDepth: 50, maxListElements: 200, maxMapEntries: 10, maxCallArguments: 8 },
});

/**
 * Reads an expression into its tree. The grammar is CEL's; the types are not looked at.
 *
 * @see https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax
 */
export function parseExpression(text: string): ASTNode | ExpressionProblem {
  if (text.length > maxExpressionLength) {
    return { offset: 0, message: `the expression has ${text.length} characters; ${maxExpressionLength} are allowed` };
  }
  try {
    return grammar.parse(text).ast;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const offset = error.range?.start ?? 0;
    return { offset, message: `the expression cannot be read: ${plain(error.summary)}${hint(text, offset)}` };
  }
}

/** The parser names its tokens; people know them by their looks. */
function plain(summary: string): string {
  return summary
    .replace('Unexpected token: EOF', 'it ends too early')
    .replace('got EOF', 'but it ends')
    .replace(/^Reserved identifier: package$/, '"package" is a reserved word (in scope package the variable is pkg)');
}

/** What other languages write and this one does not, by what it writes instead. */
const foreign: readonly (readonly [RegExp, string])[] = [
  [/^and\b/i, '&&'],
  [/^or\b/i, '||'],
  [/^not\b/i, '!'],
  [/^is\b/i, '=='],
  [/^=/, '=='],
  [/^<>/, '!='],
  [/^&/, '&&'],
  [/^\|/, '||'],
  [/^[“”„«»]/, '"'],
];

/** The parser stops within or right behind a foreign word: what is looked at is the word or sign from its start. */
function hint(text: string, offset: number): string {
  const before = /(?:[a-z]*\s*|<)$/i.exec(text.slice(0, offset))?.[0] ?? '';
  for (const start of [offset, offset - before.length]) {
    const known = foreign.find(([pattern]) => pattern.test(text.slice(start)));
    if (known !== undefined) return `; write ${known[1]}`;
  }
  return '';
}
