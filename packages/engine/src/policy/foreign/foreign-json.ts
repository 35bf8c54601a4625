import { PolicyError } from '../error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws PolicyError `EXCEPTIONS_INVALID` */
export function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const [what = ''] = (error instanceof Error ? error.message : '').split('\n');
    throw new PolicyError('EXCEPTIONS_INVALID', [`${source}: this is no JSON: ${what}`]);
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function textIn(value: JsonObject, field: string): string | null {
  const found = value[field];
  return typeof found === 'string' && found !== '' ? found : null;
}
