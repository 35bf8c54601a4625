import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteChunks } from './byte-chunks.ts';

const bytesOf = (piece: string | Uint8Array) => (typeof piece === 'string' ? Buffer.from(piece) : piece);

test('chunks are the pieces one after the other, whatever they hold and however large they are', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '\ud800', '\udc00x', 'é漢👩‍🚀'),
    fc
      .tuple(fc.constantFrom('a', 'é', '漢'), fc.constantFrom(1, 80_000, 100_000))
      .map(([char, count]) => char.repeat(count)),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(text, fc.uint8Array())), (pieces) => {
      const whole = Buffer.concat(pieces.map(bytesOf));
      expect(Buffer.concat([...byteChunks(pieces)]).equals(whole)).toBe(true);
      const copies = byteChunks(pieces, true).map((chunk) => Buffer.from(chunk));
      expect(Buffer.concat([...copies]).equals(whole)).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test('small pieces come together, and chunks stay as they were when the next is made', () => {
  const pieces = Array.from({ length: 20_000 }, (_, index) => `${'x'.repeat(40)}${index}\n`);
  const chunks = [...byteChunks(pieces)];
  expect(chunks.length).toBeLessThan(6);
  expect(Buffer.concat(chunks).toString()).toBe(pieces.join(''));
  expect([...byteChunks('whole')].map(String)).toEqual([String(Buffer.from('whole'))]);
  expect([...byteChunks('')]).toEqual([]);
});
