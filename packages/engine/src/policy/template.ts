import { compileExpression, type Expression } from './cel-compile.ts';
import type { ExpressionProblem } from './cel-parse.ts';
import type { ParseExpression } from './cel-tree.ts';
import { type CelType, typeName } from './cel-types.ts';

const maxTemplateLength = 2000;
/** Elements of a list that a message names. */
const maxListed = 5;
/** Characters of one value in a message. */
const maxValueLength = 200;

/** A message with expressions in it, checked against the variables of its scope. */
export interface Template {
  /** the fields that it names, sorted */
  readonly reads: readonly string[];
  /**
   * The text, on one line. Long lists and texts are shortened, control characters replaced, what is unknown is called so.
   *
   * @throws EvaluationFailure as its expressions do
   */
  render(values: readonly unknown[]): string;
}

/**
 * Reads `{finding.id} in {finding.package.name}`: CEL expressions in braces; `{{` and `}}` are braces.
 *
 * @returns the template, or everything that is wrong with it
 */
export function compileTemplate(
  text: string,
  variables: Readonly<Record<string, CelType>>,
  parse: ParseExpression,
): Template | readonly ExpressionProblem[] {
  if (text.length > maxTemplateLength) {
    return [{ offset: 0, message: `the message has ${text.length} characters; ${maxTemplateLength} are allowed` }];
  }
  const parts: (string | Expression)[] = [];
  const problems: ExpressionProblem[] = [];
  for (const { offset, literal, expression } of split(text)) {
    if (literal !== undefined) {
      parts.push(literal);
      continue;
    }
    if (expression === undefined) {
      problems.push({ offset, message: 'a brace without its partner; write {{ or }} for the character itself' });
      continue;
    }
    const compiled = compileExpression(expression, variables, parse);
    if (!('type' in compiled)) {
      problems.push(...compiled.map((problem) => ({ ...problem, offset: offset + problem.offset })));
    } else if (!isPrintable(compiled.type)) {
      problems.push({ offset, message: `a message cannot hold ${typeName(compiled.type)}; name one of its fields` });
    } else {
      parts.push(compiled);
    }
  }
  if (problems.length > 0) return problems;
  const reads = parts.flatMap((part) => (typeof part === 'string' ? [] : part.reads));
  return {
    reads: [...new Set(reads)].sort(),
    render: (values) => parts.map((part) => (typeof part === 'string' ? part : show(part.evaluate(values)))).join(''),
  };
}

interface Part {
  readonly offset: number;
  readonly literal?: string;
  /** neither: a lone brace */
  readonly expression?: string;
}

function* split(text: string): Generator<Part> {
  for (const match of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    const [part, expression] = match;
    if (expression !== undefined) yield { offset: match.index + 1, expression };
    else if (part === '{{' || part === '}}') yield { offset: match.index, literal: part.charAt(0) };
    else if (part === '{' || part === '}') yield { offset: match.index };
    else yield { offset: match.index, literal: part.replace(/\s+/g, ' ') };
  }
}

function isPrintable(type: CelType): boolean {
  return type.kind === 'list' ? isPrintable(type.of) : type.kind !== 'object' && type.kind !== 'map';
}

function show(value: unknown): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return 'none';
    const shown = value.slice(0, maxListed).map(show).join(', ');
    return value.length > maxListed ? `${shown} and ${value.length - maxListed} more` : shown;
  }
  if (typeof value === 'string') return value === '' ? 'unknown' : oneLine(value);
  if (typeof value === 'number' && Number.isNaN(value)) return 'unknown';
  return String(value);
}

/** Values come from images: nothing in them may move a terminal's cursor or turn the direction of writing. */
function oneLine(text: string): string {
  const shown = text.length > maxValueLength ? `${text.slice(0, maxValueLength)}…` : text;
  return shown.replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}
