/** Every format that `scan` writes, in the order in which help lists them. A new one is one file, its test and one line here. */
import { htmlPage } from './html.ts';
import { inventoryFormats } from './inventory-formats.ts';
import { table } from './table.ts';
import type { ReportFormat } from './types.ts';

export const formats: readonly ReportFormat[] = [table, htmlPage, ...inventoryFormats];
