import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashBytes } from '../path-hash.ts';
import { PlainPathReader } from './plain-path.ts';
import { cleanPath, decodeField } from './tar-text.ts';

const piece = fc.constantFrom(
  '/',
  '/',
  '.',
  '..',
  './',
  'a',
  'bin',
  '.wh.',
  '.wh..wh..opq',
  'é',
  '\0',
  ' ',
  '...',
  'x.so',
);

function read(bytes: Buffer, reader = new PlainPathReader()) {
  if (!reader.read(bytes, 0, 100)) return undefined;
  const { start, name, end, hash } = reader;
  return { start, name, end, hash };
}

test('is the clean path where it is one at all, and nothing that means something else', () => {
  let plain = 0;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const bytes = Buffer.alloc(100);
      bytes.write(pieces.join(''), 'utf8');
      const path = read(bytes);
      const clean = cleanPath(decodeField(bytes, 0, 100));
      const name = clean?.slice(clean.lastIndexOf('/') + 1) ?? '';
      if (path === undefined) {
        const isPlain = /^[\x01-\x7f]+$/.test(clean ?? '') && !name.startsWith('.wh.');
        // what has a `.` or an empty component somewhere else is read as text
        expect(isPlain && bytes.toString('latin1', 0, 100).replace(/^\.\/|\/?\0.*$/gs, '') === clean).toBe(false);
        return;
      }
      plain += 1;
      expect(bytes.toString('utf8', path.start, path.end)).toBe(clean);
      expect(bytes.toString('utf8', path.name, path.end)).toBe(name);
      expect(path.hash).toBe(hashBytes(bytes, path.name, path.end));
      expect(name).not.toMatch(/^\.wh\./);
    }),
    { numRuns: 5000 },
  );
  expect(plain).toBeGreaterThan(100);
});

test('a field that is full has no NUL', () => {
  const bytes = Buffer.from(`${'d/'.repeat(49)}ab`);
  expect(read(bytes)).toMatchObject({ start: 0, name: 98, end: 100 });
});

test('is the same whatever was read before, and is told to have the directory of what was', () => {
  let same = 0;
  fc.assert(
    fc.property(fc.array(fc.array(piece, { maxLength: 6 }), { maxLength: 6 }), (paths) => {
      const reader = new PlainPathReader();
      let before: string | undefined;
      for (const pieces of paths) {
        const bytes = Buffer.alloc(100);
        bytes.write(pieces.join(''), 'utf8');
        const path = read(bytes, reader);
        expect(path).toEqual(read(bytes));
        if (path === undefined) continue;
        const directory = bytes.toString('latin1', path.start, path.name);
        expect(reader.sameDirectory).toBe(directory === before);
        before = directory;
        if (reader.sameDirectory) same += 1;
      }
    }),
    { numRuns: 2000 },
  );
  expect(same).toBeGreaterThan(100);
});
