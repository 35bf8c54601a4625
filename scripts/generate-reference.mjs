/** Writes the parts of docs/reference that are made from code. Tests compare them with the code. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { resultJsonSchema } from '../packages/engine/src/result/schema.ts';

const folder = new URL('../docs/reference/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('result.schema.json', folder), `${JSON.stringify(resultJsonSchema(), null, 2)}\n`);
