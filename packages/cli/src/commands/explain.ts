import { explain, explanationJson, explanationText } from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { UsageError } from '../exit.ts';
import { parseOutputs, writeOutputs } from '../output.ts';
import { cacheFolder, list, text } from '../values.ts';
import { oneResult } from './result-file.ts';
import { screenOptions } from './screen-options.ts';

/** `plimsoll explain RESULT ID`: 0 whatever the answer is. */
export async function runExplain(
  [file = '', question = '']: string[],
  options: Record<string, unknown>,
  { stopIfOver }: CommandContext,
): Promise<number> {
  const outputs = parseOutputs(list(options, 'format'), ['text', 'json'], 'text');
  if (question.trim() === '') throw new UsageError('the id is an empty word; say one such as CVE-2024-3094');
  const result = await oneResult(file);
  const explanation = explain(result, question.trim(), text(options, 'dbDir') ?? cacheFolder('advisories'));
  stopIfOver();
  await writeOutputs(outputs, ({ format, file: to }) =>
    format === 'json' ? explanationJson(explanation) : explanationText(explanation, screenOptions(to === undefined)),
  );
  return 0;
}
