/** Every report format, in the order in which help lists them. A new one is one file, its test and one line here. */
import { htmlPage } from './html.ts';
import { json } from './json.ts';
import { table } from './table.ts';
import type { ReportFormat } from './types.ts';

export const formats: readonly ReportFormat[] = [table, json, htmlPage];
