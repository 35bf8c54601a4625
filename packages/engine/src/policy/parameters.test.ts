import { expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import { loadPack } from './packs.ts';
import { setParameters } from './parameters.ts';
import { makeFinding, makeSubject } from './testing/subjects.ts';

const policies = [loadPack('default'), loadPack('qualys-risk-index')];

it.each([
  [[], []],
  [['threshold=0'], ['3 × 1 Critical + 1 × 0 High = 3 > 0']],
  [['threshold=2.5', 'critical=3'], ['3 × 1 Critical + 1 × 0 High = 3 > 2.5']],
  [['risk-index.threshold = 0', 'risk-index.critical=5'], ['5 × 1 Critical + 1 × 0 High = 5 > 0']],
  [['threshold=0', 'threshold=3'], []],
] as const)('%j', (assignments, messages) => {
  const subject = makeSubject({ findings: [makeFinding({ severity: 'Critical' })] });
  const { verdict } = evaluate(subject, { policies: setParameters(policies, assignments), exceptions: [], gate: true });
  expect(verdict.rules.map(({ message }) => message)).toEqual(messages);
});

it('sets a parameter in every rule that has it, or in one', () => {
  const days = (assignment: string) =>
    setParameters(policies, [assignment])[0]!.rules.flatMap(({ parameters }) => parameters.days ?? []);
  expect(days('days=60')).toEqual([60, 60]);
  expect(days('fixable-high.days=60')).toEqual([60, 30]);
});

it.each([
  ['treshold=0', 'no rule has a parameter "treshold"; did you mean "threshold"?'],
  ['threshold', '"threshold" sets nothing; write NAME=VALUE'],
  ['threshold=', 'parameter "threshold" is a number, such as 10, and cannot be ""'],
  ['threshold=many', 'parameter "threshold" is a number, such as 10, and cannot be "many"'],
  ['threshold=Infinity', 'parameter "threshold" is a number, such as 10, and cannot be "Infinity"'],
  ['constructor=1', 'no rule has a parameter "constructor"; there are'],
])('%s is refused', (assignment, message) => {
  expect(() => setParameters(policies, [assignment])).toThrow(message);
});
