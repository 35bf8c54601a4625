import type { ASTNode } from '@marcbachmann/cel-js';
import { compileArithmetic, compileEquality, compileIn, compileOrder } from './cel-binary.ts';
import { compileCall, compileMethod } from './cel-calls.ts';
import { type Compiled, type Compiling, maxLoopDepth } from './cel-compiling.ts';
import { EvaluationFailure } from './cel-functions.ts';
import { maxLoopTurns, type Run } from './cel-operators.ts';
import type { ExpressionProblem } from './cel-parse.ts';
import { compileSelection, type Selection } from './cel-selection.ts';
import type { ParseExpression } from './cel-tree.ts';
import { any, bool, type CelType, double, int, isNumber, list, string, typeName, unify } from './cel-types.ts';
import { suggestion } from './nearest.ts';

/** An expression that was checked against its variables. */
export interface Expression {
  readonly type: CelType;
  /** the fields that it names, as `finding.risk.kev`, sorted */
  readonly reads: readonly string[];
  /** whether `evaluate` may throw */
  readonly mayFail: boolean;
  /**
   * The value; `values` in the order of the variables. Numbers are JavaScript numbers, lists arrays, maps objects.
   *
   * @throws EvaluationFailure when it has none (division by zero, absent label, more loop turns than the limit)
   */
  evaluate(values: readonly unknown[]): unknown;
  /** those of many things for which it is true, see `compileSelection`; the first of the variables moves over them */
  readonly select: Selection;
}

/**
 * Checks a CEL expression against typed variables and makes closures of it. CEL as specified but for what follows:
 * int and double may be mixed, comparing them by value; there are no null, bytes, uint, timestamps, and no `matches`,
 * whose regular expressions may take exponential time (`glob(text, pattern)` instead); comparing a field that has a
 * fixed set of values (`finding.severity`) with any other text is an error, since it can only be a mistake.
 *
 * @returns the expression, or everything that is wrong with it
 * @see https://github.com/google/cel-spec/blob/master/doc/langdef.md
 */
export function compileExpression(
  text: string,
  variables: Readonly<Record<string, CelType>>,
  parse: ParseExpression,
): Expression | readonly ExpressionProblem[] {
  const tree = parse(text);
  return 'message' in tree ? [tree] : compileTree(tree, variables);
}

/** The same of a part of an expression. */
export function compileTree(
  tree: ASTNode,
  variables: Readonly<Record<string, CelType>>,
): Expression | readonly ExpressionProblem[] {
  const compiler = new Compiler(variables);
  const compiled = compiler.compile(tree);
  if (compiler.problems.length > 0) return compiler.problems;
  const { type, run } = compiled;
  let selection: { readonly select: Selection } | undefined;
  // one frame for all evaluations, which never overlap: a policy of fifty rules asks each of thousands of findings
  const frame: { slots: unknown[]; turns: number } = { slots: [], turns: 0 };
  return {
    type,
    reads: [...compiler.reads].sort(),
    mayFail: compiled.mayFail,
    evaluate: (values) => {
      // variables of loops get slots of their own
      frame.slots = compiler.hasLoops ? [...values] : (values as unknown[]);
      frame.turns = 0;
      return run(frame);
    },
    // most expressions are asked of one thing
    select: (...asked) => {
      selection ??= compileSelection(tree, (part) => partOf(part, variables), Object.keys(variables)[0] ?? '');
      return selection.select(...asked);
    },
  };
}

function partOf(tree: ASTNode, variables: Readonly<Record<string, CelType>>): Expression {
  const part = compileTree(tree, variables);
  if (!('type' in part)) throw new Error('a part of an expression that is right cannot be wrong');
  return part;
}

interface Fields {
  readonly [name: string]: Fields;
}

/** `finding.risk.kev` in one step, instead of one for each name. */
function fieldOf(slot: number, path: string): Run {
  const [, a = '', b, c] = path.split('.');
  const of = ({ slots }: { readonly slots: readonly unknown[] }) => slots[slot] as Fields;
  if (b === undefined) return (frame) => of(frame)[a];
  if (c === undefined) return (frame) => of(frame)[a]![b];
  const rest = path.split('.').slice(3);
  if (rest.length === 1) return (frame) => of(frame)[a]![b]![c];
  return (frame) => rest.reduce<Fields>((value, name) => value[name]!, of(frame)[a]![b]!);
}

class Compiler implements Compiling {
  readonly problems: ExpressionProblem[] = [];
  readonly reads = new Set<string>();
  readonly #variables = new Map<string, { readonly slot: number; readonly type: CelType; readonly loop: boolean }>();
  #slots: number;
  #loopDepth = 0;
  hasLoops = false;

  constructor(variables: Readonly<Record<string, CelType>>) {
    const entries = Object.entries(variables);
    for (const [slot, [name, type]] of entries.entries()) this.#variables.set(name, { slot, type, loop: false });
    this.#slots = entries.length;
  }

  compile(node: ASTNode): Compiled {
    switch (node.op) {
      case 'value':
        return this.#literal(node, node.args);
      case 'id':
        return this.#variable(node, node.args);
      case '.':
        return this.#select(node, node.args[0], node.args[1]);
      case '[]':
        return this.#index(node, node.args[0], node.args[1]);
      case 'call':
        return compileCall(this, node, node.args[0], node.args[1]);
      case 'rcall':
        return compileMethod(this, node.args[0], node.args[1], node.args[2]);
      case 'list':
        return this.#list(node, node.args);
      case '?:':
        return this.#conditional(node, node.args);
      case '&&':
      case '||':
        return this.#logic(node.op, node.args);
      case '!_': {
        const operand = this.expect(node.args, bool, '!');
        return { type: bool, mayFail: operand.mayFail, run: (frame) => !operand.run(frame) };
      }
      case '-_': {
        const operand = this.number(node.args, '-');
        return { type: operand.type, mayFail: operand.mayFail, run: (frame) => -(operand.run(frame) as number) };
      }
      case '==':
      case '!=':
        return compileEquality(this, node, node.op, node.args);
      case '<':
      case '<=':
      case '>':
      case '>=':
        return compileOrder(this, node, node.op, node.args);
      case 'in':
        return compileIn(this, node, node.args);
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
        return compileArithmetic(this, node, node.op, node.args);
      default:
        return this.problem(
          node.start,
          `${node.op === 'map' ? 'a map literal' : `"${node.op}"`} is not supported here`,
        );
    }
  }

  inLoop(name: string, type: CelType, body: () => Compiled): ReturnType<Compiling['inLoop']> {
    if (this.#loopDepth === maxLoopDepth) return { slot: null, inner: undefined };
    const slot = this.#slots++;
    this.hasLoops = true;
    const shadowed = this.#variables.get(name);
    this.#variables.set(name, { slot, type, loop: true });
    this.#loopDepth++;
    const inner = body();
    this.#loopDepth--;
    if (shadowed) this.#variables.set(name, shadowed);
    else this.#variables.delete(name);
    return { slot, inner };
  }

  problem(offset: number, message: string): Compiled {
    this.problems.push({ offset, message });
    return { type: any, run: () => undefined, mayFail: false };
  }

  expect(node: ASTNode, type: CelType, operator: string): Compiled {
    const compiled = this.compile(node);
    if (compiled.type.kind === type.kind || compiled.type.kind === 'any') return compiled;
    return this.problem(node.start, `"${operator}" needs ${typeName(type)}, this is ${typeName(compiled.type)}`);
  }

  number(node: ASTNode, operator: string): Compiled {
    const compiled = this.compile(node);
    if (isNumber(compiled.type)) return compiled;
    return this.problem(node.start, `"${operator}" needs a number, this is ${typeName(compiled.type)}`);
  }

  #literal(node: ASTNode, value: unknown): Compiled {
    switch (typeof value) {
      case 'boolean':
        return { type: bool, run: () => value, mayFail: false };
      case 'string':
        return { type: string, run: () => value, mayFail: false };
      case 'number':
        return { type: double, run: () => value, mayFail: false };
      case 'bigint': {
        const number = Number(value);
        if (!Number.isSafeInteger(number)) return this.problem(node.start, `${value} is too large`);
        return { type: int, run: () => number, mayFail: false };
      }
      default:
        return this.problem(
          node.start,
          value === null
            ? 'no field is ever null; what may be unknown has a field beside it that says so (kevKnown, known, dateKnown)'
            : 'bytes and unsigned numbers are not supported',
        );
    }
  }

  #variable(node: ASTNode, name: string): Compiled {
    const variable = this.#variables.get(name);
    if (variable === undefined) {
      return this.problem(node.start, `unknown variable "${name}"${suggestion(name, [...this.#variables.keys()])}`);
    }
    const { slot, type, loop } = variable;
    const run: Run = (frame) => frame.slots[slot];
    if (!loop && type.kind !== 'object') this.reads.add(name);
    return loop ? { type, run, mayFail: false } : { type, run, path: name, mayFail: false };
  }

  #select(node: ASTNode, receiver: ASTNode, field: string): Compiled {
    const from = this.compile(receiver);
    const offset = node.end - field.length;
    if (from.type.kind === 'any') return from;
    if (from.type.kind === 'map') return this.#entry(from, from.type.of, () => field);
    const what = from.path ?? typeName(from.type);
    if (from.type.kind !== 'object') {
      return this.problem(offset, `${what} is ${typeName(from.type)} and has no field "${field}"`);
    }
    const fields = from.type.fields;
    const type = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (type === undefined) {
      return this.problem(offset, `unknown field "${field}" of ${what}${suggestion(field, Object.keys(fields))}`);
    }
    if (from.path === undefined) {
      const run: Run = (frame) => (from.run(frame) as Record<string, unknown>)[field];
      return { type, run, mayFail: from.mayFail };
    }
    const path = `${from.path}.${field}`;
    if (type.kind !== 'object') this.reads.add(path);
    return {
      type,
      run: fieldOf(this.#variables.get(path.split('.', 1)[0]!)?.slot ?? 0, path),
      path,
      mayFail: from.mayFail,
    };
  }

  /** A map's entry; an absent key has no value. */
  #entry(from: Compiled, type: CelType, key: Run): Compiled {
    const run: Run = (frame) => {
      const entries = from.run(frame) as Record<string, unknown>;
      const name = key(frame) as string;
      if (!Object.hasOwn(entries, name))
        throw new EvaluationFailure(`there is no "${name}" in ${from.path ?? 'the map'}`);
      return entries[name];
    };
    return { type, run, mayFail: true };
  }

  #index(node: ASTNode, receiver: ASTNode, index: ASTNode): Compiled {
    const from = this.compile(receiver);
    if (from.type.kind === 'map') return this.#entry(from, from.type.of, this.expect(index, string, '[]').run);
    if (from.type.kind !== 'list') {
      if (from.type.kind === 'any') return from;
      return this.problem(node.start, `"[]" needs list or map, this is ${typeName(from.type)}`);
    }
    const at = this.number(index, '[]');
    const run: Run = (frame) => {
      const elements = from.run(frame) as readonly unknown[];
      const position = at.run(frame) as number;
      if (!(position in elements))
        throw new EvaluationFailure(`a list of ${elements.length} has no element ${position}`);
      return elements[position];
    };
    return { type: from.type.of, run, mayFail: true };
  }

  #list(node: ASTNode, elements: readonly ASTNode[]): Compiled {
    const compiled = elements.map((element) => this.compile(element));
    const of = compiled.reduce<CelType | undefined>((type, element) => type && unify(type, element.type), any);
    if (of === undefined) return this.problem(node.start, 'the elements of a list must be of one type');
    const mayFail = compiled.some((element) => element.mayFail);
    if (elements.every((element) => element.op === 'value')) {
      const value = compiled.map((element) => element.run({ slots: [], turns: 0 }));
      return { type: list(of), run: () => value, mayFail };
    }
    return { type: list(of), run: (frame) => compiled.map((element) => element.run(frame)), mayFail };
  }

  #conditional(node: ASTNode, [condition, then, otherwise]: readonly [ASTNode, ASTNode, ASTNode]): Compiled {
    const test = this.expect(condition, bool, '?:');
    const yes = this.compile(then);
    const no = this.compile(otherwise);
    const type = unify(yes.type, no.type);
    if (type === undefined) {
      return this.problem(node.start, `"?:" gives ${typeName(yes.type)} or ${typeName(no.type)}; it must be one type`);
    }
    const mayFail = test.mayFail || yes.mayFail || no.mayFail;
    return { type, mayFail, run: (frame) => (test.run(frame) ? yes.run(frame) : no.run(frame)) };
  }

  #logic(operator: '&&' | '||', [a, b]: readonly [ASTNode, ASTNode]): Compiled {
    const left = this.expect(a, bool, operator);
    const right = this.expect(b, bool, operator);
    const decisive = operator === '||';
    if (!left.mayFail) {
      const run: Run = decisive
        ? (frame) => left.run(frame) || right.run(frame)
        : (frame) => left.run(frame) && right.run(frame);
      return { type: bool, mayFail: right.mayFail, run };
    }
    // CEL: when one side decides, it does not matter that the other has no value
    const run: Run = (frame) => {
      let value: unknown;
      try {
        value = left.run(frame);
      } catch (error) {
        if (!(error instanceof EvaluationFailure) || frame.turns > maxLoopTurns) throw error;
        if (right.run(frame) === decisive) return decisive;
        throw error;
      }
      return value === decisive ? decisive : right.run(frame);
    };
    return { type: bool, mayFail: true, run };
  }
}
