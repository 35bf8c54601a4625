import { expect, it } from 'vitest';
import { checkPolicy } from './check-policy.ts';
import { constantDoubts } from './constant-doubts.ts';
import { loadPack, packNames } from './packs.ts';

it.each([
  ['1 == 2', ['rule "r" is never broken: its condition is always false']],
  ['false', ['rule "r" is never broken: its condition is always false']],
  ['"2026-02-01" > "2026-01-01"', ['rule "r" is broken by everything that it looks at: its condition is always true']],
  ['finding.level > 3 || true', ['rule "r" is broken by everything that it looks at: its condition is always true']],
  ['finding.level > 3 && 2 + 2 == 5', ['rule "r" is never broken: its condition is always false']],
  ['finding.level > 3 && 2 + 2 == 4', ['rule "r": the part 2 + 2 == 4 is always true']],
  [
    'finding.risk.kev && ("High" in ["Low"] || !(finding.level < 3))',
    ['rule "r": the part "High" in ["Low"] is always false'],
  ],
  [
    'true ? finding.level > 3 : false',
    ['rule "r": the part true is always true', 'rule "r": the part false is always false'],
  ],
  [
    'finding.published > "01.06.2026" || "2026-02-30" <= image.created',
    [
      'rule "r" compares finding.published with "01.06.2026", which is no date',
      'rule "r" compares image.created with "2026-02-30", which is no date',
    ],
  ],
])('%s', (condition, doubts) => {
  expect(constantDoubts('r', condition)).toEqual(doubts);
});

it.each([
  'true',
  'finding.level > 3',
  'finding.published >= "2026" && finding.published < "2026-07" && finding.published != ""',
  'image.created > "2026-06-01T12:00:00Z"',
  'parameters.max > 3 ? finding.level > 3 : finding.level > 4',
  'finding.package.name == "01.06.2026"',
  '[1, 2][5] == 1',
])('%s leaves no doubt', (condition) => {
  expect(constantDoubts('r', condition)).toEqual([]);
});

it('no pack has one', () => {
  expect(packNames.flatMap((name) => checkPolicy(loadPack(name)).doubts)).toEqual([]);
});
