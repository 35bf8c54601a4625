import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAdvisoryError } from '../advisory-error.ts';
import { bzip2Content } from './bzip2.ts';

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function unpacked(bytes: Buffer, size = 1 << 20, maxBytes?: number): Promise<Buffer> {
  const out: Buffer[] = [];
  for await (const piece of bzip2Content('feed.bz2', chunks(bytes, size), maxBytes)) out.push(piece);
  return Buffer.concat(out);
}

const failure = (bytes: Buffer, maxBytes?: number) =>
  unpacked(bytes, 64, maxBytes).then(
    () => 'was read',
    (error) => (isAdvisoryError(error) ? `${error.code}: ${error.message}` : `threw ${error}`),
  );

const tool = spawnSync('bzip2', ['--version']).error === undefined;
const pack = (bytes: Buffer, ...flags: string[]): Buffer =>
  spawnSync('bzip2', ['-c', ...flags], { input: bytes, maxBuffer: 1 << 28 }).stdout;

test.each([
  ['nothing', Buffer.alloc(0), 'feed-malformed: feed.bz2: the bzip2 stream is none'],
  ['gzip', Buffer.from('1f8b0800', 'hex'), 'feed-malformed: feed.bz2: the bzip2 stream is none'],
  [
    'a block that is none',
    Buffer.from('BZh9aaaaaaaaaaaaaaaaaaaaaaa'),
    'feed-malformed: feed.bz2: the bzip2 stream has a damaged block',
  ],
])('%s is refused', async (_, bytes, message) => {
  expect(await failure(bytes)).toContain(message);
});

describe.skipIf(!tool)('what bzip2 packs (needs bzip2: apt-get install bzip2)', () => {
  const text = Buffer.from('<definition id="1">CVE-2024-1</definition>\n'.repeat(30_000));
  const random = Buffer.from(fc.sample(fc.nat(255), { numRuns: 150_000, seed: 3 }));

  test.each<[string, Buffer, string[]]>([
    ['nothing', Buffer.alloc(0), []],
    ['a byte', Buffer.from('a'), []],
    ['a short text', Buffer.from('hello hello hello\n'), []],
    ['every byte', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), []],
    ['runs of every length', Buffer.concat(Array.from({ length: 600 }, (_, n) => Buffer.alloc(n, n % 3))), ['-1']],
    ['text in several blocks', text, ['-1']],
    ['what cannot be packed', random, ['-1']],
  ])('is unpacked, wherever chunks end: %s', async (_, bytes, flags) => {
    const packed = pack(bytes, ...flags);
    for (const size of packed.length < 2000 ? [1, 3, 1 << 20] : [4099, 1 << 20])
      expect((await unpacked(packed, size)).equals(bytes)).toBe(true);
  });

  test('streams one after the other are one', async () => {
    const packed = Buffer.concat([pack(Buffer.from('one ')), pack(Buffer.from('two'))]);
    expect((await unpacked(packed, 5)).toString()).toBe('one two');
  });

  test('a truncated or damaged stream is refused', async () => {
    const packed = pack(text.subarray(0, 100_000));
    expect(await failure(packed.subarray(0, -1))).toMatch(/^feed-malformed: .* breaks off/);
    const damaged = Buffer.from(packed);
    damaged[11]! ^= 1;
    expect(await failure(damaged)).toMatch(/^feed-malformed: .* has a wrong checksum/);
  });

  test('a bomb ends at the limit', async () => {
    expect(await failure(pack(Buffer.alloc(5_000_000)), 1_000_000)).toMatch(/^feed-too-large: /);
  });

  test('mutated streams end, and end in AdvisoryError alone', async () => {
    const packed = pack(Buffer.from('a mutated stream, a mutated stream'.repeat(20)));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(packed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(packed.length),
        async (flips, end) => {
          const bytes = Buffer.from(packed);
          for (const [at, value] of flips) bytes[at] = value;
          await unpacked(bytes.subarray(0, end), 16).catch((error) => {
            if (!isAdvisoryError(error)) throw error;
          });
        },
      ),
      { numRuns: 150 },
    );
  });
});
