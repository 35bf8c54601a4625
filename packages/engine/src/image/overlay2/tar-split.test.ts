import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TarSplitDecoder } from './tar-split.ts';

interface Seen {
  readonly name: string;
  readonly size: number;
  readonly checksum: string | null;
}

function decoded(lines: Buffer, pieces: number): readonly (Seen | string)[] {
  const seen: (Seen | string)[] = [];
  const decoder = new TarSplitDecoder({
    segment: (bytes, length) => void seen.push(bytes.toString('latin1', 0, length)),
    file: (file) =>
      void seen.push({ name: String(file.name), size: file.size, checksum: file.checksum()?.toString('hex') ?? null }),
  });
  for (let at = 0; at < lines.length; at += pieces) decoder.push(lines.subarray(at, at + pieces));
  decoder.end();
  return seen;
}

test('a file is the same however its line is written, and in whatever pieces it comes', () => {
  const file = fc.record({
    name: fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constantFrom('./usr/é', 'a"b', 'a\\b', 'a\nb')),
    size: fc.oneof(fc.constant(0), fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER)),
    sum: fc.option(fc.uint8Array({ minLength: 8, maxLength: 8 })),
  });
  fc.assert(
    fc.property(fc.array(file, { maxLength: 5 }), fc.integer({ min: 1, max: 200 }), (files, pieces) => {
      const lines = files.map(({ name, size, sum }, position) => {
        const payload = sum && Buffer.from(sum).toString('base64');
        // as Go writes it, which leaves an empty size out, and as nobody does
        return [
          { type: 1, name, ...(size > 0 && { size }), payload, position },
          { position, payload, size, name, type: 1 },
        ] as const;
      });
      const text = (form: 0 | 1) => Buffer.from(lines.map((line) => `${JSON.stringify(line[form])}\n`).join(''));
      const wanted = files.map(({ name, size, sum }) => ({
        name,
        size,
        checksum: sum && Buffer.from(sum).toString('hex'),
      }));
      expect(decoded(text(0), pieces)).toEqual(wanted);
      expect(decoded(text(1), pieces)).toEqual(wanted);
    }),
  );
});

test('a stretch of headers is what was written, whatever bytes it has', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 700 }),
    fc.tuple(fc.nat(40), fc.uint8Array({ minLength: 1, maxLength: 5 }), fc.nat(40)).map(([before, some, after]) => {
      return Uint8Array.from([...Buffer.alloc(before), ...some, ...Buffer.alloc(after)]);
    }),
  );
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 4 }), fc.integer({ min: 1, max: 400 }), (stretches, pieces) => {
      const texts = stretches.map((each) => Buffer.from(each));
      // a position too many digits long is none of ours, and changes nothing
      const line = (each: Buffer, position: number | string) =>
        `{"type":2,"payload":"${each.toString('base64')}","position":${position}}\n`;
      const wanted = texts.map((each) => each.toString('latin1'));
      expect(decoded(Buffer.from(texts.map(line).join('')), pieces)).toEqual(wanted);
      const odd = texts.map((each) => line(each, '12345678901234567890')).join('');
      expect(decoded(Buffer.from(odd), pieces)).toEqual(wanted);
    }),
  );
});

test.each(['AAA', 'AAAA=', 'AA=A', 'A===', '====', 'AAAA AAAA', 'QUJD\\u0041', 'AAAAAAAA*AAA'])(
  'headers that are no base64: %s',
  (payload) => {
    const line = `{"type":2,"payload":"${payload}","position":1}\n`;
    expect(() => decoded(Buffer.from(line), 1000)).toThrow('damaged');
  },
);

test('the last two stretches of headers are at hand', () => {
  const line = (text: string) => `${JSON.stringify({ type: 2, payload: Buffer.from(text).toString('base64') })}\n`;
  const held: Buffer[] = [];
  const decoder = new TarSplitDecoder({
    segment(bytes, length) {
      held.push(bytes.subarray(0, length));
      expect(held.slice(-2).map(String)).toEqual(texts.slice(Math.max(0, held.length - 2), held.length));
    },
    file: () => expect.unreachable(),
  });
  const texts = ['one', 'x'.repeat(200_000), 'three', 'four'];
  decoder.push(Buffer.from(texts.map(line).join('')));
  expect(held.length).toBe(4);
});

test.each([
  '{"type":1,"name":"a","size":-1,"payload":null,"position":1}',
  '{"type":1,"name":"a","size":1e99,"payload":null,"position":1}',
  '{"type":1,"name":"a","size":"1","payload":null,"position":1}',
  '{"type":1,"name":"a","size":1,"payload":null,"position":1',
  '{"type":1,"name":"a","size":12345678901234567,"payload":null,"position":1}',
  '{"type":1,"name":"a","payload":null,"position":1}}',
  '{"type":1,"name":"a',
  '{"type":1,"size":1,"payload":null}',
])('%s is damage', (line) => {
  expect(() => decoded(Buffer.from(`${line}\n`), 1000)).toThrow('damaged');
});
