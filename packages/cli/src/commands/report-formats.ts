import { formats, type ReportFormat, TemplateError, templateFormat } from '@plimsoll/engine';
import { UsageError } from '../exit.ts';
import { list, text } from '../values.ts';
import { readConfiguration } from './request.ts';

/**
 * Every format, with that of the template where there is one. It is read and checked before anything is scanned.
 *
 * @throws UsageError for a template that cannot be read or is wrong, and for `--format template` without one
 */
export async function reportFormats(options: Record<string, unknown>): Promise<readonly ReportFormat[]> {
  const file = text(options, 'template');
  const asked = list(options, 'format').some((word) => /^template(?:=|$)/i.test(word));
  if (file === undefined) {
    if (asked) throw new UsageError('--format template wants --template FILE');
    return formats;
  }
  const body = await readConfiguration(file, 'template');
  try {
    return [...formats, templateFormat(body, file)];
  } catch (error) {
    throw error instanceof TemplateError ? new UsageError(error.message) : error;
  }
}
