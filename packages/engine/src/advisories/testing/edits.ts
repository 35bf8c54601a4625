import fc from 'fast-check';

/** A JSON value with any part replaced by any other. */
export function mutate(value: unknown, path: readonly number[], replacement: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== 'object' || value === null) return replacement;
  const entries = Object.entries(value);
  if (entries.length === 0) return replacement;
  const [key, inner] = entries[step % entries.length]!;
  const changed = mutate(inner, rest, replacement);
  return Array.isArray(value)
    ? value.map((item, index) => (String(index) === key ? changed : item))
    : { ...value, [key]: changed };
}

/** Where, and what stands there afterwards. */
export const edit = fc.tuple(
  fc.array(fc.nat(12), { maxLength: 7 }),
  fc.oneof(fc.jsonValue(), fc.constantFrom('0', '', '__proto__', null, -1)),
);
