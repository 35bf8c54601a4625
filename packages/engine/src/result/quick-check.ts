/**
 * Says of nearly everything that fits a schema that it does, without the copy and the issues that parsing makes: a stored
 * result has 20,000 findings. What it does not know is parsed.
 */
import type { z } from 'zod';

type Check = (value: unknown) => boolean;
type Definition = z.core.$ZodTypes['_zod']['def'];

/** @returns a function that is true for exactly what the schema takes */
export function quickCheck(schema: z.ZodType): Check {
  const quick = checkOf(schema);
  return (value) => quick(value) || schema.safeParse(value).success;
}

/** True only for what the schema takes; it may be false for some of that. */
function checkOf(schema: z.core.$ZodType): Check {
  const definition = schema._zod.def as Definition;
  const isPlain =
    !('checks' in definition && definition.checks?.length) &&
    !('format' in definition) &&
    !('coerce' in definition && definition.coerce);
  if (!isPlain) return parsing(schema);
  switch (definition.type) {
    case 'string':
      return (value) => typeof value === 'string';
    case 'number':
      return (value) => Number.isFinite(value);
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'null':
      return (value) => value === null;
    case 'literal': {
      const values: ReadonlySet<unknown> = new Set(definition.values);
      return (value) => values.has(value);
    }
    case 'enum': {
      const values: ReadonlySet<unknown> = new Set(Object.values(definition.entries));
      return (value) => values.has(value);
    }
    case 'nullable': {
      const inner = checkOf(definition.innerType);
      return (value) => value === null || inner(value);
    }
    case 'array': {
      const element = checkOf(definition.element);
      return (value) => Array.isArray(value) && everyOf(value, element);
    }
    case 'union': {
      const options = definition.options.map(checkOf);
      return (value) => options.some((option) => option(value));
    }
    case 'object':
      return objectCheck(definition);
    default:
      return parsing(schema);
  }
}

/** Holes too, over which `every` goes. */
function everyOf(list: readonly unknown[], check: Check): boolean {
  for (const each of list) if (!check(each)) return false;
  return true;
}

function parsing(schema: z.core.$ZodType): Check {
  return (value) => (schema as z.ZodType).safeParse(value).success;
}

function objectCheck({ shape, catchall }: z.core.$ZodObjectDef): Check {
  if (catchall !== undefined) return () => false;
  const fields = Object.entries(shape).map(([name, schema]) => {
    const { type } = schema._zod.def;
    const isOptional = type === 'optional';
    const inner = isOptional ? (schema._zod.def as z.core.$ZodOptionalDef).innerType : schema;
    return { name, isOptional, check: checkOf(inner) };
  });
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const given = value as Readonly<Record<string, unknown>>;
    for (const { name, isOptional, check } of fields) {
      const field = given[name];
      if (field === undefined ? !isOptional || name in given : !check(field)) return false;
    }
    return true;
  };
}
