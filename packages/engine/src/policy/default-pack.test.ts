import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import { loadPack } from './packs.ts';
import { makeFinding, makeSubject, type SubjectFacts } from './testing/subjects.ts';

const policies = [loadPack('default')];
const judge = (facts: SubjectFacts) => evaluate(makeSubject(facts), { policies, exceptions: [], gate: true });

const fixed = { state: 'fixed', versions: ['1.1'], since: '2026-01-01' } as const;
const kev = { dateAdded: '2026-02-03', dueDate: null };
const vulnerability = (facts: Parameters<typeof makeFinding>[0]) => ({ findings: [makeFinding(facts)] });
const eol = (pastEndOfLife: boolean | null) => ({
  image: { distro: { id: 'alpine', version: '3.12', endOfLife: '2022-05-01', pastEndOfLife } },
});

const table: readonly (readonly [what: string, facts: SubjectFacts, rules: readonly string[]])[] = [
  ['nothing wrong', {}, []],
  ['Critical with a fix', vulnerability({ severity: 'Critical', fix: fixed }), ['fixable-critical']],
  [
    'Critical with a fix of today',
    vulnerability({ severity: 'Critical', fix: { ...fixed, since: '2026-08-22' } }),
    ['fixable-critical'],
  ],
  ['Critical without a fix', vulnerability({ severity: 'Critical' }), []],
  ['Critical that will not be fixed', vulnerability({ severity: 'Critical', fix: { state: 'will-not-fix' } }), []],
  [
    'High, fix 30 days old',
    vulnerability({ severity: 'High', fix: { ...fixed, since: '2026-07-23' } }),
    ['fixable-high'],
  ],
  ['High, fix 29 days old', vulnerability({ severity: 'High', fix: { ...fixed, since: '2026-07-24' } }), []],
  ['High, fix of tomorrow', vulnerability({ severity: 'High', fix: { ...fixed, since: '2026-08-23' } }), []],
  [
    'High, fix undated, published 30 days ago',
    vulnerability({ severity: 'High', fix: { ...fixed, since: null }, published: '2026-07-23' }),
    ['fixable-high'],
  ],
  [
    'High, fix undated, published 29 days ago',
    vulnerability({ severity: 'High', fix: { ...fixed, since: null }, published: '2026-07-24' }),
    [],
  ],
  [
    'High, young fix of an old vulnerability',
    vulnerability({ severity: 'High', fix: { ...fixed, since: '2026-08-01' }, published: '2020-01-01' }),
    [],
  ],
  [
    'High, nothing dated',
    vulnerability({ severity: 'High', fix: { ...fixed, since: null }, published: null }),
    ['fixable-high'],
  ],
  [
    'High, date of no sense',
    vulnerability({ severity: 'High', fix: { ...fixed, since: null }, published: '2026-02-30' }),
    ['fixable-high'],
  ],
  ['High without a fix', vulnerability({ severity: 'High' }), []],
  ['Medium with an old fix', vulnerability({ severity: 'Medium', fix: fixed }), []],
  ['Unknown with an old fix', vulnerability({ severity: 'Unknown', fix: fixed }), ['fixable-unrated']],
  ['Unknown, fix 29 days old', vulnerability({ severity: 'Unknown', fix: { ...fixed, since: '2026-07-24' } }), []],
  ['Unknown without a fix', vulnerability({ severity: 'Unknown' }), []],
  ['known exploited, Low, no fix', vulnerability({ risk: { kev } }), ['known-exploited']],
  [
    'malware',
    vulnerability({ kind: 'malware', id: 'MAL-2026-1', severity: 'Critical', fix: null }),
    ['malicious-package'],
  ],
  ['past its end of life', eol(true), ['distro-end-of-life']],
  ['supported', eol(false), []],
  ['end of life not known', eol(null), []],
  ...['', 'root', '0', '00', '+0', 'root:app', '0:0', ':1000'].map(
    (user) => [`user "${user}"`, { config: { user } }, ['root-user']] as const,
  ),
  ...['app', '1000', '1000:0', 'rootless', '01', '0x'].map(
    (user) => [`user "${user}"`, { config: { user } }, []] as const,
  ),
  ['no configuration (rootfs)', { config: null }, []],
  ...[
    '22/tcp',
    '22',
    '23/tcp',
    '2375/tcp',
    '2376/tcp',
    '3389/tcp',
    '5900/tcp',
    '5985/tcp',
    '5986/tcp',
    '512/tcp',
    '514/tcp',
    '20-25/tcp',
  ].map((port) => [`port ${port}`, { config: { exposedPorts: [port] } }, ['administration-port']] as const),
  ...['80/tcp', '22/udp', '2200/tcp', '8022/tcp', '23000-23999/tcp', 'x/tcp', '/tcp'].map(
    (port) => [`port ${port}`, { config: { exposedPorts: [port] } }, []] as const,
  ),
  ...(['application-unread', 'no-feed', 'not-comparable', 'version-unparsed'] as const).map(
    (code) => [code, { incomplete: [{ code, message: 'x' }] }, ['not-judged']] as const,
  ),
];

describe('pack default', () => {
  it.each(table)('%s', (_what, facts, rules) => {
    expect(judge(facts).verdict.rules.map(({ id }) => id)).toEqual(rules);
  });

  it.each([
    ['deny', vulnerability({ severity: 'Critical', fix: fixed }), 'fail', 1],
    ['warn', { config: { user: '' } }, 'warn', 0],
    ['nothing', {}, 'pass', 0],
  ] as const)('%s gives its result', (_action, facts, result, exitCode) => {
    expect(judge(facts).verdict).toMatchObject({ result, exitCode });
  });

  it('says that an unrated vulnerability is judged as High', () => {
    const [rule] = judge(vulnerability({ severity: 'Unknown', fix: fixed })).verdict.rules;
    expect(rule?.message).toBe(
      'CVE-2026-0001 in bash 1.0 is rated by nobody, so it is judged as High, and has a fix: 1.1 (known for 233 days)',
    );
  });

  it('names the existing finding of the end of life', () => {
    const finding = makeFinding({ kind: 'end-of-life', id: 'alpine-3.12', severity: 'High', fix: null });
    const { verdict } = judge({ ...eol(true), findings: [finding] });
    expect(verdict.rules[0]?.findings).toEqual([finding.key]);
    expect(verdict.changes).toEqual([expect.objectContaining({ kind: 'distro', findings: [finding.key] })]);
  });

  it('makes a finding of each administration port, with the instruction that exposes it', () => {
    const history = [
      { created: null, instruction: 'EXPOSE 22/tcp', comment: null, emptyLayer: true },
      { created: null, instruction: 'EXPOSE 2375 80', comment: null, emptyLayer: true },
    ];
    const config = { exposedPorts: ['22/tcp', '2375/tcp', '80/tcp'], history };
    const { findings, verdict } = judge({ config });
    expect(findings.map(({ id, kind, severity, evidence }) => ({ id, kind, severity, evidence }))).toEqual([
      {
        id: 'administration-port',
        kind: 'misconfiguration',
        severity: 'Medium',
        evidence: { config: 'exposedPorts', value: '22/tcp', instruction: 'EXPOSE 22/tcp' },
      },
      {
        id: 'administration-port',
        kind: 'misconfiguration',
        severity: 'Medium',
        evidence: { config: 'exposedPorts', value: '2375/tcp', instruction: 'EXPOSE 2375 80' },
      },
    ]);
    expect(verdict.rules[0]?.message).toBe(
      '22/tcp is a port for remote administration; 2375/tcp is a port for remote administration',
    );
  });

  it('makes a finding of the root user, with its instruction', () => {
    const history = [{ created: null, instruction: 'USER root', comment: null, emptyLayer: true }];
    expect(judge({ config: { user: 'root', history } }).findings).toMatchObject([
      { id: 'root-user', evidence: { config: 'user', value: 'root', instruction: 'USER root' } },
    ]);
  });

  it('has controls and a remediation for every rule', () => {
    for (const rule of policies[0]!.rules) {
      expect(rule.controls, rule.id).not.toEqual([]);
      expect(rule.remediation, rule.id).not.toBeNull();
    }
  });
});
