import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { proofFilter } from '../catalogers.ts';
import { readRpmDatabase } from './rpm-database.ts';
import { berkeleyFile, headerOf, ndbFile, plainHeader, sqliteFile } from './testing/database-files.ts';

const large = 'L'.repeat(5000);
const headers = [
  plainHeader('small'),
  plainHeader('large', { license: large }),
  plainHeader('gpg-pubkey'),
  plainHeader('last', { epoch: 0, vendor: 'Example, Inc.', modularityLabel: 'a:1:2:3' }),
];
const formats = [
  ['Berkeley DB', (blobs: readonly Buffer[]) => berkeleyFile(blobs)],
  ['ndb', ndbFile],
  ['SQLite', (blobs: readonly Buffer[]) => sqliteFile(blobs)],
  ['SQLite, pages of 512 bytes', (blobs: readonly Buffer[]) => sqliteFile(blobs, 512)],
  ['SQLite, pages of 65536 bytes', (blobs: readonly Buffer[]) => sqliteFile(blobs, 65536)],
] as const;

const namesIn = (body: Buffer) => readRpmDatabase(body, proofFilter).packages.map(({ name }) => name);

describe.each(formats)('%s', (_, write) => {
  const body = write(headers);

  test('what it holds, without keys', () => {
    const { packages, damage } = readRpmDatabase(body, proofFilter);
    expect(damage).toBeNull();
    expect(packages.map(({ name, epoch }) => [name, epoch])).toEqual([
      ['small', null],
      ['large', null],
      ['last', 0],
    ]);
    expect(packages[1]?.license).toBe(large);
    expect(packages[2]).toMatchObject({
      version: '1.0-2',
      arch: 'noarch',
      source: { name: 'last', version: '1.0-2' },
      vendor: 'Example, Inc.',
      modularity: 'a:1:2:3',
    });
  });

  test('no packages', () => {
    expect(readRpmDatabase(write([]), proofFilter)).toEqual({ packages: [], damage: null });
  });

  test('many packages', () => {
    const many = Array.from({ length: 40 }, (_, index) =>
      plainHeader(`p${index}`, { license: 'x'.repeat(index * 40) }),
    );
    expect(namesIn(write(many))).toEqual(many.map((_, index) => `p${index}`));
  });

  test('a damaged header costs that package alone', () => {
    const { packages, damage } = readRpmDatabase(
      write([headers[0]!, Buffer.alloc(40, 0xff), headers[3]!]),
      proofFilter,
    );
    expect(packages.map(({ name }) => name)).toEqual(['small', 'last']);
    expect(damage).not.toBeNull();
  });

  test('cut anywhere, it is damaged', () => {
    for (let length = 1; length < body.length; length += Math.ceil(body.length / 300)) {
      const { packages, damage } = readRpmDatabase(body.subarray(0, length), proofFilter);
      expect(damage, `cut at ${length}`).not.toBeNull();
      expect(packages.length).toBeLessThanOrEqual(3);
    }
  });

  test('bytes changed at random: it ends, throws nothing, and finds no more than there is', () => {
    const change = fc.record({ at: fc.nat(body.length - 1), byte: fc.constantFrom(0, 1, 2, 5, 13, 0x7f, 0x80, 0xff) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), fc.nat(body.length), (changes, end) => {
        const copy = Buffer.from(body);
        for (const { at, byte } of changes) copy[at] = byte;
        for (const bytes of [copy, copy.subarray(0, end)]) {
          const { packages } = readRpmDatabase(bytes, proofFilter);
          expect(packages.length).toBeLessThanOrEqual(20);
        }
      }),
      { seed: 20261123, numRuns: 1500 },
    );
  });

  test('numbers forged at every place of the first pages', () => {
    for (let at = 0; at < Math.min(body.length - 4, 1200); at += 1) {
      for (const number of [0, 1, 0x7fffffff, 0xffffffff]) {
        const copy = Buffer.from(body);
        copy.writeUInt32BE(number, at);
        expect(namesIn(copy).length).toBeLessThanOrEqual(20);
      }
    }
  });
});

test('pages that lead to themselves or to another header’s', () => {
  const body = berkeleyFile(headers);
  for (let page = 2; page < body.length / 1024; page += 1) {
    for (const next of [page, 2, 1, 0xffffffff]) {
      const copy = Buffer.from(body);
      if (copy.readUInt32LE(page * 1024 + 16) === next) continue;
      copy.writeUInt32LE(next, page * 1024 + 16);
      expect(readRpmDatabase(copy, proofFilter).damage).not.toBeNull();
    }
  }
});

test('a page of Berkeley DB that is marked as free hides no package in silence', () => {
  const copy = berkeleyFile(headers);
  copy[1024 + 25] = 0;
  expect(readRpmDatabase(copy, proofFilter)).toMatchObject({ packages: [], damage: expect.stringContaining('page 2') });
});

test('a checksum of ndb that does not agree is damage, and the package is listed', () => {
  const copy = ndbFile(headers);
  copy[copy.indexOf('LLLL')] = 0x4d;
  expect(readRpmDatabase(copy, proofFilter)).toMatchObject({ packages: { length: 3 }, damage: /checksum/ });
});

test('a table that leads to its own page ten thousand times over', () => {
  const body = sqliteFile(headers, 512);
  for (let page = 2; page < body.length / 512; page += 1) {
    const copy = Buffer.from(body);
    // an inner page whose children are all the page itself
    copy.fill(0, page * 512, page * 512 + 512);
    copy[page * 512] = 5;
    copy.writeUInt16BE(200, page * 512 + 3);
    copy.writeUInt32BE(page + 1, page * 512 + 8);
    expect(namesIn(copy).length).toBeLessThanOrEqual(4);
  }
});

test('a million items that all lead to the same pages cost what the file costs', () => {
  const one = plainHeader('a', { license: 'x'.repeat(2_000_000) });
  const body = berkeleyFile([one], 65536);
  // fill the page of items with pairs that lead to the same chain
  const at = 65536;
  const [key, value] = [body.readUInt16LE(at + 26 + 4), body.readUInt16LE(at + 26 + 6)];
  let [low, count] = [value, 4];
  for (; low - 17 > 26 + 2 * (count + 2); count += 2) {
    body.copy(body, at + low - 5, at + key, at + key + 5);
    body.copy(body, at + low - 17, at + value, at + value + 12);
    body.writeUInt16LE(low - 5, at + 26 + 2 * count);
    body.writeUInt16LE(low - 17, at + 26 + 2 * count + 2);
    low -= 17;
  }
  body.writeUInt16LE(count, at + 20);
  const { packages, damage } = readRpmDatabase(body, proofFilter);
  expect([count > 5000, packages.length, damage !== null]).toEqual([true, 1, true]);
});

describe('the fields of a header', () => {
  const one = (values: Parameters<typeof headerOf>[0]) => readRpmDatabase(ndbFile([headerOf(values)]), proofFilter);
  const base = { name: 'a', version: '1', release: '2' };

  test.each([
    ['glibc-2.34-1.el9.src.rpm', { name: 'glibc', version: '2.34-1.el9' }],
    ['a-b-c-1-2.nosrc.rpm', { name: 'a-b-c', version: '1-2' }],
    ['(none)', null],
    ['a-1.src.rpm', null],
    ['-1-2.src.rpm', null],
    ['a-1-2.x86_64.rpm', null],
  ])('source %s', (sourceRpm, source) => {
    expect(one({ ...base, sourceRpm }).packages[0]?.source).toEqual(source);
  });

  test('a source of a hundred thousand dashes', () => {
    expect(one({ ...base, sourceRpm: `${'-'.repeat(100_000)}.src.rpm` }).packages[0]?.source).toBeNull();
  });

  test.each([
    ['no name', { version: '1', release: '2' }],
    ['no version', { name: 'a', release: '2' }],
    ['a blank in the name', { ...base, name: 'a b' }],
    ['a name that is a number', { ...base, name: 7 }],
  ])('%s is damage', (_, values) => {
    expect(one(values)).toMatchObject({ packages: [], damage: expect.any(String) });
  });

  test('what is not there is null', () => {
    expect(one(base).packages).toEqual([
      {
        ...{ name: 'a', version: '1-2', epoch: null, arch: null, source: null, vendor: null, license: null },
        ...{ modularity: null, headerDigest: null, proofs: [], algorithm: 'md5' },
      },
    ]);
  });

  test('what a builder wrote as (none) is null', () => {
    const none = {
      arch: '(none)',
      vendor: '(none)',
      license: '(none)',
      sourceRpm: '(none)',
      modularityLabel: '(none)',
    };
    expect(one({ ...base, ...none }).packages).toEqual(one(base).packages);
  });

  test('a tag that stands twice: the later one counts', () => {
    const blob = headerOf({ name: 'a', version: '1', release: '2', license: 'x', vendor: 'old', sourceRpm: 'new' });
    // the sixth entry becomes a second vendor
    blob.writeUInt32BE(1011, 8 + 16 * 5);
    expect(readRpmDatabase(ndbFile([blob]), proofFilter).packages[0]?.vendor).toBe('new');
  });

  const files = {
    baseNames: ['x', 'METADATA', 'METADATA', 'METADATA', 'package.json', 'METADATA'],
    dirNames: ['/usr/', '/usr/lib/a-1.dist-info/', '/srv/node_modules/b/', '/b-1.dist-info/'],
    dirIndexes: [0, 0, 1, 9, 2, 3],
    fileDigests: ['', '11', '22', '33', '44', ''],
    fileDigestAlgorithm: 8,
  };

  test('files that prove language packages', () => {
    expect(one({ ...base, ...files }).packages[0]).toMatchObject({
      proofs: [
        { path: 'usr/lib/a-1.dist-info/METADATA', digest: '22' },
        { path: 'srv/node_modules/b/package.json', digest: '44' },
        { path: 'b-1.dist-info/METADATA', digest: null },
      ],
      algorithm: 'sha256',
    });
  });

  test.each([
    [
      'documentation and translations',
      ['/usr/share/doc/', '/usr/share/doc/a/', '/usr/share/locale/de/LC_MESSAGES/'],
      true,
    ],
    ['documentation and a program', ['/usr/share/doc/', '/usr/bin/'], undefined],
    ['a folder that only begins alike', ['/usr/share/documents/'], undefined],
    ['no file', [], undefined],
  ])('whether all files are data: %s', (_, dirNames, expected) => {
    const some = { baseNames: dirNames.map(() => 'x'), dirNames, dirIndexes: dirNames.map((__, at) => at) };
    const [found] = one({ ...base, ...(dirNames.length > 0 ? some : {}) }).packages;
    expect(found?.dataOnly).toBe(expected);
  });

  test('file names of before 1999', () => {
    const names = ['/usr/share/x', '/usr/lib/a-1.dist-info/METADATA'];
    expect(one({ ...base, oldFileNames: names, fileDigests: ['', '22'] }).packages[0]).toMatchObject({
      proofs: [{ path: 'usr/lib/a-1.dist-info/METADATA', digest: '22' }],
      algorithm: 'md5',
    });
  });

  test('a million names in a directory of four thousand letters', () => {
    const count = 1_000_000;
    const baseNames = Array.from({ length: count }, () => 'a');
    const dirNames = [`/package.json/${'d'.repeat(4000)}/`];
    const blob = headerOf({ ...base, baseNames, dirNames, dirIndexes: baseNames.map(() => 0) });
    expect(readRpmDatabase(ndbFile([blob]), proofFilter).damage).toContain('more files');
  });

  test('more paths than are kept are told', () => {
    const count = 20_000;
    const many = {
      baseNames: Array.from({ length: count }, () => 'METADATA'),
      dirNames: [`/${'d'.repeat(4000)}/a-1.dist-info/`],
      dirIndexes: Array.from({ length: count }, () => 0),
    };
    const { packages, damage } = one({ ...base, ...many });
    expect(packages[0]!.proofs.length).toBeLessThan(count);
    expect(damage).toContain('more files');
  });
});

describe('files of 60 MB that are all numbers and names', () => {
  const size = 60 * 1024 * 1024;
  const inTime = (body: Buffer) => {
    const started = process.threadCpuUsage();
    const { damage } = readRpmDatabase(body, proofFilter);
    const { user, system } = process.threadCpuUsage(started);
    expect(damage).not.toBeNull();
    // microseconds of CPU; it takes less than a second, and took minutes where a page was walked for each item
    expect(user + system).toBeLessThan(10_000_000);
  };

  test('headers of which each item says that it has 50 MB', () => {
    const body = Buffer.alloc(size, berkeleyFile(headers).subarray(1024, 2048));
    berkeleyFile(headers).copy(body);
    for (let at = 1024; at < size; at += 1024) body.writeUInt32LE(at / 1024, at + 8);
    inTime(body);
  });

  test('base names and directories of no letters', () => {
    for (const names of ['baseNames', 'dirNames'] as const) {
      const blob = headerOf({ name: 'a', version: '1', release: '2', [names]: [''] });
      const header = Buffer.concat([blob, Buffer.alloc(size)]);
      // the count of the last entry
      header.writeUInt32BE(0xffffffff, 8 + 16 * 3 + 12);
      if (names === 'dirNames') header.writeUInt32BE(1117, 8 + 16 * 2);
      inTime(ndbFile([header]));
    }
  });

  test('a tree of which every page leads to all others', () => {
    const body = Buffer.alloc(size);
    sqliteFile(headers, 65536).copy(body);
    for (let page = 2; page < size / 65536; page += 1) {
      const at = page * 65536;
      body[at] = 5;
      body.writeUInt16BE(30_000, at + 3);
      body.writeUInt32BE((page * 7) % (size / 65536), at + 8);
      body.fill(0xff, at + 12, at + 60_012);
    }
    // the root of the table
    body.copy(body, 65536, 2 * 65536, 3 * 65536);
    inTime(body);
  });
});

test('more packages than any system has', () => {
  const small = headerOf({ name: 'a', version: '1', release: '2' });
  const body = sqliteFile(Array.from({ length: 200_001 }, () => small));
  const { packages, damage } = readRpmDatabase(body, proofFilter);
  expect([packages.length, damage]).toEqual([200_000, expect.stringContaining('200000 packages')]);
});

test('an empty file is an empty database, and others are damaged', () => {
  expect(readRpmDatabase(Buffer.alloc(0), proofFilter)).toEqual({ packages: [], damage: null });
  for (const text of ['x', 'SQLite format 3', 'RpmP', 'noise '.repeat(1000)]) {
    expect(readRpmDatabase(Buffer.from(text), proofFilter)).toMatchObject({ packages: [], damage: expect.any(String) });
  }
});
