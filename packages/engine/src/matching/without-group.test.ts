import { describe, expect, it } from 'vitest';
import type { AdvisoryRecord } from '../advisories/types.ts';
import { before, distro, inventory, match, pkg, record, tracker } from './testing.ts';

const of = (id: string, name: string, more: Partial<AdvisoryRecord> = {}) =>
  record(id, name, { scheme: 'maven', ranges: [before('2.0')], ...more });
const said = (name: string, version: string, maven: readonly AdvisoryRecord[]) => {
  const { candidates, incomplete } = match(inventory([pkg('maven', name, version)]), { maven });
  expect(candidates).toEqual([]);
  return incomplete.map(({ message }) => message);
};
const begins = 'maven package log4j 1.2.17 names no group and was not judged: ';

describe('a Maven package without its group', () => {
  it.each<[string, AdvisoryRecord[], string[]]>([
    [
      'would be affected as the one of its name',
      [of('CVE-2', 'log4j:log4j'), of('CVE-1', 'log4j:log4j')],
      [`${begins}as log4j:log4j it would be affected by CVE-1, CVE-2`],
    ],
    [
      'is told of every group of which a range holds it',
      [of('CVE-2', 'z:log4j'), of('CVE-1', 'a:log4j'), of('CVE-3', 'b:log4j', { ranges: [before('1.0')] })],
      [`${begins}as a:log4j it would be affected by CVE-1; as z:log4j it would be affected by CVE-2`],
    ],
    [
      'may be what cannot be compared',
      [of('CVE-1', 'a:log4j'), of('CVE-2', 'a:log4j', { scheme: 'npm', ranges: [before('x.y!')] })],
      [`${begins}as a:log4j it would be affected by CVE-1, and its version could not be compared for CVE-2`],
    ],
    ['is above every range', [of('CVE-1', 'log4j:log4j', { ranges: [before('1.2.17')] })], []],
    ['has a name that no record has', [of('CVE-1', 'log4j:log4j-core'), of('CVE-2', 'log4j:x')], []],
  ])('%s', (_, records, expected) => {
    expect(said('log4j', '1.2.17', records)).toEqual(expected);
    expect(said('log4j', '1.2.17', records.toReversed())).toEqual(expected);
  });

  it('names a few of many, and how many more', () => {
    const groups = Array.from({ length: 9 }, (_, group) => `g${group}:lib`);
    const [message, ...others] = said(
      'lib',
      '1',
      groups.flatMap((name) => Array.from({ length: 8 }, (_, id) => of(`CVE-${id}`, name))),
    );
    expect(others).toEqual([]);
    expect(message).toContain(
      'as g0:lib it would be affected by CVE-0, CVE-1, CVE-2, CVE-3, CVE-4 and 3 more; as g1:lib',
    );
    expect(message).toMatch(/; and 6 more$/);
  });

  it('is no matter of a package that names its group', () => {
    expect(said('mine:log4j', '1.2.17', [of('CVE-1', 'log4j:log4j')])).toEqual([]);
  });

  it.each([
    ['composer', 'packagist', 'packagist', 'monolog', 'monolog/monolog', 'vendor'],
    ['swift', 'swifturl', 'semver', 'swift-nio', 'github.com/apple/swift-nio', 'repository'],
  ])('%s packages without theirs are told, too', (type, shard, scheme, bare, name, qualifier) => {
    const records = [record('CVE-1', name, { scheme, ranges: [before('2.0.0')] })];
    const { candidates, incomplete } = match(inventory([pkg(type, bare, '1.0.0'), pkg(type, name, '3.0.0')]), {
      [shard]: records,
    });
    expect(candidates).toEqual([]);
    expect(incomplete.map(({ message }) => message)).toEqual([
      `${type} package ${bare} 1.0.0 names no ${qualifier} and was not judged: as ${name} it would be affected by CVE-1`,
    ]);
  });

  it('is no matter of npm, where a package may be without a scope', () => {
    const records = [record('CVE-1', '@babel/core', { scheme: 'npm', ranges: [before('9.0.0')] })];
    expect(match(inventory([pkg('npm', 'core', '1.0.0')]), { npm: records }).incomplete).toEqual([]);
  });

  it('is one entry per place, with path and layer', () => {
    const at = (path: string) => pkg('maven', 'lib', '1', { locations: [{ path, layer: 'sha256:base' }] });
    const { incomplete } = match(inventory([at('/b.jar'), at('/a.jar')]), { maven: [of('CVE-1', 'g:lib')] });
    expect(incomplete).toMatchObject([
      { code: 'not-comparable', path: '/a.jar', layer: 'sha256:base' },
      { code: 'not-comparable', path: '/b.jar', layer: 'sha256:base' },
    ]);
  });

  it('is judged by its distro where a package of it ships the archive', () => {
    const owner = pkg('deb', 'liblog4j1.2-java', '1-1', { source: { name: 'log4j', version: '1-1' } });
    const jar = pkg('maven', 'log4j', '1.2.17', { ownedBy: 'liblog4j1.2-java' });
    const shards = { maven: [of('CVE-1', 'log4j:log4j')], 'debian-12': [tracker('CVE-1', 'log4j', '0.9-1')] };
    expect(match(inventory([owner, jar]), shards).incomplete).toEqual([]);
    expect(match(inventory([owner, jar], { distro: distro('alpine', '3') }), shards).incomplete).toHaveLength(1);
  });
});
