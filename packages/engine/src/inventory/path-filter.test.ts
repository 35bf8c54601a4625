import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashBytes } from '../image/path-hash.ts';
import { maybeExecutable, runDirectories } from './binary/executable-path.ts';
import { fileKeys, linkedKeys, matchFile, matchLinked } from './catalogers.ts';
import { PatternFilter, WantedLook } from './path-filter.ts';

const names = [
  'package.json',
  'x.jar',
  'status',
  'os-release',
  'METADATA',
  'a.list',
  'copyright',
  'x.node',
  'libc.so.6',
];
const part = fc.constantFrom('usr', 'lib', 'var', 'dpkg', 'info', 'node_modules', 'x', 'a.b', ...runDirectories);
const path = fc
  .tuple(fc.array(part, { maxLength: 5 }), fc.oneof(fc.constantFrom(...names), part, fc.string({ minLength: 1 })))
  .map(([directories, name]) => [...directories, name.replaceAll('/', '')].join('/'));

function split(text: string) {
  const start = text.lastIndexOf('/') + 1;
  const bytes = Buffer.from(text.slice(start));
  const name = { bytes, start: 0, end: bytes.length, hash: hashBytes(bytes, 0, bytes.length) };
  return { directory: text.slice(0, Math.max(start - 1, 0)), name };
}

test('the first look lets everything through that is meant', () => {
  const look = new WantedLook([...fileKeys, ...linkedKeys]);
  const filter = new PatternFilter(fileKeys);
  const mode = fc.constantFrom(0o644, 0o755, 0o100);
  fc.assert(
    fc.property(path, fc.constantFrom(0, 51, 52, 5000), mode, (text, size, bits) => {
      const { directory, name } = split(text);
      const isMatch = matchFile(text).length > 0;
      if (isMatch) expect(filter.name(name, filter.directory(directory))).toBe(true);
      if (isMatch || matchLinked(text).length > 0 || maybeExecutable(text, size, bits)) {
        expect(look.file(name, look.directory(directory), size, bits)).toBe(true);
      }
    }),
    { numRuns: 5000 },
  );
});

test('and nearly nothing else', () => {
  const look = new WantedLook([...fileKeys, ...linkedKeys]);
  const passed = Array.from({ length: 5000 }, (_, index) => split(`usr/share/doc/a${index}/file-${index}.txt`)).filter(
    ({ directory, name }) => look.file(name, look.directory(directory), 5000, 0o644),
  );
  expect(passed.length).toBeLessThan(500);
});
