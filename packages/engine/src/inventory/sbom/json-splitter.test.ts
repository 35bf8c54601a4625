import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ImageError } from '../../image/error.ts';
import { JsonSplitter, type MemberPlan, type SplitterLimits } from './json-splitter.ts';

const limits: SplitterLimits = { maxPartBytes: 1000, maxPartContainers: 50 };

/** What is handed on of a text that comes in pieces of this many bytes. */
function split(text: string | Buffer, size = 1_000_000, plans: Readonly<Record<string, MemberPlan>> = {}): unknown[] {
  const found: unknown[] = [];
  const all: Readonly<Record<string, MemberPlan>> = { v: 'value', e: 'elements', in: 'enter', ...plans };
  const splitter = new JsonSplitter(
    {
      plan: (_path, key) => all[key] ?? 'skip',
      value: (path, key, value) => found.push([`${path}/${key}`, value]),
      element: (path, key, value) => found.push([`${path}/${key}[]`, value]),
    },
    limits,
    'the file',
  );
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) splitter.push(Buffer.from(bytes.subarray(at, at + size)));
  splitter.end();
  return found;
}

describe('JsonSplitter', () => {
  test.each([
    ['{}', []],
    [' \ufeff {"v" : "a\\"}]" } ', [['/v', 'a"}]']]],
    ['{"x":[{"v":1}],"v":12.5,"y":{"v":2}}', [['/v', 12.5]]],
    [
      '{"v":null\n,"e":[1, "a" ,[2],{"v":3}, true ]}',
      [
        ['/v', null],
        ['/e[]', 1],
        ['/e[]', 'a'],
        ['/e[]', [2]],
        ['/e[]', { v: 3 }],
        ['/e[]', true],
      ],
    ],
    ['{"e":[]}', []],
    ['{"e":{"a":1}}', [['/e[]', { a: 1 }]]],
    ['{"e":"x"}', [['/e[]', 'x']]],
    [
      '{"in":{"in":{"v":1},"v":2},"v":3}',
      [
        ['in.in/v', 1],
        ['in/v', 2],
        ['/v', 3],
      ],
    ],
    ['{"in":["v"]}', [['/in', ['v']]]],
    ['{"\\u0076":1}', [['/v', 1]]],
  ] as const)('%s', (text, parts) => {
    for (const size of [1, 2, 3, 7, 1_000_000]) expect(split(text, size)).toEqual(parts);
  });

  test.each([
    ['', 'no JSON object'],
    ['[]', 'no JSON object'],
    ['"v"', 'no JSON object'],
    ['{', 'truncated'],
    ['{"v":[', 'truncated'],
    ['{"v', 'truncated'],
    ['{"v":"a', 'truncated'],
    ['{"x":[[[', 'truncated'],
    ['{v:1}', 'a key is missing'],
    ['{"v" 1}', 'a colon is missing'],
    ['{"v":1 "e":2}', 'a comma is missing'],
    ['{"v":1}{', 'bytes follow'],
    ['{"v":tru}', 'no valid JSON (in its v)'],
    ['{"v":}', 'no valid JSON (in its v)'],
    ['{"e":[1 2}', 'no valid JSON'],
    ['{"e":[{"a":}]}', 'no valid JSON (in its e)'],
    ['{"v":1,"v":2}', 'has the key "v" twice'],
    [`{"${'k'.repeat(3000)}":1}`, 'a key that no format has'],
    [`${'{"in":'.repeat(20)}1${'}'.repeat(20)}`, 'documents in documents'],
    [`{"v":"${'x'.repeat(1100)}"}`, 'larger than can be read'],
    [`{"e":[${'[],'.repeat(5)}[${'[],'.repeat(60)}[]]]}`, 'larger than can be read'],
  ])('%.60s', (text, message) => {
    for (const size of [1, 5, 1_000_000]) {
      let error: unknown;
      try {
        split(text, size);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(ImageError);
      expect(String(error)).toContain(message);
    }
  });

  test('what is skipped may be of any size and depth', () => {
    expect(split(`{"x":${'['.repeat(100_000)}${']'.repeat(100_000)},"y":"${'x'.repeat(100_000)}","v":1}`, 999)).toEqual(
      [['/v', 1]],
    );
  });

  test('any JSON comes out as it is, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 5 }),
        fc.jsonValue(),
        fc.integer({ min: 1, max: 40 }),
        (list, value, size) => {
          const text = JSON.stringify({ e: list, v: value });
          fc.pre(Buffer.byteLength(text) < 900 && (text.match(/[[{]/g) ?? []).length < 50);
          const copied = JSON.parse(text) as { e: unknown[]; v: unknown };
          expect(split(text, size)).toEqual([...copied.e.map((each) => ['/e[]', each]), ['/v', copied.v]]);
        },
      ),
    );
  });

  test('any bytes end, with parts or one of our errors', () => {
    const text = '{"in":{"e":[{"a":"\\"x"},2]},"v":{"b":[true]},"x":"y"}';
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(text.length), (at, byte, end) => {
        const bytes = Buffer.from(text);
        bytes[at] = byte;
        try {
          split(bytes.subarray(0, end), 7);
        } catch (error) {
          expect(error).toBeInstanceOf(ImageError);
        }
      }),
    );
  });
});
