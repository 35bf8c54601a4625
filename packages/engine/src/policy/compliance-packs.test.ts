import { describe, expect, it, test } from 'vitest';
import type { FileFact, SecretFact, UserFact } from '../inventory/types.ts';
import { evaluate } from './evaluate.ts';
import { loadPack } from './packs.ts';
import { setParameters } from './parameters.ts';
import { makeFinding, makePackage, makeSubject, type SubjectFacts } from './testing/subjects.ts';
import type { PolicySubject } from './types.ts';

/* Every rule of the packs that stand for somebody else's requirements: what breaks it, and what only looks like it. */

type Facts = SubjectFacts & { readonly facts?: Partial<PolicySubject['inventory']['facts']>; readonly layers?: number };

function rulesBroken(pack: string, { facts, layers = 0, ...rest }: Facts, settings: readonly string[] = []) {
  const subject = makeSubject(rest);
  const layer = { digest: null, diffId: 'sha256:1', mediaType: null, size: 0, instruction: null };
  const inventory = {
    ...subject.inventory,
    facts: { ...subject.inventory.facts, ...facts },
    layers: Array.from({ length: layers }, () => layer) as unknown as PolicySubject['inventory']['layers'],
  };
  const policies = setParameters([loadPack(pack)], settings);
  return evaluate({ ...subject, inventory }, { policies, exceptions: [], gate: true }).verdict.rules.map(
    ({ id }) => id,
  );
}

const fixed = { state: 'fixed', versions: ['2.0'], since: '2026-01-01' } as const;
const young = { ...fixed, since: '2026-08-10' };
const vulnerability = (facts: Parameters<typeof makeFinding>[0]): Facts => ({ findings: [makeFinding(facts)] });
const vector = (av: string, severity: 'Medium' | 'High', fix: object | null = fixed): Facts =>
  vulnerability({
    severity,
    fix,
    risk: { cvss: { source: 'nvd', version: '3.1', vector: `CVSS:3.1/AV:${av}/AC:L`, score: 8 } },
  });
const kev = { kev: { dateAdded: '2026-02-03', dueDate: null } };
const malware = (name: string | null): Facts => {
  const made = makeFinding({ kind: 'malware', id: 'MAL-2026-1' });
  return { findings: [name === null ? { ...made, package: null, evidence: { path: '/x' } } : made] };
};
const incomplete = (code: string): Facts => ({ incomplete: [{ code, message: code } as never] });
const config = (change: object): Facts => ({ config: change });
const eol = (pastEndOfLife: boolean): Facts => ({
  image: { distro: { id: 'alpine', version: '3.12', endOfLife: '2022-05-01', pastEndOfLife } },
});
const user = (change: Partial<UserFact>): Facts => ({
  facts: {
    users: [
      {
        name: 'app',
        uid: 1000,
        gid: 1000,
        groups: [],
        home: '/',
        shell: '/bin/sh',
        password: 'locked',
        hash: null,
        sudo: 'none',
        admin: false,
        layer: null,
        ...change,
      } as UserFact,
    ],
  },
});
const file = (mode: string, uid: number): Facts => ({
  facts: { files: [{ path: '/usr/bin/x', type: 'file', mode, uid, gid: 0, size: 1, layer: null } as FileFact] },
});
const secret = (change: Partial<SecretFact>): Facts => ({
  facts: {
    secrets: [
      {
        kind: 'k',
        title: 'key',
        severity: 'High',
        path: '/k',
        layer: null,
        masked: '***',
        deleted: false,
        example: false,
        ...change,
      } as SecretFact,
    ],
  },
});
const programs = (...names: string[]): Facts => ({
  facts: {
    programs: names.map((name) => ({ kind: 'package-manager', name, path: `/usr/bin/${name}`, layer: null })) as never,
  },
});
const base = (from: 'annotation' | null): Facts => ({
  layers: 2,
  ...(from && { image: { base: { reference: 'debian:12', digest: null, id: null, layers: 1, from } as never } }),
});
const pkg = (name: string): Facts => ({ packages: [makePackage({ name })] });
const registry = (reference: string): Facts => ({ image: { reference } });

const cases: Readonly<
  Record<
    string,
    Readonly<
      Record<
        string,
        readonly [breaks: Facts, fine: Facts, settings?: readonly string[], settingsOfFine?: readonly string[]]
      >
    >
  >
> = {
  'nist-800-190': {
    'known-exploited': [vulnerability({ risk: kev }), vulnerability({})],
    'fixable-vulnerability': [
      vulnerability({ severity: 'Medium', fix: young }),
      vulnerability({ severity: 'Low', fix: fixed }),
    ],
    'fixable-unrated': [vulnerability({ severity: 'Unknown', fix: fixed }), vulnerability({ severity: 'Unknown' })],
    'unfixed-vulnerability': [vulnerability({ severity: 'High' }), vulnerability({ severity: 'Medium' })],
    'distro-end-of-life': [eol(true), eol(false)],
    'not-judged': [incomplete('no-feed'), incomplete('link-broken')],
    'root-user': [config({ user: '0' }), config({ user: '1000' })],
    'remote-administration': [config({ exposedPorts: ['22/tcp'] }), config({ exposedPorts: ['22/udp', '443/tcp'] })],
    'remote-shell-server': [pkg('openssh-server'), pkg('openssh-client')],
    'package-manager': [programs('apt-get'), programs()],
    'set-id-file': [file('4755', 0), file('4755', 1000)],
    'empty-password': [user({ password: 'empty' }), user({ password: 'empty', shell: '/usr/sbin/nologin' })],
    'malicious-package': [malware('x'), {}],
    'infected-file': [malware(null), {}],
    secret: [secret({ severity: 'Medium', deleted: true }), secret({ example: true })],
    'secrets-unread': [incomplete('secrets-unread'), incomplete('link-broken')],
    'untrusted-registry': [
      registry('evil.example.com/app'),
      registry('good.example.com/app'),
      ['trusted=good.example.com,docker.io'],
    ],
    'base-not-named': [base(null), base('annotation')],
  },
  'pci-dss-4': {
    'default-account': [user({ password: 'empty' }), user({ password: 'hashed' })],
    'remote-administration': [config({ exposedPorts: ['21/tcp'] }), config({ exposedPorts: ['8080/tcp'] })],
    'malicious-package': [malware('x'), {}],
    'infected-file': [malware(null), {}],
    'known-exploited': [vulnerability({ risk: kev }), vulnerability({})],
    'inventory-complete': [incomplete('application-unread'), incomplete('no-feed')],
    'fixable-critical-or-high': [
      vulnerability({ severity: 'High', fix: fixed }),
      vulnerability({ severity: 'High', fix: young }),
    ],
    'young-fix': [
      vulnerability({ severity: 'Critical', fix: young }),
      vulnerability({ severity: 'Medium', fix: young }),
    ],
    'unfixed-critical-or-high': [vulnerability({ severity: 'High' }), vulnerability({ severity: 'Medium' })],
    'distro-end-of-life': [eol(true), eol(false)],
    'root-user': [config({ user: '' }), config({ user: 'app' })],
    'root-without-password': [user({ sudo: 'no-password' }), user({ sudo: 'password' })],
    secret: [secret({ path: undefined, env: 'PASSWORD' } as never), secret({ severity: 'Low' })],
    'secrets-unread': [incomplete('secrets-unread'), incomplete('no-feed')],
  },
  'sysdig-best-practices': {
    'critical-fixable': [vulnerability({ severity: 'Critical', fix: young }), vulnerability({ severity: 'Critical' })],
    'high-fixable-for-a-month': [vector('L', 'High'), vector('L', 'High', young)],
    'high-fixable-over-the-network': [vector('N', 'High', young), vector('L', 'High', young)],
  },
  'clair-threshold': {
    'at-or-above-threshold': [
      vulnerability({ severity: 'High' }),
      vulnerability({ severity: 'Medium' }),
      ['threshold=High'],
    ],
    'threshold-is-a-severity': [{}, {}, ['threshold=Hihg'], ['threshold=High']],
  },
};

describe.each(Object.entries(cases))('%s', (pack, rules) => {
  it('has a case for every rule', () => {
    expect(Object.keys(rules).sort()).toEqual(
      loadPack(pack)
        .rules.map(({ id }) => id)
        .sort(),
    );
  });

  it.each(Object.entries(rules))('%s', (id, [breaks, fine, settings, settingsOfFine = settings]) => {
    expect(rulesBroken(pack, breaks, settings)).toContain(id);
    expect(rulesBroken(pack, fine, settingsOfFine)).not.toContain(id);
  });

  it('lets an image through in which nothing is wrong, and names controls and remediation', () => {
    expect(rulesBroken(pack, {})).toEqual([]);
    for (const { controls, remediation } of loadPack(pack).rules) {
      expect(controls.length).toBeGreaterThan(0);
      expect(remediation).toBeTruthy();
    }
  });
});

test('thresholds of clair-scanner, each with what is just below and at it', () => {
  const severities = ['Unknown', 'Negligible', 'Low', 'Medium', 'High', 'Critical'] as const;
  for (const [at, threshold] of severities.entries()) {
    for (const [level, severity] of severities.entries()) {
      const broken = rulesBroken('clair-threshold', vulnerability({ severity }), [`threshold=${threshold}`]);
      expect([threshold, severity, broken.length]).toEqual([threshold, severity, level >= at ? 1 : 0]);
    }
  }
});

test('a vector that nobody gives counts as of the network', () => {
  expect(rulesBroken('sysdig-best-practices', vulnerability({ severity: 'High', fix: young }))).toEqual([
    'high-fixable-over-the-network',
  ]);
});
