import type { ASTNode } from '@marcbachmann/cel-js';
import { type Compiled, type Compiling, maxLoopDepth } from './cel-compiling.ts';
import { type CelFunction, functions, type Macro, macros, methods } from './cel-functions.ts';
import { chargeFor, loop, type Run } from './cel-operators.ts';
import { bool, list, string, typeName } from './cel-types.ts';
import { suggestion } from './nearest.ts';
import { regularExpression } from './regular-expressions.ts';

/* Functions, methods and macros. */

export function compileCall(compiler: Compiling, node: ASTNode, name: string, args: readonly ASTNode[]): Compiled {
  if (name === 'has') return has(compiler, node, args);
  return apply(compiler, node.start, name, functions, args);
}

export function compileMethod(
  compiler: Compiling,
  name: string,
  receiver: ASTNode,
  args: readonly ASTNode[],
): Compiled {
  const offset = receiver.end + 1;
  if (isMacro(name)) return macro(compiler, offset, name, receiver, args);
  return apply(compiler, offset, name, methods, [receiver, ...args]);
}

function apply(
  compiler: Compiling,
  offset: number,
  name: string,
  known: readonly CelFunction[],
  args: readonly ASTNode[],
): Compiled {
  const called = known.find((each) => each.name === name);
  if (called === undefined) {
    const names =
      known === methods ? [...methods.map((each) => each.name), ...macros] : functions.map((each) => each.name);
    return compiler.problem(offset, `unknown function "${name}"${suggestion(name, names)}`);
  }
  const compiled = args.map((each) => compiler.compile(each));
  const fits =
    compiled.length === called.parameters.length &&
    compiled.every(({ type }, index) => type.kind === 'any' || called.parameters[index]!(type));
  if (!fits) {
    const given = compiled.map(({ type }) => typeName(type)).join(', ');
    return compiler.problem(offset, `${name}() does not take (${given})`);
  }
  const pattern = name === 'matches' ? literal(args[1]) : undefined;
  if (pattern !== undefined) {
    const wrong = notRegular(pattern);
    if (wrong !== null) return compiler.problem(args[1]!.start, wrong);
  }
  const [first, second, third] = compiled.map((each) => each.run);
  const call = called.run as (a: unknown, b: unknown, c: unknown) => unknown;
  const mayFail = called.mayFail === true || compiled.some((each) => each.mayFail);
  const run: Run = (frame) => call(first?.(frame), second?.(frame), third?.(frame));
  if (called.reads === undefined) return { type: called.result, mayFail, run };
  const { reads } = called;
  const charged: Run = (frame) => {
    const value = first?.(frame);
    chargeFor(frame, reads(value as never));
    return call(value, second?.(frame), third?.(frame));
  };
  return { type: called.result, mayFail: true, run: charged };
}

function literal(node: ASTNode | undefined): string | undefined {
  return node?.op === 'value' && typeof node.args === 'string' ? node.args : undefined;
}

/** What is wrong with it, found when the policy is loaded rather than on an image; null: nothing. */
function notRegular(pattern: string): string | null {
  try {
    regularExpression(pattern);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Typed fields are always there: `has` is for the entries of a map. */
function has(compiler: Compiling, node: ASTNode, args: readonly ASTNode[]): Compiled {
  const [field] = args;
  if (args.length !== 1 || field?.op !== '.')
    return compiler.problem(node.start, 'has() takes one field: has(config.labels.owner)');
  const from = compiler.compile(field.args[0]);
  if (from.type.kind === 'any') return from;
  if (from.type.kind !== 'map') {
    return compiler.problem(
      node.start,
      'has() is for entries of a map such as config.labels; other fields are always there',
    );
  }
  const key = field.args[1];
  return { type: bool, mayFail: from.mayFail, run: (frame) => Object.hasOwn(from.run(frame) as object, key) };
}

function macro(
  compiler: Compiling,
  offset: number,
  name: Macro,
  receiver: ASTNode,
  args: readonly ASTNode[],
): Compiled {
  const from = compiler.compile(receiver);
  const [variable, body] = args;
  if (args.length !== 2 || variable?.op !== 'id' || body === undefined) {
    return compiler.problem(offset, `${name}() takes a name and an expression: ${name}(x, x != "")`);
  }
  if (from.type.kind !== 'list' && from.type.kind !== 'map') {
    if (from.type.kind === 'any') return from;
    return compiler.problem(offset, `${name}() needs list or map, this is ${typeName(from.type)}`);
  }
  const element = from.type.kind === 'list' ? from.type.of : string;
  const { slot, inner } = compiler.inLoop(variable.args, element, () =>
    name === 'map' ? compiler.compile(body) : compiler.expect(body, bool, `${name}()`),
  );
  if (slot === null) return compiler.problem(offset, `${name}() is nested more than ${maxLoopDepth} deep`);
  const type = name === 'map' ? list(inner.type) : name === 'filter' ? list(element) : bool;
  return { type, mayFail: true, run: loop(name, from.run, slot, inner.run) };
}

function isMacro(name: string): name is Macro {
  return macros.some((macro) => macro === name);
}
