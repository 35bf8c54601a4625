import type { CommandContext } from '../command-table.ts';
import { setEngine } from '../set-engine.ts';
import { keptRun, recallRun } from './kept-run.ts';

/** `plimsoll sbom IMAGE`: 0, or 4 when the inventory is incomplete. What writes is loaded when there is something to write. */
export async function runSbom(
  [reference = '']: string[],
  options: Record<string, unknown>,
  context: CommandContext,
): Promise<number> {
  const kept = keptRun('sbom', reference, options, context);
  const recalled = kept && (await recallRun(kept, reference, options, context));
  if (recalled && 'exitCode' in recalled) return recalled.exitCode;
  setEngine();
  const { listPackages } = await import('./list-packages.ts');
  return listPackages(reference, options, context, kept, recalled);
}
