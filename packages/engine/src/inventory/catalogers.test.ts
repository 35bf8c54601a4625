import { describe, expect, test } from 'vitest';
import { squash } from '../image/squash.ts';
import type { FileReader, ReadPattern } from './cataloger.ts';
import { catalogers, catalogerVersions, matchFile, proofFilter, readers } from './catalogers.ts';
import { CatalogError } from './error.ts';

test('names are unique, and their versions are stated in order', () => {
  const names = readers.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(Object.keys(catalogerVersions())).toEqual([...names].sort());
});

/** A path that a pattern matches. */
function example(pattern: ReadPattern): string {
  if (pattern.path !== undefined) return pattern.path;
  const parent = pattern.parentSuffix === undefined ? [] : [`x${pattern.parentSuffix}`];
  const above = [pattern.directory ?? pattern.below ?? 'usr', ...(pattern.inside?.split('/') ?? [])];
  const name = pattern.name ?? `x${pattern.suffix ?? ''}`;
  const deeper = pattern.directory === undefined && parent.length === 0 ? ['x'] : parent;
  return [...above, ...deeper, name].join('/');
}

const bodies = [
  Buffer.alloc(0),
  Buffer.from('\n'),
  Buffer.from('[]'),
  Buffer.from('{"name":"a","version":"1"}'),
  Buffer.from('Package: a\nVersion: 1\nName: a\n\n'),
  Buffer.from('P:a\nV:1\n\n'),
  Buffer.from([0, 0xff, 0xfe, 0x0a, 0x80]),
];

describe.each(readers.map((reader) => [reader.name, reader] as const))(
  'reader %s',
  (_, reader: FileReader<unknown>) => {
    test('states what it reads', () => {
      expect(Number.isSafeInteger(reader.version) && reader.version > 0).toBe(true);
      expect(reader.reads.length).toBeGreaterThan(0);
      if (reader.reads.some(({ presence }) => !presence)) expect(reader.maxBytes).toBeGreaterThan(0);
    });

    test('facts are JSON values, and errors are of this room', () => {
      for (const pattern of reader.reads.filter(({ presence }) => !presence)) {
        for (const body of bodies) {
          const before = Buffer.from(body);
          try {
            const parsed = reader.parse(example(pattern), body, proofFilter);
            expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed);
          } catch (error) {
            expect(error).toBeInstanceOf(CatalogError);
          }
          expect(body).toEqual(before);
        }
      }
    });
  },
);

describe.each(catalogers.map((each) => [each.name, each] as const))('cataloger %s', (_, cataloger) => {
  test('finds nothing in nothing', () => {
    const context = {
      distro: null,
      view: squash([]),
      files: [],
      present: [],
      history: () => [],
      layerId: () => null,
    };
    const { packages, owners = new Map(), incomplete = [] } = cataloger.assemble(context);
    expect([packages, [...owners], incomplete]).toEqual([[], [], []]);
  });

  test('its patterns are reached by the compiled decision', () => {
    for (const pattern of cataloger.reads.filter(({ accepts, executable }) => !accepts && !executable)) {
      expect(matchFile(example(pattern)).map((match) => match.pattern)).toContain(pattern);
    }
  });
});

test('no needle is found in every line of a file list', () => {
  expect(proofFilter.needles.filter((needle) => needle.length < 3)).toEqual([]);
});

test('files of applications and most of an image are nobody’s', () => {
  const paths = [
    'usr/bin/ls',
    'var/lib/dpkg/info/a.postinst',
    'srv/package.json',
    'usr/share/doc/a/README',
    'etc/passwd',
  ];
  expect(paths.filter((path) => matchFile(path).length > 0)).toEqual([]);
});
