import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AdvisoryError } from '../advisory-error.ts';
import { makeTar, tarHeader } from '../testing/make-tar.ts';
import type { ArchiveVisitor } from './archive-visitor.ts';
import { readTar, tarLimits } from './tar.ts';

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Buffer, size = 1000, limits = tarLimits) {
  const found: [string, string][] = [];
  const refused: string[] = [];
  const visitor: ArchiveVisitor = {
    wanted: (path) => path.endsWith('.json'),
    file: (path, body) => found.push([path, body.toString()]),
    refused: (path) => refused.push(path),
  };
  await readTar('x.tar', chunks(bytes, size), visitor, limits);
  return { found, refused };
}

const archive = makeTar({ 'r/a.json': '1'.repeat(700), 'r/skipped.txt': 'x'.repeat(2000), 'r/b.json': '2' });

describe('tar', () => {
  test.each([1, 511, 512, 513, 100_000])('wanted bodies come whole from chunks of %i bytes', async (size) => {
    expect((await read(archive, size)).found).toEqual([
      ['r/a.json', '1'.repeat(700)],
      ['r/b.json', '2'],
    ]);
  });

  test('a body over the limit is refused and the next one read', async () => {
    expect(await read(archive, 512, { ...tarLimits, maxBodyBytes: 100 })).toEqual({
      found: [['r/b.json', '2']],
      refused: ['r/a.json'],
    });
  });

  test.each([
    ['nothing', Buffer.alloc(0), 'feed-malformed'],
    ['a body that is cut off', archive.subarray(0, 900), 'feed-malformed'],
    ['a header that is cut off', archive.subarray(0, 300), 'feed-malformed'],
    ['something else', Buffer.from('<html>'.repeat(200)), 'feed-malformed'],
  ])('%s is an error', async (_what, bytes, code) => {
    await expect(read(bytes)).rejects.toMatchObject({ name: 'AdvisoryError', code });
  });

  test('the inflated size and the number of entries are bounded', async () => {
    await expect(read(archive, 512, { ...tarLimits, maxTotalBytes: 1024 })).rejects.toMatchObject({
      code: 'feed-too-large',
    });
    await expect(read(archive, 512, { ...tarLimits, maxEntries: 2 })).rejects.toMatchObject({ code: 'feed-too-large' });
  });

  test('a size of eight gigabytes in a header takes no memory', async () => {
    const header = tarHeader('r/huge.json', 0o77777777777);
    const { refused } = await read(header).catch((error: AdvisoryError) => ({ refused: [error.code] }));
    expect(refused).toEqual(['feed-malformed']);
  });

  test('mutated archives end, and end in AdvisoryError alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (edits) => {
          const mutated = Buffer.from(archive);
          for (const [at, value] of edits) mutated[at] = value;
          await read(mutated).catch((error: unknown) => expect(error).toBeInstanceOf(AdvisoryError));
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });
});
