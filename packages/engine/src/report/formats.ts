/** Every report format, in the order in which help lists them. A new one is one file, its test and one line here. */
import { cyclonedx, cyclonedx15 } from './cyclonedx.ts';
import { htmlPage } from './html.ts';
import { json } from './json.ts';
import { table } from './table.ts';
import type { InventoryFormat, ReportFormat } from './types.ts';

/** What `sbom` writes, and `scan` too. */
export const inventoryFormats: readonly InventoryFormat[] = [json, cyclonedx, cyclonedx15];

/** What `scan` writes. */
export const formats: readonly ReportFormat[] = [table, htmlPage, ...inventoryFormats];
