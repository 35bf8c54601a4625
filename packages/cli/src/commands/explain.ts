import { explain, explanationJson, explanationsJson, explanationText } from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { UsageError } from '../exit.ts';
import { parseOutputs, writeOutputs } from '../output.ts';
import { cacheFolder, list, text } from '../values.ts';
import { screenOptions } from './screen-options.ts';
import { storedResults } from './stored-results.ts';

/** `plimsoll explain RESULT ID`: 0 whatever the answer is. */
export async function runExplain(
  [file = '', question = '']: string[],
  options: Record<string, unknown>,
  { stopIfOver }: CommandContext,
): Promise<number> {
  const outputs = parseOutputs(list(options, 'format'), ['text', 'json'], 'text');
  if (question.trim() === '') throw new UsageError('the id is an empty word; say one such as CVE-2024-3094');
  const { results, all } = await storedResults(file);
  const dbDir = text(options, 'dbDir') ?? cacheFolder('advisories');
  const explanations = results.map((result) => explain(result, question.trim(), dbDir));
  stopIfOver();
  await writeOutputs(outputs, ({ format, file: to }) => {
    if (format === 'json') return all ? explanationsJson(explanations) : explanations.map(explanationJson).join('');
    const screen = screenOptions(to === undefined);
    const texts = explanations.map((explanation) => {
      const heading = all ? `${explanation.image.platform ?? 'a platform that is not known'}\n\n` : '';
      return `${heading}${explanationText(explanation, screen)}`;
    });
    return texts.join('\n');
  });
  return 0;
}
