import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Severity, severities } from '../advisories/types.ts';
import type { Incomplete } from '../inventory/types.ts';
import type { Finding } from '../matching/types.ts';
import { incompleteCodes } from './completeness.ts';
import { evaluate } from './evaluate.ts';
import { bareException, type Exception } from './exception.ts';
import { failOnPolicy } from './fail-on.ts';
import { loadPolicy } from './load-policy.ts';
import { loadPack } from './packs.ts';
import { setParameters } from './parameters.ts';
import type { Policy } from './policy-file.ts';
import { makeFinding, makePackage, makeSubject, type SubjectFacts } from './testing/subjects.ts';

const policy = (rule: Readonly<Record<string, string>>, top = '') => {
  const all = { id: 'r', scope: 'vulnerability', action: 'deny', message: '"{finding.id}"', ...rule };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return loadPolicy(`name: p\n${top}rules:\n  - ${lines.join('\n    ')}\n`, 'p.yaml');
};
const judge = (facts: SubjectFacts, policies: readonly Policy[], gate = true) =>
  evaluate(makeSubject(facts), { policies, exceptions: [], gate });
const rated = (...ratings: readonly Severity[]) =>
  ratings.map((severity, index) => makeFinding({ id: `CVE-2026-${1000 + index}`, severity }));

describe('exit codes', () => {
  const deny = failOnPolicy('Low');
  const broken = { findings: [makeFinding()] };
  const unread: Incomplete = {
    code: 'package-database-unread',
    message: 'rpm cannot be read yet',
    path: '/var/lib/rpm',
  };

  it.each<
    readonly [
      what: string,
      facts: SubjectFacts,
      gate: boolean,
      exit: number,
      result: string,
      reasons: readonly string[],
    ]
  >([
    ['nothing', {}, true, 0, 'pass', []],
    ['policy', broken, true, 1, 'fail', ['1 policy']],
    ['policy, no gate', broken, false, 0, 'fail', ['1 policy-not-gated']],
    ['incomplete', { incomplete: [unread] }, true, 4, 'fail', ['4 inventory-incomplete']],
    ['incomplete, no gate', { incomplete: [unread] }, false, 4, 'fail', ['4 inventory-incomplete']],
    ['missing', { missing: ['debian-12'] }, true, 5, 'fail', ['5 advisories-missing']],
    ['stale', { stale: ['debian-12'] }, true, 5, 'fail', ['5 advisories-stale']],
    [
      'all',
      { ...broken, incomplete: [unread], missing: ['a'], stale: ['b'] },
      true,
      1,
      'fail',
      ['1 policy', '5 advisories-missing', '5 advisories-stale', '4 inventory-incomplete'],
    ],
    [
      'all, no gate',
      { ...broken, incomplete: [unread], missing: ['a'] },
      false,
      5,
      'fail',
      ['1 policy-not-gated', '5 advisories-missing', '4 inventory-incomplete'],
    ],
    [
      'incomplete and stale',
      { incomplete: [unread], stale: ['b'] },
      true,
      5,
      'fail',
      ['5 advisories-stale', '4 inventory-incomplete'],
    ],
  ])('%s', (_what, facts, gate, exitCode, result, reasons) => {
    const { verdict } = judge(facts, [deny], gate);
    expect(verdict).toMatchObject({ exitCode, result });
    expect(verdict.reasons.map((reason) => `${reason.exitCode} ${reason.code}`)).toEqual(reasons);
  });

  it.each(incompleteCodes)('%s closes the gate, is left to rules, or is allowed', (code) => {
    const facts = { incomplete: [{ code, message: 'x' }] };
    const rules = [
      'base-mismatch',
      'history-incomplete',
      'secrets-unread',
      'application-unread',
      'no-feed',
      'not-comparable',
      'version-unparsed',
    ].includes(code);
    expect(judge(facts, [deny]).verdict.exitCode).toBe(rules ? 0 : 4);
    const allowing = policy({ when: 'finding.level > 9' }, `allow: { incomplete: [${code}] }\n`);
    expect(judge(facts, [deny, allowing]).verdict.exitCode).toBe(0);
  });

  it('closes for a code that this version does not know', () => {
    const later = { code: 'something-new', message: 'x' } as unknown as Incomplete;
    expect(judge({ incomplete: [later] }, [deny]).verdict.exitCode).toBe(4);
  });

  it('names what is incomplete, a few of many', () => {
    const incomplete = Array.from({ length: 5 }, (_, i) => ({ ...unread, path: `/p${i}` }));
    expect(judge({ incomplete }, [deny]).verdict.reasons[0]?.message).toBe(
      'the inventory is incomplete: /p0: rpm cannot be read yet; /p1: rpm cannot be read yet; /p2: rpm cannot be read yet; and 2 more',
    );
  });
});

describe('signals', () => {
  const asksKev = policy({ when: 'finding.risk.kev' });
  const asksEpss = policy({ when: 'finding.risk.epss.score > 0.5' });
  const asksNothing = policy({ when: 'finding.level > 9' });
  const blind = { findings: [makeFinding({ risk: { kev: null } })] };
  it.each<readonly [what: string, facts: SubjectFacts, policy: Policy, exit: number]>([
    ['KEV at hand', { findings: [makeFinding()] }, asksKev, 0],
    ['KEV not at hand', blind, asksKev, 5],
    ['KEV not at hand, not asked for', blind, asksNothing, 0],
    ['KEV not at hand, nothing to look up', {}, asksKev, 0],
    ['KEV said to be missing', { missing: ['kev'] }, asksKev, 5],
    ['KEV said to be missing, not asked for', { missing: ['kev'] }, asksNothing, 0],
    ['KEV stale', { stale: ['kev'], ...blind }, asksKev, 5],
    [
      'KEV not at hand, excused',
      { findings: [makeFinding({ risk: { kev: null }, suppressed: [{ by: 'vex', reason: 'x' }] })] },
      asksKev,
      0,
    ],
    [
      'EPSS of one of two',
      { findings: [makeFinding({ risk: { epss: { score: 0.1, percentile: 0.5 } } }), makeFinding({ id: 'CVE-2' })] },
      asksEpss,
      0,
    ],
    ['EPSS not at hand', { findings: [makeFinding()] }, asksEpss, 5],
  ])('%s', (_what, facts, asks, exit) => {
    expect(judge(facts, [asks]).verdict.exitCode).toBe(exit);
  });
});

describe('rules', () => {
  const cvss = (score: number) => ({ cvss: { source: 'nvd', version: '3.1', vector: 'CVSS:3.1/…', score } });
  it.each<readonly [rule: Readonly<Record<string, string>>, facts: SubjectFacts, broken: boolean]>([
    [{ when: 'finding.risk.cvss.score >= 9' }, { findings: [makeFinding({ risk: cvss(9) })] }, true],
    [{ when: 'finding.risk.cvss.score >= 9.0' }, { findings: [makeFinding({ risk: cvss(8.9) })] }, false],
    [{ when: 'finding.risk.cvss.score >= 9.0' }, { findings: [makeFinding()] }, false],
    [{ when: '"!(finding.risk.cvss.score < 9.0)"' }, { findings: [makeFinding()] }, true],
    [{ when: '"!finding.risk.cvss.known"' }, { findings: [makeFinding()] }, true],
    [{ when: 'finding.risk.ransomware' }, { findings: [makeFinding({ risk: { ransomware: true } })] }, true],
    [{ when: 'finding.ageDays >= 233' }, { findings: [makeFinding()] }, true],
    [{ when: 'finding.ageDays >= 234' }, { findings: [makeFinding()] }, false],
    [{ when: 'finding.ageDays >= 1' }, { findings: [makeFinding({ published: null })] }, false],
    [
      { when: 'finding.package.type == "npm" && "GHSA-1" in finding.aliases' },
      { findings: [makeFinding({ type: 'npm', aliases: ['GHSA-1'] })] },
      true,
    ],
    [{ when: 'finding.level >= 2' }, { findings: [makeFinding({ suppressed: [{ by: 'vex', reason: 'x' }] })] }, false],
    [{ scope: 'malware', when: 'finding.level >= 0' }, { findings: [makeFinding()] }, false],
    [
      { scope: 'package', message: '"{pkg.name}"', when: 'pkg.name == "telnet"' },
      { packages: [makePackage({ name: 'telnet' })] },
      true,
    ],
    [
      { scope: 'package', message: '"{pkg.name}"', when: 'pkg.licenses.exists(l, glob(l, "AGPL*"))' },
      { packages: [makePackage()] },
      false,
    ],
    [
      { scope: 'image', message: 'x', when: 'image.ageDays > 90' },
      { image: { created: '2026-05-23T10:00:00Z' } },
      true,
    ],
    [
      { scope: 'image', message: 'x', when: 'image.ageDays > 90' },
      { image: { created: '2026-05-24T10:00:00Z' } },
      false,
    ],
    [{ scope: 'image', message: 'x', when: '"!image.distro.known"' }, { image: { distro: null } }, true],
    [{ scope: 'image', message: 'x', when: '"!image.reference.startsWith(\'registry.example/\')"' }, {}, true],
    [{ scope: 'image', message: 'x', when: 'stage == "pipeline"' }, {}, true],
    [{ scope: 'config', message: 'x', when: '"!config.healthcheck"' }, { config: {} }, true],
    [
      { scope: 'config', message: 'x', when: '"!config.healthcheck"' },
      { config: { healthcheck: { Test: ['CMD', 'true'] } } },
      false,
    ],
    [
      { scope: 'config', message: 'x', when: '"!config.healthcheck"' },
      { config: { healthcheck: { Test: ['NONE'] } } },
      true,
    ],
    [
      { scope: 'config', message: 'x', when: '"!(has(config.labels.owner) && config.labels.owner != \'\')"' },
      { config: { labels: { owner: 'a' } } },
      false,
    ],
    [{ scope: 'config', message: 'x', when: '"!has(config.labels.owner)"' }, { config: { labels: {} } }, true],
    [
      { scope: 'config', message: 'x', when: 'config.env.exists(e, glob(e, "*PASSWORD*"))' },
      { config: { env: ['DB_PASSWORD=x'] } },
      true,
    ],
    [
      { scope: 'config', message: 'x', when: '"22 in config.ports"' },
      { config: { exposedPorts: ['20-30/udp'] } },
      true,
    ],
    [
      { scope: 'config', message: 'x', when: 'size(config.ports) == 65536' },
      { config: { exposedPorts: Array(5000).fill('0-65535/tcp') } },
      true,
    ],
    [
      { scope: 'coverage', message: 'x', when: 'entry.path.startsWith("/opt/")' },
      { incomplete: [{ code: 'application-unread', message: 'x', path: '/opt/a.jar' }] },
      true,
    ],
  ])('%j', (rule, facts, broken) => {
    const { rules } = judge(facts, [policy({ message: '"{finding.id}"', ...rule })]).verdict;
    expect(rules.length).toBe(broken ? 1 : 0);
  });

  it('shows the first few messages', () => {
    const { rules } = judge({ findings: rated('Low', 'Low', 'High', 'Low', 'Low') }, [
      policy({ when: 'finding.level > 0' }),
    ]).verdict;
    expect(rules[0]?.message).toBe('CVE-2026-1002; CVE-2026-1000; CVE-2026-1001; and 2 more');
    expect(rules[0]?.findings.length).toBe(5);
  });

  it('shortens and cleans what an image says', () => {
    const evil = makeFinding({
      package: `a\u001b[2J\u202e${'b'.repeat(500)}`,
      fix: { state: 'fixed', versions: [...'1234567'] },
    });
    const rule = policy({
      when: 'finding.level > 0',
      message: '"{finding.package.name} {finding.fix.versions} {{x}} {finding.fix.since} {finding.fix.ageDays}"',
    });
    expect(judge({ findings: [evil] }, [rule]).verdict.rules[0]?.message).toBe(
      `a\uFFFD[2J\uFFFD${'b'.repeat(194)}… 1, 2, 3, 4, 5 and 2 more {x} unknown unknown`,
    );
  });

  it('puts denying rules first, each policy in turn', () => {
    const warn = policy({ id: 'w', action: 'warn', when: 'finding.level > 0' });
    const deny = policy({ id: 'd', when: 'finding.level > 0' });
    const { verdict } = judge({ findings: [makeFinding()] }, [warn, deny, failOnPolicy('Low')]);
    expect(verdict.rules.map(({ id }) => id)).toEqual(['d', 'fail-on-low', 'w']);
  });

  it('makes one finding of what two policies find alike, as severe as the stricter says', () => {
    const rule = { id: 'root', scope: 'config', when: 'config.root', message: 'root' };
    const { findings, verdict } = judge({ config: { user: '' } }, [
      policy({ ...rule, severity: 'Low' }),
      policy({ ...rule, severity: 'High' }),
    ]);
    expect(findings.map(({ id, severity }) => [id, severity])).toEqual([['root', 'High']]);
    expect(verdict.rules.map((each) => each.findings)).toEqual([[findings[0]!.key], [findings[0]!.key]]);
  });

  it('takes the whole configuration where something is absent', () => {
    const rule = policy({ scope: 'config', message: 'x', when: '"!config.exposedPorts.exists(p, p == \'443/tcp\')"' });
    const { findings } = judge({ config: { exposedPorts: ['80/tcp', '81/tcp'] } }, [rule]);
    expect(findings.map(({ evidence }) => evidence.value)).toEqual(['80/tcp, 81/tcp']);
  });

  it('never shows the value of an environment variable', () => {
    const rule = policy({ scope: 'config', message: '"{config.env}"', when: 'config.env.exists(e, e == "TOKEN")' });
    const history = [{ created: null, instruction: 'ENV TOKEN', comment: null, emptyLayer: true }];
    const evaluation = judge({ config: { env: ['TOKEN=s3cret', 'A=b'], history } }, [rule]);
    expect(evaluation.findings).toMatchObject([
      { title: 'TOKEN', evidence: { env: 'TOKEN', value: 'TOKEN', instruction: 'ENV TOKEN' } },
    ]);
    expect(JSON.stringify(evaluation)).not.toContain('s3cret');
  });

  it('stops when a rule cannot be judged', () => {
    const rule = policy({ scope: 'config', message: 'x', when: 'config.labels.owner == "a"' });
    expect(() => judge({}, [rule])).toThrow(
      'rule "r" of policy "p" cannot be judged on this image: there is no "owner" in config.labels',
    );
  });
});

describe('pack qualys-risk-index', () => {
  const pack = loadPack('qualys-risk-index');
  it.each<readonly [ratings: readonly Severity[], broken: boolean]>([
    [['Critical', 'Critical', 'Critical', 'High'], false],
    [['Critical', 'Critical', 'Critical', 'High', 'High'], true],
    [Array(10).fill('High'), false],
    [Array(11).fill('High'), true],
    [Array(100).fill('Medium'), false],
  ])('%j', (ratings, broken) => {
    expect(judge({ findings: rated(...ratings) }, [pack]).verdict.exitCode).toBe(broken ? 1 : 0);
  });

  it('shows its arithmetic and names what it counts', () => {
    const findings = rated('Critical', 'Critical', 'Critical', 'Critical', 'High', 'High', 'Medium');
    const [rule] = judge({ findings }, [pack]).verdict.rules;
    expect(rule?.message).toBe('3 × 4 Critical + 1 × 2 High = 14 > 10');
    expect(rule?.findings).toEqual(findings.slice(0, 6).map(({ key }) => key));
  });

  it('counts a vulnerability once, however many packages have it, unless told otherwise', () => {
    const findings = ['a', 'b', 'c', 'd', 'e'].map((name) => makeFinding({ severity: 'Critical', package: name }));
    expect(judge({ findings }, [pack]).verdict.exitCode).toBe(0);
    const rule = { scope: 'image', when: 'image.counts.critical > 4', message: '"{image.counts.critical}"' };
    expect(judge({ findings }, [policy({ ...rule, per: 'package' })]).verdict.rules[0]).toMatchObject({
      message: '5',
      findings: findings.map(({ key }) => key),
    });
  });
});

describe('failOnPolicy', () => {
  it.each(severities)('from %s on', (severity) => {
    const { verdict } = judge({ findings: rated(...severities) }, [failOnPolicy(severity)]);
    expect(verdict.rules[0]?.findings.length).toBe(severities.length - severities.indexOf(severity));
  });
});

describe('verdict.inputs', () => {
  it.each<readonly [rule: Readonly<Record<string, string>>, facts: SubjectFacts, inputs: readonly string[]]>([
    [{ when: 'finding.level > 3' }, {}, ['policy.p']],
    [{ when: 'finding.level > 3' }, { findings: [makeFinding()] }, ['advisories.debian-12', 'policy.p']],
    [{ when: 'finding.risk.kev' }, {}, ['advisories.kev', 'policy.p']],
    [{ when: 'finding.risk.epss.score > 0.5' }, {}, ['advisories.epss', 'policy.p']],
    [{ when: 'finding.knownDays > 3' }, {}, ['evaluatedAt', 'policy.p']],
    [{ when: 'finding.level > 3', message: '"{finding.ageDays}"' }, {}, ['evaluatedAt', 'policy.p']],
    [
      { scope: 'image', message: 'x', when: 'image.distro.pastEndOfLife' },
      {},
      ['advisories.eol', 'evaluatedAt', 'policy.p'],
    ],
    [
      { scope: 'image', message: 'x', when: 'image.counts.high > 3' },
      { findings: [makeFinding()] },
      ['advisories.debian-12', 'policy.p'],
    ],
    [
      { scope: 'image', message: 'x', when: 'stage == "runtime" && image.reference == ""' },
      {},
      ['policy.p', 'subject.reference', 'subject.stage'],
    ],
    [{ scope: 'config', message: 'x', when: 'config.root' }, { findings: [makeFinding()] }, ['policy.p']],
  ])('%j', (rule, facts, inputs) => {
    expect(judge(facts, [policy(rule)]).verdict.inputs).toEqual(inputs);
  });

  it('of exceptions', () => {
    const files = [{ source: 'e.yaml', format: null, exceptions: [exception('CVE-1')] }];
    const options = { policies: [policy({ when: 'finding.level > 3' })], exceptions: files, gate: true };
    expect(evaluate(makeSubject(), options).verdict.inputs).toEqual(['evaluatedAt', 'exceptions.e.yaml', 'policy.p']);
  });
});

const exception = (id: string): Exception => ({
  ...bareException(id, 'e.yaml#1'),
  reason: 'x',
  owner: 'x',
  expires: '2026-12-31',
});

describe('laws', () => {
  const names = ['a', 'b', 'c'];
  const findings: fc.Arbitrary<Finding[]> = fc
    .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom(...names)), {
      selector: String,
      maxLength: 12,
    })
    .chain((subjects) =>
      fc.tuple(
        ...subjects.map(([number, name]) =>
          fc
            .record({
              severity: fc.constantFrom(...severities),
              fixed: fc.boolean(),
              listed: fc.boolean(),
              since: fc.constantFrom(null, '2026-08-01', '2026-01-01'),
            })
            .map(({ severity, fixed, listed, since }) =>
              makeFinding({
                id: `CVE-2026-000${number}`,
                package: name,
                severity,
                fix: fixed ? { state: 'fixed', versions: ['2'], since } : {},
                risk: { kev: listed && { dateAdded: null, dueDate: null } },
              }),
            ),
        ),
      ),
    );
  const policies = [
    loadPack('default'),
    ...setParameters([loadPack('qualys-risk-index')], ['threshold=3']),
    failOnPolicy('High'),
  ];
  const decided = (all: readonly Finding[], excused: readonly string[]) => {
    const exceptions = [{ source: 'e.yaml', format: null, exceptions: excused.map(exception) }];
    return evaluate(makeSubject({ findings: all }), { policies, exceptions, gate: true }).verdict;
  };

  it('an exception never breaks a rule', () => {
    const ids = fc.array(fc.constantFrom('CVE-2026-0000', 'CVE-2026-0001', 'CVE-2026-*', 'CVE-1'), { maxLength: 3 });
    fc.assert(
      fc.property(findings, ids, fc.constantFrom('CVE-2026-0002', 'CVE-2026-000?'), (all, excused, another) => {
        const before = decided(all, excused);
        const after = decided(all, [...excused, another]);
        for (const rule of after.rules) {
          const same = before.rules.find(({ id, policy: name }) => id === rule.id && name === rule.policy);
          expect(same?.findings).toEqual(expect.arrayContaining([...rule.findings]));
        }
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  it('the order in which findings are given changes nothing', () => {
    const shuffled = findings.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        const [a, b] = [decided(all, ['CVE-2026-0001']), decided(other, ['CVE-2026-0001'])];
        const ordered = (verdict: typeof a) => ({
          ...verdict,
          rules: verdict.rules.map((rule) => ({ ...rule, findings: [...rule.findings].sort() })),
          changes: verdict.changes.map((change) => ({ ...change, findings: [...change.findings].sort() })),
        });
        expect(ordered(b)).toEqual(ordered(a));
      }),
      { seed: 2, numRuns: 150 },
    );
  });

  it('the order of policies changes neither result nor findings', () => {
    const subject = makeSubject({ findings: rated('Critical', 'High'), config: { user: '' } });
    const run = (order: readonly Policy[]) => evaluate(subject, { policies: order, exceptions: [], gate: true });
    const [a, b] = [run(policies), run([...policies].reverse())];
    expect(b.findings).toEqual(a.findings);
    expect(b.verdict).toMatchObject({
      result: a.verdict.result,
      exitCode: a.verdict.exitCode,
      inputs: a.verdict.inputs,
    });
    expect(b.verdict.changes).toEqual(a.verdict.changes);
  });
});

describe('cost', () => {
  it('judges 5,000 findings by 50 rules and 1,000 exceptions in little time', () => {
    const all = Array.from({ length: 5000 }, (_, i) =>
      makeFinding({
        id: `CVE-2026-${i}`,
        severity: severities[i % severities.length]!,
        fix: { state: 'fixed', versions: ['2'] },
      }),
    );
    const when =
      'finding.severity == "Critical" && finding.fix.state == "fixed" && !(finding.risk.cvss.score < 9.0) && finding.knownDays >= 30';
    const many = Array.from({ length: 50 }, (_, i) =>
      policy({ id: `r${i}`, when: `"${when.replaceAll('"', '\\"')}"` }),
    );
    const exceptions = [
      { source: 'e', format: null, exceptions: Array.from({ length: 1000 }, (_, i) => exception(`CVE-2025-${i}`)) },
    ];
    const started = process.threadCpuUsage();
    const { verdict } = evaluate(makeSubject({ findings: all }), { policies: many, exceptions, gate: true });
    const { user } = process.threadCpuUsage(started);
    expect(verdict.rules.length).toBe(50);
    // measured 0.15 s alone; the margin is for slow and busy machines, while a quadratic mistake costs tens of seconds
    expect(user).toBeLessThan(3_000_000);
  });
});
