import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EntryTable } from './entry-table.ts';
import type { EntryType, LayerEntry } from './types.ts';

const kinds: readonly EntryType[] = ['file', 'directory', 'symlink', 'hardlink', 'character', 'block', 'fifo'];
const text = fc.string({ unit: fc.constantFrom('a', '/', 'é', '…', '😀', '\uf7e9', '\n', '\0'), maxLength: 40 });
const number = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const entry = fc.record<LayerEntry>({
  path: text,
  type: fc.constantFrom(...kinds),
  mode: fc.nat({ max: 0o7777 }),
  uid: number,
  gid: number,
  size: number,
  linkTarget: fc.option(text),
});

test('what is put in comes out, in order', () => {
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const table = new EntryTable();
      for (const each of entries) table.push(each);
      expect(table.length).toBe(entries.length);
      expect([...table]).toEqual(entries);
      entries.forEach((each, index) => {
        expect(table.pathAt(index)).toBe(each.path);
      });
      expect([table.at(-1), table.at(entries.length)]).toEqual([undefined, undefined]);
    }),
  );
});

test('finds the last entry of a path, also of those that were added since it was asked', () => {
  const path = fc.array(fc.constantFrom('a', 'b', 'é'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  fc.assert(
    fc.property(fc.array(path, { maxLength: 40 }), (paths) => {
      const table = new EntryTable();
      const last = new Map<string, number>();
      paths.forEach((each, index) => {
        table.push({ path: each, type: 'file', mode: 0, uid: 0, gid: 0, size: 0, linkTarget: null });
        last.set(each, index);
        if (index % 3 === 0) expect(table.find(each)).toBe(index);
      });
      for (const each of ['a', 'b', 'a/b', 'a/b/é', 'x', 'x/a', ''])
        expect(table.find(each)).toBe(last.get(each) ?? -1);
      for (const [each, index] of last) expect(table.find(each)).toBe(index);
    }),
  );
});

test('it grows as far as it must', () => {
  const table = new EntryTable();
  const made = (index: number): LayerEntry => ({
    path: `${'é'.repeat(index % 200)}/${index}`,
    type: 'file',
    mode: 0o644,
    uid: index,
    gid: 0,
    size: 2 * index,
    linkTarget: null,
  });
  const add = (end: number) => {
    for (let index = table.length; index < end; index += 1) table.push(made(index));
  };
  for (const end of [700, 5000, 29_000]) {
    add(end);
    table.trim();
  }
  add(30_000);
  for (const index of [0, 699, 700, 1023, 1024, 4095, 4096, 4999, 5000, 28_999, 29_000, 29_999])
    expect(table.at(index)).toEqual(made(index));
});

test('an owner of its own for each of more entries than a word counts owners', () => {
  const table = new EntryTable();
  const made = (index: number): LayerEntry => ({
    path: 'a',
    type: 'fifo',
    mode: 0o7777,
    uid: index,
    gid: 2 * index,
    size: 0,
    linkTarget: null,
  });
  const count = 131_100;
  for (let index = 0; index < count; index += 1) table.push(made(index));
  for (const index of [0, 131_070, 131_071, 131_072, count - 1]) expect(table.at(index)).toEqual(made(index));
});
