import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../load-policy.ts';
import { makeFinding, makePackage, makeSubject, type SubjectFacts } from '../testing/subjects.ts';
import { explainRules } from './explain-rules.ts';

function explain(rule: string, facts: SubjectFacts, contents?: readonly (readonly [string, string])[]) {
  const policy = loadPolicy(`name: x\nrules:\n  - { id: r, action: deny, message: broken, ${rule} }\n`, 'x.yaml');
  const subject = makeSubject(facts);
  const inventory = { ...subject.inventory, ...(contents && { contents }) };
  const [explained] = explainRules({ ...subject, inventory }, [policy], subject.findings, (each) => each, []);
  return explained!;
}

const scored = (id: string, score: number, vector: string) =>
  makeFinding({ id, risk: { cvss: { source: 'nvd', version: '3.1', vector, score } } });
const network = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

describe('what a rule saw and which values decided', () => {
  it('of a conjunction that does not hold: what is false in it', () => {
    const { outcome, seen, broken, cases } = explain(
      'scope: vulnerability, when: \'finding.risk.cvss.score >= 9.0 && finding.risk.cvss.attackVector == "network"\'',
      { findings: [scored('CVE-2026-1', 9.8, network), scored('CVE-2026-2', 7.5, network)] },
    );
    expect({ outcome, seen, broken }).toEqual({ outcome: 'broken', seen: 2, broken: 1 });
    expect(cases[0]).toMatchObject({
      subject: 'CVE-2026-1 in bash 1.0',
      broken: true,
      clauses: [
        { text: 'finding.risk.cvss.score >= 9.0', holds: true, values: [{ value: '9.8' }] },
        { text: 'finding.risk.cvss.attackVector == "network"', holds: true, values: [{ value: '"network"' }] },
      ],
    });
    expect(cases[1]).toMatchObject({
      subject: 'CVE-2026-2 in bash 1.0',
      broken: false,
      clauses: [{ text: 'finding.risk.cvss.score >= 9.0', holds: false, values: [{ value: '7.5' }] }],
    });
  });

  it('of a choice that holds: what is true in it; what is unknown is called so', () => {
    const { cases } = explain(
      'scope: vulnerability, when: "finding.risk.cvss.score >= 9.0 || !(finding.risk.kev && finding.level > 2)"',
      { findings: [makeFinding({})] },
    );
    expect(cases[0]?.clauses).toMatchObject([
      { text: 'finding.risk.kev', holds: false },
      { text: 'finding.level > 2', holds: false },
    ]);
    expect(
      explain('scope: vulnerability, when: "finding.ageDays > 3"', { findings: [makeFinding({ published: null })] })
        .cases[0]?.clauses,
    ).toMatchObject([{ values: [{ name: 'finding.ageDays', value: 'unknown' }] }]);
  });

  it('shows the arithmetic of an index', () => {
    const findings = [
      makeFinding({ id: 'CVE-2026-1', severity: 'Critical' }),
      makeFinding({ id: 'CVE-2026-2', severity: 'Critical' }),
      makeFinding({ id: 'CVE-2026-3', severity: 'High' }),
    ];
    const { cases } = explain(
      'scope: image, when: "3 * image.counts.critical + image.counts.high > parameters.most", parameters: { most: 5 }',
      { findings },
    );
    expect(cases[0]?.clauses).toMatchObject([
      {
        holds: true,
        values: [
          { name: 'image.counts.critical', value: '2' },
          { name: 'image.counts.high', value: '1' },
          { name: 'parameters.most', value: '5' },
        ],
        calculated: [{ text: '3 * image.counts.critical + image.counts.high', value: '7' }],
      },
    ]);
  });

  it('names the elements that a list was decided by', () => {
    const packages = [
      makePackage({ name: 'bash' }),
      makePackage({ name: 'gcc', version: '12' }),
      makePackage({ name: 'gcc-base' }),
    ];
    const some = explain('scope: image, when: \'packages.exists(p, p.name.startsWith("gcc"))\'', { packages });
    expect(some.cases[0]?.clauses[0]?.elements).toEqual(['gcc 12', 'gcc-base 1.0']);
    const all = explain('scope: config, when: "!config.ports.all(p, p >= 1024)"', {
      config: { exposedPorts: ['22/tcp', '8080/tcp'] },
    });
    expect(all.cases[0]).toMatchObject({ broken: true, clauses: [{ holds: false, elements: ['22'] }] });
  });

  it('goes on where a rule has no value, and says why', () => {
    const explained = explain('scope: config, when: \'config.labels.tier == "prod"\'', {});
    expect(explained).toMatchObject({
      outcome: 'failed',
      failure: 'there is no "tier" in config.labels',
      cases: [{ broken: null, clauses: [{ holds: null }] }],
    });
  });

  it('says what it could not look at, and what is excused', () => {
    expect(explain('scope: file, when: file.setUid', {})).toMatchObject({
      outcome: 'nothing-to-judge',
      notes: [expect.stringContaining('--facts files')],
    });
    const suppressed = [{ by: 'exception' as const, reason: 'x' }];
    expect(
      explain('scope: vulnerability, when: finding.risk.kev', { findings: [makeFinding({ suppressed })] }),
    ).toMatchObject({
      outcome: 'nothing-to-judge',
      excused: 1,
    });
    expect(
      explain('scope: vulnerability, when: finding.risk.kev', { findings: [makeFinding({})], missing: ['kev'] }).notes,
    ).toEqual(['advisories kev are missing']);
  });

  it('never shows what is in files', () => {
    const subject = makeSubject({});
    const facts = {
      ...subject.inventory.facts,
      files: [{ path: '/etc/app.conf', type: 'file' as const, mode: '644', uid: 0, gid: 0, size: 9, layer: null }],
    };
    const policy = loadPolicy(
      'name: x\nrules:\n  - { id: r, scope: file, files: ["*.conf"], action: deny, message: m, when: \'file.content.split("\\n").exists(l, l.contains("hunter2"))\' }\n',
      'x.yaml',
    );
    const inventory = { ...subject.inventory, facts, contents: [['/etc/app.conf', 'a\npassword=hunter2\n'] as const] };
    const [explained] = explainRules({ ...subject, inventory }, [policy], [], (each) => each, []);
    expect(explained).toMatchObject({ outcome: 'broken', cases: [{ subject: '/etc/app.conf (644)' }] });
    expect(JSON.stringify(explained)).not.toContain('password');
  });

  it('never shows values of environment variables, nor does a message', () => {
    const config = { env: ['PASSWORD=hunter2', 'A=b'] };
    for (const when of [
      'config.variables["PASSWORD"] + "x" == "hunter2x"',
      'config.variables.exists(n, config.variables[n] == "hunter2")',
    ]) {
      const explained = explain(`scope: config, when: '${when}'`, { config });
      expect(explained).toMatchObject({ outcome: 'broken', condition: when });
      const { condition: _, ...shown } = explained;
      const clauses = explained.cases.flatMap((each) => each.clauses).map(({ text: __, ...rest }) => rest);
      expect(JSON.stringify([{ ...shown, cases: [] }, clauses])).not.toContain('hunter2');
    }
    const policy = (message: string) =>
      loadPolicy(
        `name: x\nrules:\n  - { id: r, scope: config, when: config.root, action: deny, message: '${message}' }`,
        'x',
      );
    expect(() => policy('it is {config.variables["PASSWORD"]}')).toThrow('may be secret');
  });
});
