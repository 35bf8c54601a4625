import type { ASTNode } from '@marcbachmann/cel-js';
import type { Compiled, Compiling } from './cel-compiling.ts';
import { calculations, chargeFor, deepEqual, orderings, type Run } from './cel-operators.ts';
import { bool, type CelType, isNumber, string, typeName, unify } from './cel-types.ts';
import { suggestion } from './nearest.ts';

/* Operators with two sides: comparisons, `in`, and arithmetic. */

export function compileEquality(
  compiler: Compiling,
  node: ASTNode,
  operator: '==' | '!=',
  [a, b]: readonly [ASTNode, ASTNode],
): Compiled {
  const left = compiler.compile(a);
  const right = compiler.compile(b);
  if (unify(left.type, right.type) === undefined) {
    return compiler.problem(
      node.start,
      `"${operator}" cannot compare ${typeName(left.type)} with ${typeName(right.type)}`,
    );
  }
  checkValue(compiler, left.type, left.path, b);
  checkValue(compiler, right.type, right.path, a);
  const wanted = operator === '==';
  const mayFail = left.mayFail || right.mayFail;
  if (left.type.kind === 'list' || left.type.kind === 'map') {
    const run: Run = (frame) => {
      const value = left.run(frame);
      chargeFor(frame, Array.isArray(value) ? value.length : 0);
      return deepEqual(value, right.run(frame)) === wanted;
    };
    return { type: bool, mayFail: true, run };
  }
  return { type: bool, mayFail, run: (frame) => (left.run(frame) === right.run(frame)) === wanted };
}

export function compileOrder(
  compiler: Compiling,
  node: ASTNode,
  operator: '<' | '<=' | '>' | '>=',
  [a, b]: readonly [ASTNode, ASTNode],
): Compiled {
  const left = compiler.compile(a);
  const right = compiler.compile(b);
  const type = unify(left.type, right.type);
  if (type === undefined || !(isNumber(type) || type.kind === 'string')) {
    return compiler.problem(
      node.start,
      `"${operator}" orders two numbers or two strings, not ${typeName(left.type)} and ${typeName(right.type)}`,
    );
  }
  const chosen = [left, right].find((side) => side.type.kind === 'string' && side.type.values !== undefined);
  if (chosen !== undefined) {
    const instead = chosen.path === 'finding.severity' ? '; compare finding.level instead' : '';
    return compiler.problem(node.start, `"${operator}" would order by the alphabet${instead}`);
  }
  return { type: bool, mayFail: left.mayFail || right.mayFail, run: orderings[operator](left.run, right.run) };
}

export function compileIn(compiler: Compiling, node: ASTNode, [a, b]: readonly [ASTNode, ASTNode]): Compiled {
  const element = compiler.compile(a);
  const container = compiler.compile(b);
  const mayFail = element.mayFail || container.mayFail;
  const { type } = container;
  if (type.kind === 'map' && unify(element.type, string)) {
    const run: Run = (frame) => Object.hasOwn(container.run(frame) as object, element.run(frame) as string);
    return { type: bool, mayFail, run };
  }
  if (type.kind === 'list' && unify(element.type, type.of)) {
    if (b.op === 'list') for (const item of b.args) checkValue(compiler, element.type, element.path, item);
    checkValue(compiler, type.of, container.path, a);
    if (b.op === 'list')
      return { type: bool, mayFail, run: (frame) => (container.run(frame) as unknown[]).includes(element.run(frame)) };
    const run: Run = (frame) => {
      const elements = container.run(frame) as readonly unknown[];
      chargeFor(frame, elements.length);
      return elements.includes(element.run(frame));
    };
    return { type: bool, mayFail: true, run };
  }
  if (type.kind === 'any' || element.type.kind === 'any') return { type: bool, mayFail, run: () => false };
  const hint = type.kind === 'string' ? '; use contains()' : '';
  return compiler.problem(node.start, `"in" looks for ${typeName(element.type)} in ${typeName(type)}${hint}`);
}

export function compileArithmetic(
  compiler: Compiling,
  node: ASTNode,
  operator: '+' | '-' | '*' | '/' | '%',
  [a, b]: readonly [ASTNode, ASTNode],
): Compiled {
  const left = compiler.compile(a);
  const right = compiler.compile(b);
  const type = unify(left.type, right.type);
  if (operator === '+' && type?.kind === 'string') {
    return {
      type: string,
      mayFail: left.mayFail || right.mayFail,
      run: (frame) => (left.run(frame) as string) + (right.run(frame) as string),
    };
  }
  if (operator === '+' && type?.kind === 'list') {
    const run: Run = (frame) => {
      const both = [...(left.run(frame) as unknown[]), ...(right.run(frame) as unknown[])];
      chargeFor(frame, both.length);
      return both;
    };
    return { type, mayFail: true, run };
  }
  if (type === undefined || !isNumber(type)) {
    return compiler.problem(
      node.start,
      `"${operator}" does not go with ${typeName(left.type)} and ${typeName(right.type)}`,
    );
  }
  const calculate = calculations[operator];
  const whole = type.kind === 'int';
  const run: Run = (frame) => calculate(left.run(frame) as number, right.run(frame) as number, whole);
  return { type, mayFail: true, run };
}

/** Reports a text that a field with a fixed set of values never has. */
function checkValue(compiler: Compiling, type: CelType, path: string | undefined, literal: ASTNode): void {
  if (type.kind !== 'string' || type.values === undefined || literal.op !== 'value') return;
  const value = literal.args;
  if (typeof value !== 'string' || type.values.includes(value)) return;
  compiler.problem(literal.start, `${path ?? 'this'} is never "${value}"${suggestion(value, type.values)}`);
}
