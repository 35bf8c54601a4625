import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Statement } from '../feed.ts';
import { recordsOf } from '../statement-records.ts';
import { mergeStatements } from './merge-statements.ts';
import { decodeStatements, encodeStatement } from './shard-format.ts';

const plain: Statement = {
  ids: ['CVE-2024-1'],
  source: 'debian-tracker',
  aliases: [],
  bulletins: ['DSA-1-1'],
  package: 'linux',
  scheme: 'deb',
  ranges: [{ introduced: null, fixed: '6.1-1', lastAffected: null }],
  versions: [],
  status: 'affected',
  labels: [],
  cvss: [],
  published: null,
  modified: null,
  fixedSince: null,
  malicious: false,
  cwes: [],
};

it('writes what is said of several vulnerabilities once', () => {
  const row = mergeStatements(['CVE-2024-2', 'CVE-2024-1'].map((id) => encodeStatement({ ...plain, ids: [id] })));
  expect(row).toBe('[{"i":["CVE-2024-1","CVE-2024-2"],"s":"debian-tracker","b":["DSA-1-1"],"f":"6.1-1"}]');
});

it('is read as records that differ in their ids alone', () => {
  for (const statement of [plain, { ...plain, channel: 'esm', module: 'perl:5.30', arches: ['x86_64'] }]) {
    const { ids: _, ...rest } = statement;
    const encoded = ['CVE-2024-2', 'CVE-2024-1'].map((id) => encodeStatement({ ...statement, ids: [id] }));
    const records = decodeStatements('linux', 'deb', mergeStatements(encoded)).flatMap(recordsOf);
    expect(records).toEqual(['CVE-2024-1', 'CVE-2024-2'].map((id) => ({ id, ...rest })));
  }
});

it('loses no statement, whatever its ids, and does not depend on their order', () => {
  const id = fc.oneof(fc.stringMatching(/^[A-Z]{1,2}$/), fc.constantFrom('a"b', 'c\\', '","', '],', '\u2028', 'é'));
  const statements = fc.array(
    fc.record({
      ids: fc.array(id, { minLength: 1, maxLength: 3 }),
      fixed: fc.constantFrom('1', '2', '],"i":"x"'),
    }),
    { maxLength: 12 },
  );
  const said = (row: string): string[] =>
    [
      ...new Set(
        decodeStatements('linux', 'deb', row)
          .flatMap(recordsOf)
          .map(({ id, ranges }) => JSON.stringify([id, ranges[0]?.fixed])),
      ),
    ].sort();
  fc.assert(
    fc.property(statements, (list) => {
      const encoded = list.map(({ ids, fixed }) =>
        encodeStatement({ ...plain, ids, ranges: [{ introduced: null, fixed, lastAffected: null }] }),
      );
      const row = mergeStatements(encoded);
      expect(said(row)).toEqual(said(`[${encoded.join(',')}]`));
      expect(mergeStatements(encoded.toReversed())).toBe(row);
    }),
  );
});
