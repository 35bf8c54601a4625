import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needsShared, shared } from '../../../../test/shared.ts';
import { scoreCvss, severityOfScore } from './cvss.ts';

function vectors(name: string): string[][] {
  const file = shared(`vectors/${name}`);
  if (!file) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '))
    .map((line) => line.split('\t'));
}

describe.skipIf(!shared('vectors'))(`published CVSS vectors (${needsShared})`, () => {
  const number = (text: string | undefined): number | null => (text === '-' ? null : Number(text));

  it.each([
    ['cvss2.txt', 690],
    ['cvss3.txt', 4400],
  ])('%s: base, temporal and environmental scores', (name, least) => {
    const cases = vectors(name);
    expect(cases.length).toBeGreaterThan(least);
    const wrong = cases.filter(([vector = '', base, temporal, environmental]) => {
      const scores = scoreCvss(vector);
      return (
        scores?.base !== number(base) ||
        scores.temporal !== number(temporal) ||
        scores.environmental !== number(environmental)
      );
    });
    expect(wrong).toEqual([]);
  });

  it('cvss4.txt: the score', () => {
    const cases = vectors('cvss4.txt');
    expect(cases.length).toBeGreaterThan(2600);
    expect(cases.filter(([vector = '', score]) => scoreCvss(vector)?.score !== Number(score))).toEqual([]);
  });
});

describe('scoreCvss', () => {
  it.each([
    // examples that the specifications themselves work out
    ['AV:N/AC:L/Au:N/C:N/I:N/A:C', '2.0', 7.8],
    ['AV:L/AC:H/Au:N/C:C/I:C/A:C', '2.0', 6.2],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', '3.1', 6.1],
    ['CVSS:3.0/S:U/AV:N/AC:L/PR:N/UI:N/C:H/I:H/A:H', '3.0', 9.8],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', '4.0', 9.3],
  ])('%s', (vector, version, score) => {
    expect(scoreCvss(vector)).toMatchObject({ version, score });
  });

  it('keeps the base score of a v4.0 vector apart from the score with threat metrics', () => {
    const scores = scoreCvss('CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U');
    expect(scores).toMatchObject({ base: 9.3, score: 8.1 });
  });

  it.each([
    '',
    'CVSS:3.1/',
    'CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/A:H',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/toString:N',
    'AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    'AV:N/AC:L/Au:N/C:N/I:N',
    'AV:N/AC:L/Au:N/C:N/I:N/A:C/RL:X',
    // the order is fixed in v4.0, and SI:S exists as a modified metric alone
    'CVSS:4.0/AC:L/AV:N/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
    'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N',
    `CVSS:3.1/${'AV:N/'.repeat(100_000)}`,
  ])('refuses %.80s', (vector) => {
    expect(scoreCvss(vector)).toBeUndefined();
  });

  it('scores or refuses whatever it is given, between 0 and 10 in tenths', () => {
    const part = fc.constantFrom(
      ...'AV:N AC:L Au:N PR:L UI:R S:C C:H I:C A:P E:P AT:N VC:H MSI:S : CVSS:3.1 CVSS:4.0'.split(' '),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part).map((parts) => parts.join('/')),
        ),
        (vector) => {
          const score = scoreCvss(vector)?.score ?? 0;
          expect(score >= 0 && score <= 10 && Number.isInteger(Math.round(score * 1e6) / 1e5)).toBe(true);
        },
      ),
    );
  });
});

describe('severityOfScore', () => {
  it.each([
    ['3.1', 0, 'Negligible'],
    ['3.1', 0.1, 'Low'],
    ['3.0', 3.9, 'Low'],
    ['3.1', 4, 'Medium'],
    ['3.1', 6.9, 'Medium'],
    ['4.0', 7, 'High'],
    ['3.1', 8.9, 'High'],
    ['4.0', 9, 'Critical'],
    ['2.0', 0, 'Low'],
    ['2.0', 3.9, 'Low'],
    ['2.0', 4, 'Medium'],
    ['2.0', 6.9, 'Medium'],
    ['2.0', 7, 'High'],
    ['2.0', 10, 'High'],
  ])('CVSS %s, %d is %s', (version, score, severity) => {
    expect(severityOfScore(version, score)).toBe(severity);
  });
});
