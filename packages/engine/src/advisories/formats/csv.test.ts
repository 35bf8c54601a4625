import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvRecords } from './csv.ts';

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 7, max = 1000): Promise<string[][]> {
  const records: string[][] = [];
  for await (const record of csvRecords('x.csv', pieces(Buffer.from(text), size), max)) records.push([...record]);
  return records;
}

test.each([
  [
    'a,b\r\n\r\nc,d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['a,"b, ""c""\nd",e\n', [['a', 'b, "c"\nd', 'e']]],
  ['"",,x\n', [['', '', 'x']]],
  ['x,""\n', [['x', '']]],
  ['ä,€', [['ä', '€']]],
])('%j', async (text, records) => {
  expect(await read(text, 3)).toEqual(records);
});

test('what no CSV writer made is refused in bounded time', async () => {
  await expect(read('a,"b')).rejects.toMatchObject({ code: 'feed-malformed' });
  await expect(read('a'.repeat(5000))).rejects.toMatchObject({ code: 'feed-too-large' });
  await expect(read(`"${'a\n'.repeat(5000)}`)).rejects.toMatchObject({ code: 'feed-too-large' });
});

test('any fields are read as they were written, cut anywhere', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '€', ' ') });
  const records = fc.array(fc.array(text, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(records, fc.integer({ min: 1, max: 9 }), async (all, size) => {
      const quoted = all.map((record) => record.map((value) => `"${value.replaceAll('"', '""')}"`).join(','));
      expect(await read(`${quoted.join('\n')}\n`, size)).toEqual(all);
    }),
    { seed: 31, numRuns: 200 },
  );
});
