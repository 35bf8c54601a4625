/** Every format that needs no judgement: what `sbom` writes, and `scan` too. A new one is one file, its test and one line here. */
import { cyclonedx, cyclonedx15 } from './cyclonedx.ts';
import { json } from './json.ts';
import { spdx } from './spdx.ts';
import { spdxTagValue } from './spdx-tag-value.ts';
import type { InventoryFormat } from './types.ts';

export const inventoryFormats: readonly InventoryFormat[] = [json, cyclonedx, cyclonedx15, spdx, spdxTagValue];
