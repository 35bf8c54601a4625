import { describe, expect, test } from 'vitest';
import { CatalogError } from './error.ts';
import { type ZipFile, type ZipOptions, zipOf } from './testing/zip.ts';
import { beginsAsZip, readZipEntry, zipEntries } from './zip-archive.ts';

const files = { 'a.txt': 'x'.repeat(1000), 'd/': '', 'd/b': { body: 'stored', stored: true }, empty: '' };

function contents(bytes: Buffer): readonly (readonly [string, string])[] {
  return [...zipEntries(bytes)].map((entry) => [entry.name, readZipEntry(bytes, entry).toString()]);
}

describe('an archive is read whatever stands around it', () => {
  const rows: readonly (readonly [string, ZipOptions])[] = [
    ['alone', {}],
    ['a script before it', { prefix: '#!/bin/sh\nexec java -jar "$0" "$@"\n' }],
    ['a comment', { comment: 'made by hand' }],
    ['the longest comment', { comment: 'c'.repeat(0xffff) }],
    ['an end record in the comment that is none', { comment: 'PK\x05\x06 of another archive, so to say' }],
    ['bytes behind it', { suffix: 'signature' }],
    ['zip64', { zip64: true }],
    ['zip64 behind a script', { zip64: true, prefix: '#!/bin/sh\n' }],
    ['nul bytes behind it', { suffix: Buffer.alloc(512) }],
  ];
  test.each(rows)('%s', (_, options) => {
    expect(contents(zipOf(files, options))).toEqual([
      ['a.txt', 'x'.repeat(1000)],
      ['d/', ''],
      ['d/b', 'stored'],
      ['empty', ''],
    ]);
  });

  test('sizes and offsets of zip64 in the extra field', () => {
    expect(contents(zipOf({ first: 'x', a: { body: 'zip64', zip64: true } }))[1]).toEqual(['a', 'zip64']);
  });

  test('the directory decides: the number of entries does not, an entry that it leaves out is not there', () => {
    const bytes = zipOf({ a: '1', b: '2' });
    bytes.writeUInt16LE(7, bytes.length - 12);
    expect(contents(bytes)).toHaveLength(2);
    const other = zipOf({ c: '3' });
    expect(contents(Buffer.concat([bytes, other]))).toEqual([['c', '3']]);
  });
});

test('a stored body is a view, no copy', () => {
  const bytes = zipOf({ a: { body: 'stored', stored: true } });
  const [entry] = zipEntries(bytes);
  expect(readZipEntry(bytes, entry!).buffer).toBe(bytes.buffer);
});

describe('no archive', () => {
  const good = zipOf(files);
  const forged = (at: number, value: number) => {
    const bytes = Buffer.from(good);
    bytes.writeUInt32LE(value, bytes.length + at);
    return bytes;
  };
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('version https://git-lfs.github.com/spec/v1\n')],
    ['its beginning', good.subarray(0, -30)],
    ['its end', good.subarray(-22)],
    ['a directory longer than the file', forged(-10, 0xfffffff0)],
    ['a directory behind the end', forged(-6, 0xfffffff0)],
    ['a directory that begins elsewhere', forged(-10, 60)],
    ['an end record alone at the very end', Buffer.from('PK\x05\x06', 'latin1')],
  ])('%s', (_, bytes) => {
    expect(() => contents(bytes)).toThrow(CatalogError);
  });

  test('begins as one', () => {
    expect([good, zipOf({}), Buffer.from('PK'), Buffer.alloc(100)].map(beginsAsZip)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('a file that is not what its header says', () => {
  const rows: readonly (readonly [string, ZipFile, string])[] = [
    ['encrypted', { body: 'x', encrypted: true }, 'is encrypted'],
    ['another method', { body: 'x', method: 93 }, 'by method 93'],
    ['no deflate stream', { body: 'x', stored: true, method: 8 }, 'cannot be inflated'],
    ['larger than it says', { body: 'x'.repeat(10_000_000), size: 100 }, 'cannot be inflated'],
    ['empty, it says', { body: 'x', size: 0 }, 'cannot be inflated'],
    ['smaller than it says', { body: 'x', size: 2 }, 'cannot be inflated'],
    ['a size that deflate cannot reach', { body: 'x', size: 0xfffffffe }, 'cannot be inflated'],
    ['a stored one of another size', { body: 'xyz', stored: true, size: 2 }, 'size or checksum is wrong'],
    ['another checksum', { body: 'x', crc: 1 }, 'checksum'],
    ['elsewhere', { body: 'x', offset: 1 }, 'not where'],
    ['far away', { body: 'x', offset: 0xfffffffe }, 'not where'],
  ];
  test.each(rows)('%s', (_, file, says) => {
    const bytes = zipOf({ a: file });
    const [entry] = zipEntries(bytes);
    expect(() => readZipEntry(bytes, entry!)).toThrow(says);
    expect(() => readZipEntry(bytes, entry!)).toThrow(CatalogError);
  });

  test('a long name is shortened in messages', () => {
    const bytes = zipOf({ ['n'.repeat(60_000)]: { body: 'x', crc: 1 } });
    const [entry] = zipEntries(bytes);
    expect(() => readZipEntry(bytes, entry!)).toThrow(/^.{100,300}$/);
  });
});
