/** How controls of frameworks are told, in every format the same. */
import type { ControlOutcome } from '../policy/types.ts';

export const stateWords = {
  passed: 'passed',
  failed: 'failed',
  'needs-a-person': 'needs a person',
} as const satisfies Record<ControlOutcome['state'], string>;

/** `1 failed, 3 passed, 19 need a person` */
export function controlCounts(controls: readonly ControlOutcome[]): string {
  const count = (state: ControlOutcome['state']) => controls.filter((control) => control.state === state).length;
  const people = count('needs-a-person');
  return `${count('failed')} failed, ${count('passed')} passed, ${people} ${people === 1 ? 'needs' : 'need'} a person`;
}
