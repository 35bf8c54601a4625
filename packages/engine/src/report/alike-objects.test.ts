import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyOrder } from '../result/key-order.ts';
import { AlikeObjects } from './alike-objects.ts';
import { valueText } from './json-text.ts';

const order: KeyOrder = { key: null, id: { source: null, id: null }, list: { b: null, a: null } };

describe('objects that are alike', () => {
  const name = fc.constantFrom('key', 'id', 'source', 'list', 'a', 'z', 'constructor', '__proto__', '\u202e');
  const scalar = fc.constantFrom(null, undefined, 0, 1, false, '', 'text', 'é\u202e', '"\x7f');
  const shared = { source: 's', id: 'i', z: [{ a: 1, b: 2 }, []], a: {} };
  const { object } = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      scalar,
      fc.constant(shared),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc
      .uniqueArray(fc.tuple(name, tie('value')), { selector: ([key]) => key, maxLength: 6 })
      .map((entries) => Object.fromEntries(entries)),
  }));

  it('have the text that each of them has alone, whatever stood before them', () => {
    fc.assert(
      fc.property(fc.array(object, { minLength: 2, maxLength: 6 }), (objects) => {
        const alike = new AlikeObjects(order, '    ');
        expect(objects.map((each) => alike.textOf(each))).toEqual(
          objects.map((each) => valueText(each, order, '    ')),
        );
      }),
    );
  });

  it('are written anew only where they differ', () => {
    let read = 0;
    const risk = {
      get score() {
        read += 1;
        return 1;
      },
    };
    const alike = new AlikeObjects(null, '');
    const texts = [1, 2, 3].map((key) => alike.textOf({ key, risk }));
    expect(texts[2]).toBe('{\n  "key": 3,\n  "risk": {\n    "score": 1\n  }\n}');
    const once = read;
    alike.textOf({ key: 4, risk });
    expect(read).toBe(once);
  });
});
