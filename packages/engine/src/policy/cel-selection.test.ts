import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { severities } from '../advisories/types.ts';
import { loadPolicy } from './load-policy.ts';
import { RuleJudge } from './rule-judge.ts';
import { makeFinding, makeSubject } from './testing/subjects.ts';

const findings = severities.flatMap((severity, level) =>
  [0, 1, 2].map((at) =>
    makeFinding({
      id: `CVE-${level}-${at}`,
      severity,
      package: at === 0 ? 'libssl' : `bash${level}`,
      published: at === 1 ? null : `2026-0${level + 1}-01`,
      fix: at === 2 ? null : { state: 'fixed', versions: level % 2 === 0 ? ['2'] : [] },
      risk: {
        kev: (level + at) % 3 === 0,
        epss: at === 1 ? null : { score: level / 6, percentile: level / 6 },
      } as never,
    }),
  ),
);

/** With somebody who watches every finding is asked by itself. */
function judged(when: string, watch?: () => void) {
  const text = `name: p\nrules:\n- { id: r, scope: vulnerability, when: '${when}', action: deny, message: "{finding.id}" }`;
  const policy = loadPolicy(text, 'p');
  const judge = new RuleJudge(makeSubject({ findings }), findings, (finding) => finding, watch);
  try {
    const { findings: keys, message } = judge.judge(policy, policy.rules[0]!);
    return { keys, message };
  } catch (error) {
    return String(error);
  }
}

const parts = fc.oneof(
  fc.constantFrom(...severities).map((severity) => `finding.severity == "${severity}"`),
  fc.constantFrom('<', '<=', '>', '>=', '==', '!=').chain((op) => fc.nat(6).map((at) => `finding.level ${op} ${at}`)),
  fc.constantFrom(
    'finding.severity in ["Low", "High"]',
    'finding.risk.kev',
    'finding.ageDays >= 100.0',
    'finding.risk.epss.score > 0.3',
    'finding.package.name.startsWith("lib")',
    'finding.published == finding.fix.since',
    'image.counts.critical > 0',
    // these have no value for some findings
    'finding.fix.versions[0] == "2"',
    'versionBefore("deb", finding.published, "2026-05-01")',
    'int(finding.published) > 2',
    'image.labels["a"] == "b"',
  ),
);
const condition = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    parts,
    fc.tuple(tie('tree'), fc.constantFrom(' && ', ' || '), tie('tree')).map((all) => `(${all.join('')})`),
    tie('tree').map((of) => `!(${of})`),
    fc.tuple(tie('tree'), tie('tree'), tie('tree')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
  ),
})).tree as fc.Arbitrary<string>;

describe('a condition that is asked of many findings at once', () => {
  it('selects, and fails, as it does of one finding after the other', () => {
    const outcomes = { some: 0, none: 0, failed: 0 };
    fc.assert(
      fc.property(condition, (when) => {
        const outcome = judged(when);
        expect(outcome).toEqual(judged(when, () => {}));
        outcomes[typeof outcome === 'string' ? 'failed' : outcome.keys.length > 0 ? 'some' : 'none']++;
      }),
      { numRuns: 300, seed: 1 },
    );
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(10);
  });

  it.each([
    'finding.level >= 4 && finding.fix.versions[0] == "2"',
    'finding.fix.versions[0] == "2" && finding.level == 4',
    'finding.fix.versions[0] == "2" || finding.level < 6',
  ])('%s: a part that is false decides, whether or not the other has a value', (when) => {
    expect(judged(when)).toEqual(judged(when, () => {}));
  });

  it('asks a part that names one field once for each of its values', () => {
    const many = Array.from({ length: 2000 }, (_, at) =>
      makeFinding({ id: `CVE-${at}`, severity: severities[at % 6]! }),
    );
    let asked = 0;
    const watched = many.map((finding) =>
      Object.defineProperty({ ...finding }, 'severity', {
        enumerable: true,
        get: () => {
          asked++;
          return finding.severity;
        },
      }),
    );
    const rule = (id: number) =>
      `- { id: r${id}, scope: vulnerability, when: 'finding.severity == "High"', action: deny, message: "{finding.id}" }`;
    const policy = loadPolicy(`name: p\nrules:\n${Array.from({ length: 20 }, (_, id) => rule(id)).join('\n')}`, 'p');
    const judge = new RuleJudge(makeSubject({ findings: watched }), watched, (finding) => finding);
    for (const each of policy.rules) expect(judge.judge(policy, each).findings).toHaveLength(333);
    // read for the column, the order and the counts, and for six values by each rule
    expect(asked).toBeLessThan(5 * many.length);
  });
});
