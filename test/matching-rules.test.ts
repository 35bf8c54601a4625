import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { schemeCompare } from '../packages/engine/src/advisories/feeds/compare.ts';
import { osvEcosystem } from '../packages/engine/src/advisories/feeds/osv-ecosystems.ts';
import { osvRecord } from '../packages/engine/src/advisories/feeds/osv-schema.ts';
import { osvStatements } from '../packages/engine/src/advisories/feeds/osv-statements.ts';
import { distroShard, ecosystemShard, shardPackageName } from '../packages/engine/src/advisories/shard-names.ts';
import { decodeStatements, encodeStatement } from '../packages/engine/src/advisories/store/shard-format.ts';
import type { Statement } from '../packages/engine/src/advisories/types.ts';
import type { Package } from '../packages/engine/src/inventory/types.ts';
import { matchInventory } from '../packages/engine/src/matching/match.ts';
import { planLookups } from '../packages/engine/src/matching/plan.ts';
import { alone, debian12, distro, inventory, pkg, tracker } from '../packages/engine/src/matching/testing.ts';
import { root } from './pages.ts';

/*
 * The rules of docs/matching.md, with the names, shards and schemes that the program has, from the record as it is published
 * to the match. What one room decides alone has its tests there; the page names them.
 */

/** What an OSV ecosystem says, as a shard gives it back. */
function published(ecosystem: string, record: Record<string, unknown>): [shard: string, said: Statement][] {
  const of = osvEcosystem(ecosystem);
  const parsed = osvRecord.parse({ modified: '2024-01-02T00:00:00Z', ...record });
  return osvStatements(parsed, of, schemeCompare(of.scheme)).flatMap(({ shard, statement }) =>
    decodeStatements(statement.package, statement.scheme, `[${encodeStatement(statement)}]`).map(
      (said) => [shard, said] as [string, Statement],
    ),
  );
}

const range = (events: readonly object[]) => [{ type: 'ECOSYSTEM', events }];
const fixedIn = (ecosystem: string, name: string, fixed: string, introduced = '0') =>
  published(ecosystem, {
    id: 'CVE-2024-1',
    affected: [{ package: { ecosystem, name }, ranges: range([{ introduced }, { fixed }]) }],
  });

interface Answer {
  readonly ids: readonly string[];
  /** codes of what could not be judged */
  readonly incomplete: readonly string[];
}

function judge(packages: readonly Package[], said: readonly (readonly [string, Statement])[], of = debian12): Answer {
  const image = inventory(packages, { distro: of });
  const plan = planLookups(image, { distroShard, ecosystemShard, shardPackageName });
  const shards = Map.groupBy(said, ([shard]) => shard);
  const advisories = new Map(
    [...shards].map(([shard, all]) => [
      shard,
      Map.groupBy(
        all.map(([, each]) => each),
        (each) => each.package,
      ),
    ]),
  );
  const { candidates, incomplete } = matchInventory({ inventory: image, plan, advisories });
  return {
    ids: candidates.map(({ id }) => id),
    incomplete: [...plan.incomplete, ...incomplete].map(({ code }) => code),
  };
}

const found = { ids: ['CVE-2024-1'], incomplete: [] };
const none = { ids: [], incomplete: [] };

type Row = readonly [
  ecosystem: string,
  type: string,
  name: string,
  version: string,
  recordName: string,
  fixed: string,
  boolean,
];

function rows(title: string, table: readonly Row[]): void {
  describe(title, () => {
    it.each(table)(
      '%s: %s %s %s, record of %s before %s: %s',
      (ecosystem, type, name, version, of, fixed, affected) => {
        expect(judge([pkg(type, name, version)], fixedIn(ecosystem, of, fixed))).toEqual(affected ? found : none);
      },
    );
  });
}

describe('distro packages', () => {
  it('source and binary: a record on a source is about what is built from it, and not about a binary of its name', () => {
    const records = [['debian-12', alone(tracker('CVE-2024-1', 'foo', '2.0-1'))]] as const;
    const ofSource = { source: { name: 'foo', version: '1.0-1' } };
    expect(judge([pkg('deb', 'libfoo1', '1:7', ofSource)], records)).toEqual(found);
    const ofOther = { source: { name: 'bar', version: '1.0-1' } };
    expect(judge([pkg('deb', 'foo', '1.0-1', ofOther)], records)).toEqual(none);
  });

  it('epochs: a version with one is above all without', () => {
    const of = (version: string) => pkg('deb', 'foo', version);
    const records = [['debian-12', alone(tracker('CVE-2024-1', 'foo', '1:1.0-1'))]] as const;
    expect(judge([of('9.9-1')], records)).toEqual(found);
    expect(judge([of('1:1.0-1')], records)).toEqual(none);
  });

  it.each(['kali', 'raspbian', 'linuxmint', 'pop', 'elementary', 'deepin', 'devuan'])(
    'derivation: %s is not its parent',
    (id) => {
      const like = { ...distro(id, '12'), like: ['debian', 'ubuntu'] };
      const records = [['debian-12', alone(tracker('CVE-2024-1', 'foo', '2.0-1'))]] as const;
      expect(judge([pkg('deb', 'foo', '1.0-1')], records, like).ids).toEqual([]);
      const plan = planLookups(inventory([pkg('deb', 'foo', '1.0-1')], { distro: like }), {
        distroShard,
        ecosystemShard,
        shardPackageName,
      });
      expect(plan.noFeedDistro).toEqual(like);
    },
  );

  it('a range of GitHub’s beside the distro’s "not affected": the distro’s word counts, for its own package alone', () => {
    const own = alone(tracker('CVE-2024-1', 'foo', null, { status: 'not-affected', ranges: [] }));
    const copy = { ...alone(tracker('CVE-2024-1', 'foo', '2.0-1')), source: 'github' };
    const records = [['debian-12', own], ['debian-12', copy], ...fixedIn('npm', 'foo', '2.0.0')] as const;
    expect(judge([pkg('deb', 'foo', '1.0-1')], records)).toEqual(none);
    expect(judge([pkg('npm', 'foo', '1.0.0')], records)).toEqual(found);
    const shipped = pkg('npm', 'foo', '1.0.0', { ownedBy: 'foo' });
    expect(judge([pkg('deb', 'foo', '1.0-1'), shipped], records)).toEqual(none);
  });

  it('bulletins: two vulnerabilities that one fixes stay two; aliases of one make one', () => {
    const bulletin = { bulletins: ['DSA-1-1'] };
    const records = [
      ['debian-12', alone(tracker('CVE-2024-1', 'foo', '2.0-1', bulletin))],
      ['debian-12', alone(tracker('CVE-2024-2', 'foo', '2.0-1', bulletin))],
      ['npm', { ...fixedIn('npm', 'bar', '2.0.0')[0]![1], ids: ['GHSA-aaaa-bbbb-cccc'], aliases: ['CVE-2024-3'] }],
      ['npm', { ...fixedIn('npm', 'bar', '2.0.0')[0]![1], ids: ['CVE-2024-3'] }],
    ] as const;
    const packages = [pkg('deb', 'foo', '1.0-1'), pkg('npm', 'bar', '1.0.0')];
    expect(judge(packages, records).ids).toEqual(['CVE-2024-1', 'CVE-2024-2', 'CVE-2024-3']);
  });
});

rows('Python: names as PEP 503 has them, versions as PEP 440', [
  ['PyPI', 'pypi', 'Zope.Interface', '4.0', 'zope-interface', '5.0', true],
  ['PyPI', 'pypi', 'zope_interface', '4.0', 'Zope.Interface', '5.0', true],
  ['PyPI', 'pypi', 'zopeinterface', '4.0', 'zope-interface', '5.0', false],
  ['PyPI', 'pypi', 'x', '5.0rc1', 'x', '5.0', true],
  ['PyPI', 'pypi', 'x', '5.0.post1', 'x', '5.0', false],
  ['PyPI', 'pypi', 'x', '5.0+local', 'x', '5.0.0', false],
]);

rows('npm: the scope is part of the name', [
  ['npm', 'npm', '@babel/traverse', '7.0.0', '@babel/traverse', '7.23.2', true],
  ['npm', 'npm', 'traverse', '7.0.0', '@babel/traverse', '7.23.2', false],
  ['npm', 'npm', '@other/traverse', '7.0.0', '@babel/traverse', '7.23.2', false],
  ['npm', 'npm', 'x', '2.0.0-rc.1', 'x', '2.0.0', true],
]);

rows('Maven: group and artifact, both', [
  ['Maven', 'maven', 'org.a:x', '1.0', 'org.a:x', '2.0', true],
  ['Maven', 'maven', 'org.b:x', '1.0', 'org.a:x', '2.0', false],
  ['Maven', 'maven', 'x', '2.0', 'org.a:x', '2.0', false],
  ['Maven', 'maven', 'org.a:x', '2.0-SNAPSHOT', 'org.a:x', '2.0', true],
  ['Maven', 'maven', 'org.a:x', '2.0.Final', 'org.a:x', '2.0', false],
]);

it('Maven: an artifact without its group is no finding, and said where one of its name would be', () => {
  const records = fixedIn('Maven', 'org.a:x', '2.0');
  expect(judge([pkg('maven', 'x', '1.0')], records)).toEqual({ ids: [], incomplete: ['not-comparable'] });
  expect(judge([pkg('maven', 'y', '1.0')], records)).toEqual(none);
});

rows('Go: the standard library, pseudo-versions, +incompatible, major versions', [
  ['Go', 'golang', 'stdlib', '1.18.5', 'stdlib', '1.18.6', true],
  ['Go', 'golang', 'stdlib', '1.21rc2', 'stdlib', '1.21.0', true],
  ['Go', 'golang', 'stdlib', '1.21', 'stdlib', '1.21.0', false],
  // a commit after 0.0.0 comes before 0.0.1, one after 1.2.3 before 1.2.4
  ['Go', 'golang', 'a.b/c', 'v0.0.0-20190101000000-abcdefabcdef', 'a.b/c', '0.0.0-20200101000000-000000000000', true],
  ['Go', 'golang', 'a.b/c', 'v0.0.0-20210101000000-abcdefabcdef', 'a.b/c', '0.0.0-20200101000000-000000000000', false],
  ['Go', 'golang', 'a.b/c', 'v1.2.4-0.20210101000000-abcdefabcdef', 'a.b/c', '1.2.4', true],
  ['Go', 'golang', 'a.b/c', 'v1.2.4-0.20210101000000-abcdefabcdef', 'a.b/c', '1.2.3', false],
  ['Go', 'golang', 'a.b/c', 'v3.0.0+incompatible', 'a.b/c', '3.0.0', false],
  ['Go', 'golang', 'a.b/c', 'v2.9.9+incompatible', 'a.b/c', '3.0.0', true],
  // another major version is another module
  ['Go', 'golang', 'a.b/c/v2', 'v2.0.0', 'a.b/c', '3.0.0', false],
]);

rows('NuGet: names without case, versions normalised', [
  ['NuGet', 'nuget', 'newtonsoft.json', '12.0.3', 'Newtonsoft.Json', '13.0.1', true],
  ['NuGet', 'nuget', 'X', '1.0', 'X', '1.0.0.0', false],
  ['NuGet', 'nuget', 'X', '1.0.0-RC1', 'X', '1.0.0-rc1', false],
  ['NuGet', 'nuget', 'X', '1.0.0+build.7', 'X', '1.0.0', false],
  ['NuGet', 'nuget', 'X', '1.0.0-beta', 'X', '1.0.0', true],
]);

rows('Composer: names without case, a leading v, branches', [
  ['Packagist', 'composer', 'Symfony/Symfony', 'v5.3.11', 'symfony/symfony', '5.3.12', true],
  ['Packagist', 'composer', 'symfony/symfony', 'v5.3.12', 'symfony/symfony', '5.3.12', false],
  ['Packagist', 'composer', 'a/b', '5.3.x-dev', 'a/b', '5.3.12', false],
  ['Packagist', 'composer', 'a/b', '5.2.x-dev', 'a/b', '5.3.12', true],
  ['Packagist', 'composer', 'a/b', '5.3.12-RC1', 'a/b', '5.3.12', true],
]);

it('Composer: a branch without a number is no version, which is said', () => {
  const records = fixedIn('Packagist', 'a/b', '5.3.12');
  expect(judge([pkg('composer', 'a/b', 'dev-main')], records)).toEqual({ ids: [], incomplete: ['version-unparsed'] });
});

rows('RubyGems: the version without the platform', [
  ['RubyGems', 'gem', 'nokogiri', '1.13.0', 'nokogiri', '1.13.1', true],
  ['RubyGems', 'gem', 'nokogiri', '1.13.1.rc1', 'nokogiri', '1.13.1', true],
  ['RubyGems', 'gem', 'nokogiri', '1.13.1', 'nokogiri', '1.13.1', false],
]);

describe('records that say something else', () => {
  it('what cannot be read is said, unless another bound decides', () => {
    expect(judge([pkg('npm', 'x', '1.0.0')], fixedIn('npm', 'x', 'not a version'))).toEqual({
      ids: [],
      incomplete: ['not-comparable'],
    });
    expect(judge([pkg('npm', 'x', '1.0.0')], fixedIn('npm', 'x', 'not a version', '2.0.0'))).toEqual(none);
  });

  it('disputed: reported as any other, since a dispute is no verdict', () => {
    const record = {
      id: 'CVE-2024-1',
      details: '** DISPUTED ** The vendor says that this is not a vulnerability.',
      affected: [
        { package: { ecosystem: 'npm', name: 'x' }, ranges: range([{ introduced: '0' }, { fixed: '2.0.0' }]) },
      ],
    };
    expect(judge([pkg('npm', 'x', '1.0.0')], published('npm', record))).toEqual(found);
  });

  it('100,000 ranges, and names, versions and aliases that are nonsense: bounded, and what can be judged is', () => {
    const events = Array.from({ length: 100_000 }, (_, at) => [
      { introduced: `${at}.0.0` },
      { fixed: `${at}.5.0` },
    ]).flat();
    const many = published('npm', {
      id: 'CVE-2024-1',
      affected: [{ package: { ecosystem: 'npm', name: 'x' }, ranges: [{ type: 'SEMVER', events }] }],
    });
    const ring = Array.from({ length: 2000 }, (_, at) => ({
      ...many[0]![1],
      id: `X-${at}`,
      aliases: [`X-${(at + 1) % 2000}`],
      ranges: [{ introduced: null, fixed: at % 2 ? '9.0.0' : '\u0000\u202e', lastAffected: null }],
    }));
    const started = performance.now();
    expect(judge([pkg('npm', 'x', '77777.4.0')], many)).toEqual(found);
    expect(judge([pkg('npm', 'x', '77777.6.0')], many)).toEqual(none);
    const answer = judge(
      [pkg('npm', 'x', '1.0.0')],
      ring.map((each) => ['npm', each] as const),
    );
    // a ring of aliases is one vulnerability; that half of its records cannot be read takes nothing from the other half
    expect(answer).toMatchObject({ ids: [expect.any(String)], incomplete: [] });
    expect(judge([pkg('npm', '__proto__', '1.0.0'), pkg('npm', 'constructor', '1.0.0')], many)).toEqual(none);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

it('docs/matching.md names of every rule a test that there is', () => {
  const section = readFileSync(join(root, 'docs/matching.md'), 'utf8')
    .split('## Rules and their tests')[1]!
    .split('\n## ')[0]!;
  const named = [...section.matchAll(/`([^`]+\.test\.ts)`: "([^"]+)"/g)].map(
    ([, path, words]) => [path!, words!] as const,
  );
  expect(named.length).toBeGreaterThan(25);
  const lacking = named.filter(([path, words]) => !readFileSync(join(root, path), 'utf8').includes(words));
  expect(lacking).toEqual([]);
});
