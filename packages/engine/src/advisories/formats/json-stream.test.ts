import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AdvisoryError } from '../advisory-error.ts';
import { type SplitMode, splitJson } from './json-stream.ts';

async function* chunks(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let index = 0; at < bytes.length; index++) {
    const size = Math.max(1, sizes[index % sizes.length]!);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function parts(
  text: string | Buffer,
  mode: SplitMode,
  sizes: readonly number[] = [7],
  maxPartBytes = 1 << 20,
): Promise<string[]> {
  const found: string[] = [];
  for await (const part of splitJson('x.json', chunks(Buffer.from(text), sizes), mode, maxPartBytes)) found.push(part);
  return found;
}

const key = fc.string({ unit: 'grapheme' });

describe('splitJson', () => {
  test('members of any object come back, whatever the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(key, fc.jsonValue(), { maxKeys: 6 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
        async (value, sizes) => {
          const found = await parts(JSON.stringify(value, null, 1), 'members', sizes);
          expect(JSON.parse(`{${found.join(',')}}`)).toEqual(JSON.parse(JSON.stringify(value)));
          expect(found.length).toBe(Object.keys(value).length);
        },
      ),
      { seed: 11, numRuns: 200 },
    );
  });

  test('elements of the arrays of an object come back, whatever the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
        async (list, sizes) => {
          const text = JSON.stringify({ format: 'x', nested: { not: ['these', 1] }, list, end: [] });
          expect((await parts(text, 'elements', sizes)).map((part) => JSON.parse(part))).toEqual(
            JSON.parse(JSON.stringify(list)),
          );
        },
      ),
      { seed: 12, numRuns: 200 },
    );
  });

  test.each([
    ['', 'feed-malformed', 'truncated'],
    ['<!doctype html><title>Not found</title>', 'feed-malformed', 'is HTML'],
    ['[1,2]', 'feed-malformed', 'begins with no {'],
    ['{"a":{"b":1}', 'feed-malformed', 'truncated'],
    ['{"a":"b', 'feed-malformed', 'truncated'],
    [`{"a":"${'x'.repeat(200)}"}`, 'feed-too-large', 'larger than 100 bytes'],
  ])('%s is an error', async (text, code, words) => {
    await expect(parts(text, 'members', [16], 100)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    });
  });

  test('random bytes end, and end in AdvisoryError alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom<SplitMode>('members', 'elements'),
        async (bytes, mode) => {
          await parts(Buffer.concat([Buffer.from('{"a":'), bytes]), mode).catch((error: unknown) =>
            expect(error).toBeInstanceOf(AdvisoryError),
          );
        },
      ),
      { seed: 13, numRuns: 300 },
    );
  });
});
