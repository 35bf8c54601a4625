import { describe, expect, it, test } from 'vitest';
import { caseSubject } from './cases/case-subject.ts';
import type { Given } from './cases/given-facts.ts';
import { evaluate } from './evaluate.ts';
import { loadPack, packNames } from './packs.ts';

/* Every rule of the packs that have no file of their own for it: what breaks it, and what it looks at and lets pass. */

const fixed = { state: 'fixed', versions: ['2.0'], since: '2026-01-01' } as const;
const young = { ...fixed, since: '2026-08-10' };
type Finding = NonNullable<Given['findings']>[number];
const found = (...findings: readonly Finding[]): Given => ({ findings });
const severities = (...names: readonly NonNullable<Finding['severity']>[]): Given =>
  found(...names.map((severity, at) => ({ id: `CVE-2026-000${at}`, severity })));

const cases: Readonly<Record<string, Readonly<Record<string, readonly [breaks: Given, passes: Given]>>>> = {
  default: {
    'malicious-package': [
      found({ kind: 'malware', id: 'MAL-2026-1' }),
      found({ kind: 'malware', package: null, path: '/x' }),
    ],
    'infected-file': [
      found({ kind: 'malware', package: null, path: '/x' }),
      found({ kind: 'malware', id: 'MAL-2026-1' }),
    ],
    'known-exploited': [found({ risk: { kev: true } }), found({ severity: 'Critical' })],
    'fixable-critical': [found({ severity: 'Critical', fix: young }), found({ severity: 'Critical' })],
    'fixable-high': [found({ severity: 'High', fix: fixed }), found({ severity: 'High', fix: young })],
    'fixable-unrated': [found({ severity: 'Unknown', fix: fixed }), found({ severity: 'Unknown', fix: young })],
    'distro-end-of-life': [
      { image: { distro: { id: 'debian', version: '10', endOfLife: '2024-06-30' } } },
      { image: { distro: { id: 'debian', version: '12', endOfLife: '2026-08-22' } } },
    ],
    'root-user': [{ config: { user: '' } }, { config: { user: '65532' } }],
    'administration-port': [{ config: { exposedPorts: ['22/tcp'] } }, { config: { exposedPorts: ['22/udp'] } }],
    'secret-in-configuration': [
      { secrets: [{ env: 'TOKEN', severity: 'High' }] },
      { secrets: [{ env: 'TOKEN', severity: 'High', example: true }] },
    ],
    'doubtful-secret-in-configuration': [
      { secrets: [{ env: 'TOKEN', severity: 'Medium' }] },
      { secrets: [{ env: 'TOKEN', severity: 'Critical' }] },
    ],
    'not-judged': [{ incomplete: [{ code: 'application-unread' }] }, { incomplete: [{ code: 'base-mismatch' }] }],
    'other-base': [{ incomplete: [{ code: 'base-mismatch' }] }, { incomplete: [{ code: 'no-feed' }] }],
  },
  licenses: {
    'license-forbidden': [
      { packages: [{ license: { expression: 'AGPL-3.0-only', group: 'forbidden' } }] },
      { packages: [{ license: { expression: 'GPL-3.0-only', group: 'restricted' } }] },
    ],
    'license-unknown': [
      { packages: [{ license: { expression: null, group: 'unknown' } }] },
      { packages: [{ type: 'golang', license: { expression: null, group: 'unknown' } }, { name: 'mit' }] },
    ],
  },
  'sysdig-inline-scan': {
    'severe-vulnerability': [found({ severity: 'High' }), found({ severity: 'High', fix: { state: 'will-not-fix' } })],
    'forbidden-port': [{ config: { exposedPorts: ['22/tcp'] } }, { config: { exposedPorts: ['2222/tcp'] } }],
    'root-user': [{ config: { user: 'root' } }, { config: { user: 'app' } }],
  },
  'qualys-risk-index': {
    // the article's script: 3 for each of severity 5, 1 for each of severity 4; 10 is let through
    'risk-index': [
      severities('Critical', 'Critical', 'Critical', 'High', 'High'),
      severities('Critical', 'Critical', 'Critical', 'High', 'Medium'),
    ],
  },
};

/** Held in compliance-packs.test.ts, and in misconfiguration-packs.test.ts of the room scan. */
const elsewhere = [
  'nist-800-190',
  'pci-dss-4',
  'sysdig-best-practices',
  'clair-threshold',
  'cis-docker',
  'best-practices',
];

test('no pack is left out', () => {
  expect([...Object.keys(cases), ...elsewhere].sort()).toEqual([...packNames].sort());
});

function broken(pack: string, given: Given): readonly string[] {
  const options = { policies: [loadPack(pack)], exceptions: [], gate: true };
  return evaluate(caseSubject(given, '2026-08-22', null), options).verdict.rules.map(({ id }) => id);
}

describe.each(Object.entries(cases))('%s', (pack, rules) => {
  it('has cases for every rule, each of which names a control and a remediation', () => {
    const all = loadPack(pack).rules;
    expect(Object.keys(rules).sort()).toEqual(all.map(({ id }) => id).sort());
    for (const { controls, remediation } of all) {
      expect(controls.length).toBeGreaterThan(0);
      expect(remediation).toBeTruthy();
    }
  });

  it.each(Object.entries(rules))('%s', (id, [breaks, passes]) => {
    expect(broken(pack, breaks)).toContain(id);
    expect(broken(pack, passes)).not.toContain(id);
  });
});
