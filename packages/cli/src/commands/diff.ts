import { differenceJson, differenceOf, differenceText } from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { parseOutputs, writeOutputs } from '../output.ts';
import { list } from '../values.ts';
import { oneResult } from './result-file.ts';
import { screenOptions } from './screen-options.ts';

/** `plimsoll diff A B`: 0 whatever the answer is. */
export async function runDiff(
  [before = '', after = '']: string[],
  options: Record<string, unknown>,
  { stopIfOver }: CommandContext,
): Promise<number> {
  const outputs = parseOutputs(list(options, 'format'), ['text', 'json'], 'text');
  const difference = differenceOf(await oneResult(before), await oneResult(after));
  stopIfOver();
  await writeOutputs(outputs, ({ format, file }) =>
    format === 'json' ? differenceJson(difference) : differenceText(difference, screenOptions(file === undefined)),
  );
  return 0;
}
