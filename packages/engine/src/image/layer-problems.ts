import { maxProblemsPerLayer } from './limits.ts';
import type { ReadProblem, ReadProblemCode } from './types.ts';

/** A layer went over one of the limits: what was read so far counts, the rest is not read. Caught inside this room. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached';
}

/** The problems of one layer, so many. */
export class LayerProblems {
  readonly list: ReadProblem[] = [];

  add(code: ReadProblemCode, message: string, path?: string): void {
    if (this.list.length < maxProblemsPerLayer) {
      this.list.push(path === undefined ? { code, message } : { code, message, path });
    } else if (this.list.length === maxProblemsPerLayer) {
      this.list.push({ code: 'limit-reached', message: 'further problems of this layer are not listed' });
    }
  }
}

/** Whether an analysis may be kept: one that was cut at a limit would hide what a larger limit shows. */
export function isKeepable(problems: readonly ReadProblem[]): boolean {
  return problems.every((problem) => problem.code !== 'limit-reached' && problem.code !== 'file-too-large');
}

/** Names a layer in messages, base first and counted from 1. */
export function layerName(index: number, count: number, name: string): string {
  return `layer ${index + 1} of ${count} (${name})`;
}
