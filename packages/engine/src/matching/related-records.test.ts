import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Statement } from '../advisories/types.ts';
import { relatedRecords } from './related-records.ts';
import { alone, record } from './testing.ts';
import { groupByVulnerability, type VulnerabilityGroup } from './vulnerability-group.ts';

const name = fc.constantFrom(
  'CVE-1',
  'CVE-2',
  'CVE-3',
  'CVE-4',
  'GHSA-a',
  'GHSA-b',
  'GHSA-c',
  'DSA-1',
  'OSV-1',
  'OSV-2',
);
const names = (minLength: number) => fc.uniqueArray(name, { minLength, maxLength: 3 });

const statement: fc.Arbitrary<Statement> = fc
  .record({
    ids: names(1),
    aliases: fc.oneof(fc.constant<string[]>([]), names(0)),
    bulletins: names(0),
    source: fc.constantFrom('osv', 'debian-tracker'),
    channel: fc.constantFrom('esm', undefined),
  })
  .map(({ channel, ...more }) => ({
    ...alone(record('CVE-1', 'linux')),
    ...more,
    ...(channel !== undefined && { channel }),
  }));

it('are grouped as they would be among all records of the package', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(statement, fc.boolean()), { maxLength: 12 }), (said) => {
      const statements = said.map(([each]) => each);
      const chosen = new Set(said.filter(([, isChosen]) => isChosen).map(([each]) => each));
      const ids = new Set([...chosen].flatMap((each) => [...each.ids, ...each.aliases]));
      const isAsked = (group: VulnerabilityGroup): boolean => group.ids.some((id) => ids.has(id));
      const all = groupByVulnerability(
        statements.flatMap(({ ids, ...rest }) => ids.map((id) => ({ id, ...rest }))),
      ).filter(isAsked);
      const related = groupByVulnerability([...relatedRecords(statements, chosen).keys()]).filter(isAsked);
      expect(related).toEqual(all);
    }),
    { numRuns: 2000 },
  );
});

it('leaves out what names other vulnerabilities', () => {
  const said = ['CVE-1', 'CVE-2', 'GHSA-b'].map((id) =>
    alone(record(id, 'a', { aliases: id === 'GHSA-b' ? ['CVE-2'] : [] })),
  );
  expect([...relatedRecords(said, new Set([said[1]!])).keys()].map(({ id }) => id)).toEqual(['CVE-2', 'GHSA-b']);
});

it('follows a long chain of names in a time that grows with it', () => {
  const chain = Array.from({ length: 20_000 }, (_, at) => alone(record(`X-${at}`, 'a', { aliases: [`X-${at + 1}`] })));
  expect(relatedRecords(chain, new Set([chain.at(-1)!])).size).toBe(chain.length);
  const many = Array.from({ length: 5_000 }, (_, at) => `Y-${at}`);
  const same = ['X-1', 'X-2'].map((id) => alone(record(id, 'a', { aliases: many })));
  expect(relatedRecords(same, new Set([same[0]!])).size).toBe(2);
});
