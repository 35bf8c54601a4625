/** Inventories for tests of SBOMs: every kind of package, and what nobody would want in one. */
import fc from 'fast-check';
import type { Incomplete, Package } from '../../inventory/types.ts';
import type { InventoryResult } from '../../result/types.ts';
import { digest, hostileResult, passResult, sampleResult, warnResult } from './sample-result.ts';

const layer = digest('c3');

function pkg(type: string, name: string, version: string, more: Partial<Package> = {}): Package {
  const purl = `pkg:${type}/${name.split(/[:/]/).map(encodeURIComponent).join('/')}@${encodeURIComponent(version)}`;
  const rpm = type === 'rpm' ? { modularity: null, vendor: null } : {};
  const base = { type, name, version, purl, arch: null, source: null, licenses: [], ownedBy: null };
  return { ...base, locations: [{ path: `/srv/${name}`, layer }], ...rpm, ...more };
}

const setUid = { path: '/bin/su', type: 'file', mode: '4755', uid: 0, gid: 0, size: 71_912, layer } as const;

/** An inventory without judgement, small enough to look at. */
export function smallInventory(): InventoryResult {
  const { findings: _, verdict: __, ...sample } = sampleResult();
  const flask = { purl: 'pkg:pypi/flask@2.0.1', ownedBy: 'python3-flask', licenses: ['BSD-3-Clause'] };
  const nodejs = { name: 'nodejs', version: '16.14.0-4.module+el8.6' };
  return {
    ...sample,
    image: { ...sample.image, distro: { ...sample.image.distro!, like: ['rhel', 'fedora'], endOfLife: null } },
    facts: { ...sample.facts, files: [setUid] },
    packages: [
      ...sample.packages,
      pkg('deb', 'python3-flask', '2.0.1-2', {
        arch: 'all',
        source: { name: 'flask', version: '2.0.1-2' },
        licenses: ['BSD-3-clause', 'Expat'],
      }),
      pkg('generic', 'nginx', '1.25.1', { locations: [{ path: '/opt/nginx', layer: null }] }),
      pkg('maven', 'org.example:tool', '1.0', { licenses: ['Apache License, Version 2.0'] }),
      pkg('npm', '@scope/name', '2.0.0', { licenses: ['(MIT OR Apache-2.0)'] }),
      pkg('pypi', 'flask', '2.0.1', { ...flask, locations: [{ path: '/usr/lib/python3/flask/METADATA', layer }] }),
      pkg('pypi', 'flask', '2.0.1', { ...flask, locations: [{ path: '/srv/flask/METADATA', layer }], ownedBy: null }),
      pkg('rpm', 'nodejs', '1:16.14.0-4.module+el8.6', {
        arch: 'x86_64',
        source: nodejs,
        licenses: ['MIT and ASL 2.0'],
        modularity: 'nodejs:16:8060020220421:ad008a3a',
        vendor: 'Red Hat, Inc.',
        purl: 'pkg:rpm/redhat/nodejs@16.14.0-4.module%2Bel8.6?arch=x86_64&epoch=1',
      }),
    ],
  };
}

/** Names and the like that an author could choose to break a document. */
const hostile = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[\ud800-\udfff\x00-\x1f"<\\]{0,8}$/),
  fc.constantFrom(
    '',
    ' ',
    '"',
    '"quoted"',
    '</text>',
    '<text>',
    'a\nPackageName: b',
    'a\r\nb',
    '__proto__',
    'NOASSERTION',
    'NONE',
    'a (b)',
    'Organization: x',
    '@a/b',
    'a:b',
    ':',
    '/',
    '\ud800',
    'x'.repeat(3000),
  ),
);

const licence = fc.oneof(
  hostile,
  fc.constantFrom('MIT', 'mit', 'GPL-2.0+', 'GPL-2+', 'MIT OR Apache-2.0', '(MIT)', 'LicenseRef-x', 'MIT AND', 'a.out'),
);

const place = fc.record({ path: hostile.map((text) => `/${text}`), layer: fc.constantFrom(null, layer) });

const anyPackage: fc.Arbitrary<Package> = fc
  .record({
    type: fc.constantFrom('deb', 'rpm', 'npm', 'maven', 'composer', 'pypi', 'generic'),
    name: hostile,
    version: hostile,
    purl: fc.oneof(hostile, fc.constant('pkg:npm/%40scope/name@1.0?a=b')),
    arch: fc.option(hostile),
    source: fc.option(fc.record({ name: hostile, version: hostile })),
    licenses: fc.array(licence, { maxLength: 4 }),
    locations: fc.array(place, { maxLength: 3 }),
    ownedBy: fc.option(hostile),
    vendor: fc.option(hostile),
    modularity: fc.option(hostile),
  })
  .map(({ vendor, modularity, ...rest }) => (rest.type === 'rpm' ? { ...rest, vendor, modularity } : rest));

const anyIncomplete: fc.Arbitrary<Incomplete> = fc.record(
  { code: fc.constantFrom('limit-reached', 'unsafe-path'), message: hostile, path: hostile, layer: fc.constant(layer) },
  { requiredKeys: ['code', 'message'] },
);

export const anyInventory: fc.Arbitrary<InventoryResult> = fc
  .record({
    packages: fc.array(anyPackage, { maxLength: 12 }),
    incomplete: fc.array(anyIncomplete, { maxLength: 3 }),
    reference: hostile,
    names: fc.array(hostile, { maxLength: 2 }),
    distro: fc.option(
      fc.record({
        id: hostile.filter((id) => id !== ''),
        version: fc.option(hostile.filter((version) => version !== '')),
        codename: fc.option(hostile),
        prettyName: fc.option(hostile),
        like: fc.array(hostile, { maxLength: 2 }),
        endOfLife: fc.constant(null),
      }),
    ),
    env: fc.array(hostile, { maxLength: 2 }),
  })
  .map(({ packages, incomplete, reference, names, distro, env }) => {
    const { image, facts, ...rest } = smallInventory();
    return {
      ...rest,
      image: { ...image, reference, names, distro },
      packages,
      incomplete,
      facts: { ...facts, config: { ...facts.config!, env } },
    };
  });

/** `count` packages of a distro and of applications, one in ten owned. */
export function manyPackages(count: number): InventoryResult {
  const small = smallInventory();
  const packages = Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? pkg('deb', `lib${index}`, `1:2.${index}-3`, {
          arch: 'amd64',
          source: { name: `src${index}`, version: `2.${index}-3` },
          licenses: ['GPL-2.0-only', 'Expat'],
        })
      : pkg('npm', `part-${index}`, `1.0.${index}`, {
          licenses: ['MIT'],
          ownedBy: index % 5 === 0 ? `lib${index - 1}` : null,
        }),
  );
  return { ...small, packages };
}

/** What every format is tried with. */
export const sbomResults: readonly (readonly [string, () => InventoryResult])[] = [
  ['small', smallInventory],
  ['sample', sampleResult],
  ['pass', passResult],
  ['warn', warnResult],
  ['hostile', hostileResult],
  ['10,000 packages', () => manyPackages(10_000)],
];

/** A text none of whose characters acts on a terminal. */
export const terminalSafe =
  /^[^\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]*$/u;
