import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyOrder } from '../result/key-order.ts';
import { escapeInvisible, ordered } from './json-text.ts';

const order: KeyOrder = { key: null, id: { source: null, id: null }, list: { b: null, a: null } };

/** Keys one after the other: those of the order that are there, then the others. */
function slowly(value: unknown, by: KeyOrder | null): unknown {
  if (Array.isArray(value)) return value.map((item) => slowly(item, by));
  if (value === null || typeof value !== 'object') return value;
  const listed = Object.keys(by ?? {}).filter((key) => Object.hasOwn(value, key));
  const others = Object.keys(value).filter((key) => !listed.includes(key));
  const entries = Object.entries(value);
  return new Map(
    [...listed, ...others.sort()].map((key) => {
      const [, inner] = entries.find(([name]) => name === key)!;
      return [key, slowly(inner, listed.includes(key) ? by![key]! : null)] as const;
    }),
  );
}

/** Keys as they stand in the text, of which a `Map` has them all. */
function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join(',')}]`;
  if (!(value instanceof Map)) return JSON.stringify(value);
  return `{${[...value].map(([key, inner]) => `${JSON.stringify(key)}:${text(inner)}`).join(',')}}`;
}

describe('keys in order', () => {
  const name = fc.constantFrom('key', 'id', 'source', 'list', 'a', 'b', 'z', 'constructor', '__proto__');
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, fc.integer(), fc.constant(null), fc.array(tie('tree')), tie('object')),
    object: fc
      .uniqueArray(fc.tuple(name, tie('tree')), { selector: ([key]) => key, maxLength: 6 })
      .map((entries) => Object.fromEntries(entries)),
  }));

  it('are those of the order, then the others by code unit, whatever they are called', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const before = JSON.stringify(value);
        expect(JSON.stringify(ordered(value, order))).toBe(text(slowly(value, order)));
        expect(JSON.stringify(value)).toBe(before);
      }),
    );
  });

  it('cost no copy where they stand in it', () => {
    const value = { key: 1, id: { source: 's', id: 'i' }, list: [{ b: 1, a: 2 }], z: { a: 1 } };
    expect(ordered(value, order)).toBe(value);
  });
});

it('escapes what acts on a terminal and nothing else', () => {
  const json = JSON.stringify({ a: 'plain\n\ttext', b: 'é\u202e\u{e0001}\x7f' }, null, 2);
  expect(escapeInvisible(json)).toBe('{\n  "a": "plain\\n\\ttext",\n  "b": "é\\u202e\\udb40\\udc01\\u007f"\n}');
});
