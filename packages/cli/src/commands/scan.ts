import type { CommandContext } from '../command-table.ts';
import { setEngine } from '../set-engine.ts';
import { keptRun, recallRun } from './kept-run.ts';

/** `plimsoll scan IMAGE`: the exit code is the verdict's. What judges is loaded when there is something to judge. */
export async function runScan(
  [reference = '']: string[],
  options: Record<string, unknown>,
  context: CommandContext,
): Promise<number> {
  const kept = keptRun('scan', reference, options, context);
  const recalled = kept && (await recallRun(kept, reference, options, context));
  if (recalled && 'exitCode' in recalled) return recalled.exitCode;
  setEngine();
  const { judgeAndWrite } = await import('./judge.ts');
  return judgeAndWrite(reference, options, context, kept, recalled);
}
