import { isRecord } from '../declared.ts';

/** Whether a value has a shape. */
export type Check = (value: unknown) => boolean;

export const text: Check = (value) => typeof value === 'string';
export const textOrNull: Check = (value) => value === null || text(value);
export const texts: Check = (value) => Array.isArray(value) && value.every(text);
export const textsOrNull: Check = (value) => value === null || texts(value);
export const flag: Check = (value) => typeof value === 'boolean';
export const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
/** Absolute, without anything that acts on who looks at it. */
export const place: Check = (value) => typeof value === 'string' && /^\/[^\0]*$/.test(value);

export function oneOf(...words: readonly string[]): Check {
  return (value) => typeof value === 'string' && words.includes(value);
}

export function orNull(check: Check): Check {
  return (value) => value === null || check(value);
}

export function orAbsent(check: Check): Check {
  return (value) => value === undefined || check(value);
}

/** An object whose fields are as wanted, and may have more. */
export function has(value: unknown, wanted: Readonly<Record<string, Check>>): boolean {
  return isRecord(value) && Object.entries(wanted).every(([key, check]) => check(value[key]));
}

/**
 * The elements of a list with the wanted fields and no other, so that none can smuggle in what nobody looked at; null where
 * one of them has another shape.
 */
export function listOf<T>(value: unknown, wanted: Readonly<Record<keyof T, Check>>): readonly T[] | null {
  if (!Array.isArray(value) || !value.every((each) => has(each, wanted))) return null;
  const keys = Object.keys(wanted);
  return value.map((each: Readonly<Record<string, unknown>>) => {
    const kept = keys.flatMap((key) => (each[key] === undefined ? [] : [[key, each[key]] as const]));
    return Object.fromEntries(kept) as T;
  });
}
