import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { severities } from '../advisories/types.ts';
import { compileExpression } from './cel-compile.ts';
import { scopeVariables } from './context-types.ts';
import { loadPolicy } from './policy-file.ts';
import { RuleJudge } from './rule-judge.ts';
import { makeFinding, makeSubject } from './testing/subjects.ts';

const levels = (condition: string) => {
  const expression = compileExpression(condition, scopeVariables('vulnerability', {}));
  if (!('type' in expression)) throw new Error(JSON.stringify(expression));
  return expression.levels?.flatMap((holds, level) => (holds ? [level] : [])) ?? null;
};

describe('severityLevels', () => {
  it.each([
    ['finding.severity == "Critical"', [5]],
    ['finding.risk.kev && finding.severity in ["High", "Critical"]', [4, 5]],
    ['finding.level >= 3 && finding.severity != "High" && !finding.risk.kev', [3, 5]],
    ['finding.level < 2 && finding.level > 4', []],
    ['finding.level >= 2.5', [3, 4, 5]],
    ['finding.severity == "High" || finding.risk.kev', null],
    ['!(finding.severity == "High")', null],
    ['finding.level >= image.counts.total', null],
    ['finding.severity in finding.aliases', null],
    ['finding.id == "High"', null],
  ])('%s', (condition, expected) => {
    expect(levels(condition)).toEqual(expected);
  });

  it('leaves out only findings that do not break the rule', () => {
    const parts = fc.oneof(
      fc.constantFrom(...severities).map((severity) => `finding.severity == "${severity}"`),
      fc
        .constantFrom('<', '<=', '>', '>=', '==', '!=')
        .chain((op) => fc.nat(6).map((at) => `finding.level ${op} ${at}`)),
      fc.constantFrom('finding.severity in ["Low", "High"]', 'finding.fix.versions[0] == "2"', 'finding.risk.kev'),
    );
    const join = fc.constantFrom(' && ', ' || ');
    const condition = fc.tuple(parts, join, parts, join, parts).map((all) => all.join(''));
    const findings = severities.flatMap((severity, at) => [
      makeFinding({
        id: `CVE-${at}`,
        severity,
        fix: { state: 'fixed', versions: ['2'] },
        risk: { kev: at % 2 === 0 } as never,
      }),
    ]);
    fc.assert(
      fc.property(condition, (when) => {
        const text = `name: p\nrules:\n- { id: r, scope: vulnerability, when: '${when}', action: deny, message: "{finding.id}" }`;
        const policy = loadPolicy(text, 'p');
        // what has no value on one of the findings is an error, with and without
        const judged = (watch?: () => void) => {
          const judge = new RuleJudge(makeSubject({ findings }), findings, (finding) => finding, watch);
          try {
            const { findings: keys, message } = judge.judge(policy, policy.rules[0]!);
            return [keys, message];
          } catch (error) {
            return String(error);
          }
        };
        expect(judged()).toEqual(judged(() => {}));
      }),
      { numRuns: 200 },
    );
  });
});
