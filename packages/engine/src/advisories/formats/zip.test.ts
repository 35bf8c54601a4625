import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AdvisoryError } from '../advisory-error.ts';
import { tempDirectory } from '../testing/make-mirror.ts';
import { makeZip, type ZipPart } from '../testing/make-zip.ts';
import { readZip, type ZipLimits, zipLimits } from './zip.ts';

async function read(bytes: Buffer, limits: ZipLimits = zipLimits) {
  using dir = tempDirectory();
  const path = join(dir.path, 'x.zip');
  writeFileSync(path, bytes);
  const files: [string, string][] = [];
  const refused: string[] = [];
  await readZip(
    'https://feed.example/x.zip',
    path,
    {
      wanted: (name) => !name.endsWith('.txt'),
      file: (name, body) => files.push([name, body.toString()]),
      refused: (name, reason) => refused.push(`${name} ${reason}`),
    },
    undefined,
    limits,
  );
  return { files, refused };
}

const good: ZipPart[] = [
  { name: 'a.json', body: '{"a":1}' },
  { name: 'dir/', body: '', stored: true },
  { name: 'dir/stored.json', body: 'stored', stored: true },
  { name: 'unwanted.txt', body: 'x' },
  { name: 'empty.json', body: '' },
  { name: 'big.json', body: 'x'.repeat(5000), zip64: true },
];

describe('zip', () => {
  test('reads deflated, stored, empty and zip64 entries in order', async () => {
    expect(await read(makeZip(good))).toEqual({
      files: [
        ['a.json', '{"a":1}'],
        ['dir/stored.json', 'stored'],
        ['empty.json', ''],
        ['big.json', 'x'.repeat(5000)],
      ],
      refused: [],
    });
  });

  test.each([
    ['a size that lies', { claim: { size: 10 } }],
    ['a checksum that is wrong', { claim: { crc: 1 } }],
  ])('refuses an entry with %s and reads the others', async (_what, lie) => {
    const { files, refused } = await read(makeZip([{ name: 'bad', body: 'x'.repeat(100_000), ...lie }, good[0]!]));
    expect(files.map(([name]) => name)).toEqual(['a.json']);
    expect(refused).toEqual(['bad cannot be inflated, or its size or checksum is wrong']);
  });

  test('an entry over the limit is refused by its own word, before it is inflated', async () => {
    const { refused } = await read(makeZip([{ name: 'bomb', body: Buffer.alloc(1 << 20) }]), {
      ...zipLimits,
      maxEntryBytes: 1000,
    });
    expect(refused).toEqual(['bomb is larger than 1000 bytes']);
  });

  test('entries that share bytes (a bomb of overlapping files) are refused but for the first, and the others are read', async () => {
    const bytes = makeZip([
      { name: 'kernel', body: Buffer.alloc(1 << 20) },
      ...['b', 'c'].map((name) => ({ name, body: 'x' })),
      good[0]!,
    ]);
    const directory = bytes.readUInt32LE(bytes.length - 6);
    // the second and third entry of the directory point to the first one's bytes
    for (const name of ['b', 'c']) {
      const at = bytes.indexOf(name, directory) - 46;
      bytes.writeUInt32LE(bytes.readUInt32LE(directory + 20), at + 20);
      bytes.writeUInt32LE(bytes.readUInt32LE(directory + 24), at + 24);
      bytes.writeUInt32LE(bytes.readUInt32LE(directory + 16), at + 16);
      bytes.writeUInt32LE(0, at + 42);
    }
    const { files, refused } = await read(bytes);
    expect(files.map(([name]) => name)).toEqual(['kernel', 'a.json']);
    expect(refused).toEqual(['b', 'c'].map((name) => `${name} lies over another file of the archive`));
  });

  test('an archive that inflates far beyond its size is an error, however many files that takes', async () => {
    const bomb = makeZip(Array.from({ length: 20 }, (_, n) => ({ name: `${n}`, body: Buffer.alloc(1 << 20) })));
    await expect(read(bomb, { ...zipLimits, minTotalBytes: 1 << 20 })).rejects.toThrow(
      expect.objectContaining({
        code: 'feed-too-large',
        message: expect.stringContaining('x.zip: inflates to more than'),
      }),
    );
  });

  test.each([
    ['more entries than there are', (record: Buffer) => record.writeBigUInt64LE(3n, 32), 'feed-malformed'],
    ['entries without number', (record: Buffer) => record.writeBigUInt64LE(1n << 60n, 32), 'feed-too-large'],
    ['a directory of 8 EiB', (record: Buffer) => record.writeBigUInt64LE(1n << 63n, 40), 'feed-malformed'],
    ['a directory beyond the end', (record: Buffer) => record.writeBigUInt64LE(1n << 62n, 48), 'feed-malformed'],
  ])('a zip64 record that claims %s is an error', async (_what, lie, code) => {
    const plain = makeZip([good[0]!]);
    const end = plain.length - 22;
    const record = Buffer.alloc(56);
    record.writeUInt32LE(0x06064b50, 0);
    record.writeBigUInt64LE(1n, 32);
    record.writeBigUInt64LE(BigInt(plain.readUInt32LE(end + 12)), 40);
    record.writeBigUInt64LE(BigInt(plain.readUInt32LE(end + 16)), 48);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50, 0);
    locator.writeBigUInt64LE(BigInt(end), 8);
    const whole = (): Buffer => Buffer.concat([plain.subarray(0, end), record, locator, plain.subarray(end)]);
    expect((await read(whole())).files).toHaveLength(1);
    lie(record);
    await expect(read(whole())).rejects.toThrow(expect.objectContaining({ name: 'AdvisoryError', code }));
  });

  test.each([
    ['nothing', Buffer.alloc(0), 'feed-malformed'],
    ['HTML', Buffer.from('<html>not found</html>'.repeat(10)), 'feed-malformed'],
    ['an archive without its end', makeZip(good).subarray(0, -30), 'feed-malformed'],
    ['an archive without its beginning', makeZip(good).subarray(60), 'feed-malformed'],
  ])('%s is an error', async (_what, bytes, code) => {
    await expect(read(bytes)).rejects.toThrow(expect.objectContaining({ name: 'AdvisoryError', code }));
  });

  test('too many entries is an error', async () => {
    await expect(read(makeZip(good), { ...zipLimits, maxEntries: 2 })).rejects.toThrow(
      expect.objectContaining({ code: 'feed-too-large' }),
    );
  });

  test('mutated archives end, and end in AdvisoryError alone', async () => {
    const bytes = makeZip(good);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.nat(bytes.length),
        async (edits, cut) => {
          const mutated = Buffer.from(bytes.subarray(0, cut < 20 ? bytes.length : cut));
          for (const [at, value] of edits) if (at < mutated.length) mutated[at] = value;
          try {
            await read(mutated);
          } catch (error) {
            expect(error).toBeInstanceOf(AdvisoryError);
          }
        },
      ),
      { seed: 7, numRuns: 400 },
    );
  });
});
