import type { ASTNode } from '@marcbachmann/cel-js';
import type { Run } from './cel-operators.ts';
import type { CelType } from './cel-types.ts';

/** Loops in loops. */
export const maxLoopDepth = 2;

/** A part of an expression that was checked and can run. */
export interface Compiled {
  readonly type: CelType;
  readonly run: Run;
  /** `finding.risk.kev`, where it is a field of a variable */
  readonly path?: string;
  /** whether it may have no value */
  readonly mayFail: boolean;
}

/** What the parts of the compiler ask of the whole. Where something is wrong they report it and go on. */
export interface Compiling {
  compile(node: ASTNode): Compiled;
  /** compiles what must be of this type; `operator` needs it */
  expect(node: ASTNode, type: CelType, operator: string): Compiled;
  number(node: ASTNode, operator: string): Compiled;
  /** compiles the body of a loop with its variable; `slot` is the variable's, null when loops are nested too deep */
  inLoop(
    name: string,
    type: CelType,
    body: () => Compiled,
  ): { readonly slot: number; readonly inner: Compiled } | { readonly slot: null; readonly inner: undefined };
  /** reports, and stands for what cannot be compiled */
  problem(offset: number, message: string): Compiled;
}
