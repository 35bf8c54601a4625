import { gateClosingCodes, listImage, listPlatforms, renderInventoryJson, renderPlatformsJson } from '@plimsoll/engine';
import { parseOutputs, writeOutputs } from '../output.ts';
import type { CommandContext } from '../program.ts';
import { progressStream } from '../progress.ts';
import { list } from '../values.ts';
import { subjectRequest } from './request.ts';

/** `plimsoll sbom IMAGE`: 0, or 4 when the inventory is incomplete. */
export async function runSbom(
  [reference = '']: string[],
  options: Record<string, unknown>,
  context: CommandContext,
): Promise<number> {
  const outputs = parseOutputs(list(options, 'format'), ['json'], 'json');
  const progress = progressStream(process.stderr, process.env, options.quiet === true);
  const request = subjectRequest(reference, options, context, progress);
  const all = request.platform === 'all' ? await listPlatforms(request) : undefined;
  const results = all?.results ?? [await listImage(request)];
  progress.clear();
  context.stopIfOver();
  await writeOutputs(outputs, () =>
    (all ? [...renderPlatformsJson(all)] : results.flatMap((one) => [...renderInventoryJson(one)])).join(''),
  );
  const unseen = results.flatMap(({ incomplete }) => incomplete).filter(({ code }) => gateClosingCodes.has(code));
  for (const { path, message } of unseen.slice(0, 3)) progress.note(`incomplete: ${path ? `${path}: ` : ''}${message}`);
  return unseen.length > 0 ? 4 : 0;
}
