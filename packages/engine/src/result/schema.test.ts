import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import { hostileResult, passResult, sampleResult, warnResult } from '../report/testing/sample-result.ts';
import { type KeyOrder, resultKeyOrder } from './key-order.ts';
import { resultJsonSchema, scanResultSchema } from './schema.ts';
import type { ScanResult } from './types.ts';

const published = new URL('../../../../docs/reference/result.schema.json', import.meta.url);

type Writable<T> = T extends object ? { -readonly [K in keyof T]: Writable<T[K]> } : T;

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/** Properties of the schema in order, through arrays and unions with null. */
function keyOrderOf(node: SchemaNode): KeyOrder | null {
  if (node.items) return keyOrderOf(node.items);
  if (node.anyOf) return node.anyOf.map(keyOrderOf).find((order) => order !== null) ?? null;
  if (!node.properties) return null;
  return Object.fromEntries(Object.entries(node.properties).map(([key, child]) => [key, keyOrderOf(child)]));
}

describe('the published schema of the result', () => {
  it('says what the types say', () => {
    expectTypeOf<z.output<typeof scanResultSchema>>().toEqualTypeOf<Writable<ScanResult>>();
  });

  it('is the committed file (scripts/generate-reference.mjs writes it)', () => {
    expect(JSON.parse(readFileSync(published, 'utf8'))).toEqual(resultJsonSchema());
  });

  it.each([
    ['sample', sampleResult],
    ['pass', passResult],
    ['warn', warnResult],
    ['hostile', hostileResult],
  ])('accepts the %s result, which has no property that it does not name', (_, result) => {
    const validate = new Ajv2020({ strict: true, allErrors: true, formats: {} }).compile(resultJsonSchema());
    expect(validate(JSON.parse(JSON.stringify(result()))), JSON.stringify(validate.errors)).toBe(true);
    expect(scanResultSchema.strict().parse(result())).toEqual(result());
  });

  it.each([
    ['a severity that does not exist', { findings: [{ ...sampleResult().findings[0], severity: 'Severe' }] }],
    ['a finding without key', { findings: [{ ...sampleResult().findings[0], key: undefined }] }],
    ['another schema version', { schemaVersion: '2' }],
    ['no verdict', { verdict: undefined }],
  ])('refuses %s', (_, change) => {
    const validate = new Ajv2020({ strict: true }).compile(resultJsonSchema());
    expect(validate(JSON.parse(JSON.stringify({ ...sampleResult(), ...change })))).toBe(false);
  });

  it('lists its properties in the order of the JSON report', () => {
    const fromSchema = keyOrderOf(resultJsonSchema() as SchemaNode);
    expect(JSON.stringify(resultKeyOrder)).toBe(JSON.stringify(fromSchema));
  });
});
