import { vexDocument, vexFormats } from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { UsageError } from '../exit.ts';
import { parseOutputs, writeOutputs } from '../output.ts';
import { list, text } from '../values.ts';
import { oneResult } from './result-file.ts';

/** `plimsoll vex RESULT`: the exceptions that were applied, as a VEX document. */
export async function runVex(
  [file = '']: string[],
  options: Record<string, unknown>,
  { stopIfOver }: CommandContext,
): Promise<number> {
  const outputs = parseOutputs(list(options, 'format'), vexFormats, 'openvex');
  const namespace = text(options, 'namespace') ?? 'https://example.invalid';
  if (!/^https?:\/\//.test(namespace) || !URL.canParse(namespace))
    throw new UsageError(`--namespace is "${namespace}"; say the URL of whoever says so`);
  const author = { name: text(options, 'author') ?? 'unknown author', namespace };
  const result = await oneResult(file);
  const documents = outputs.map((output) => ({ ...output, body: vexDocument(result, output.format, author) }));
  if (documents.some(({ body }) => body === null))
    throw new UsageError(`${file} is of an image without a digest: a VEX document could name no product`);
  stopIfOver();
  await writeOutputs(documents, ({ body }) => body ?? '');
  return 0;
}
