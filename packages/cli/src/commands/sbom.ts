import { gateClosingCodes, inventoryFormats, listImage, listPlatforms } from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { progressStream } from '../progress.ts';
import { plannedReports, writeReports } from './reports.ts';
import { subjectRequest } from './request.ts';

/** No inventory format looks at them. */
const noOptions = { columns: 80, color: false, unicode: true, show: { onlyFixed: false } } as const;

/** `plimsoll sbom IMAGE`: 0, or 4 when the inventory is incomplete. */
export async function runSbom(
  [reference = '']: string[],
  options: Record<string, unknown>,
  context: CommandContext,
): Promise<number> {
  const outputs = await plannedReports(options, inventoryFormats, 'json');
  const progress = progressStream(process.stderr, process.env, options.quiet === true);
  const request = subjectRequest(reference, options, context, progress);
  const all = request.platform === 'all' ? await listPlatforms(request) : undefined;
  const results = all?.results ?? [await listImage(request)];
  progress.clear();
  context.stopIfOver();
  await writeReports(outputs, results, all, () => noOptions);
  const unseen = results.flatMap(({ incomplete }) => incomplete).filter(({ code }) => gateClosingCodes.has(code));
  for (const { path, message } of unseen.slice(0, 3)) progress.note(`incomplete: ${path ? `${path}: ` : ''}${message}`);
  return unseen.length > 0 ? 4 : 0;
}
