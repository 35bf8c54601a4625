/** The published schemas of SBOM formats, where the shared test material is at hand. */
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { shared } from '../../../../../test/shared.ts';

const folders = {
  'cyclonedx-1.5': ['bom-1.5.schema.json', ['spdx.schema.json', 'jsf-0.82.schema.json']],
  cyclonedx: ['bom-1.6.schema.json', ['spdx.schema.json', 'jsf-0.82.schema.json', 'cryptography-defs.schema.json']],
} as const;

type Schema = Record<string, unknown>;

/** Says in words what is wrong with a document, or undefined without the material. */
export function sbomValidator(name: keyof typeof folders | 'spdx'): ((document: unknown) => string) | undefined {
  const folder = shared(`specs/${name === 'spdx' ? 'spdx' : 'cyclonedx'}`);
  if (folder === undefined) return undefined;
  const read = (file: string) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as Schema;
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false });
  if (name === 'spdx') return wordsOf(ajv.compile(read('spdx-2.3-schema.json')));
  const [file, others] = folders[name];
  for (const other of others) ajv.addSchema(read(other));
  return wordsOf(ajv.compile(quick(read(file)) as Schema));
}

/** Whether items are unique is looked at by tests of ours: Ajv compares each with each. */
function quick(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(quick);
  if (schema === null || typeof schema !== 'object') return schema;
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]) => (key === 'uniqueItems' ? [] : [[key, quick(value)]])),
  );
}

function wordsOf(validate: ValidateFunction): (document: unknown) => string {
  return (document) => (validate(document) ? '' : JSON.stringify(validate.errors, null, 1).slice(0, 4000));
}
