import { describe, expect, test } from 'vitest';
import { cvssRating, cweIds, severityOf, severityOfScore, sortCvss } from './ratings.ts';

describe('ratings', () => {
  test.each([
    ['MODERATE', 'Medium'],
    ['important', 'High'],
    ['unimportant', 'Negligible'],
    ['Unknown', undefined],
    ['untriaged', undefined],
    ['constructor', undefined],
    [7, undefined],
  ])('%j is %s', (word, severity) => {
    expect(severityOf(word)).toBe(severity);
  });

  test.each([
    [0, 'Negligible'],
    [0.1, 'Low'],
    [3.9, 'Low'],
    [4, 'Medium'],
    [7, 'High'],
    [9, 'Critical'],
    [10, 'Critical'],
    [10.1, undefined],
    [Number.NaN, undefined],
  ])('score %d is %s', (score, severity) => {
    expect(severityOfScore(score)).toBe(severity);
  });

  test.each([
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', '3.1'],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:L/SC:N/SI:N/SA:N/E:P/CR:X/AU:X', '4.0'],
    ['AV:N/AC:M/Au:N/C:C/I:C/A:C', '2.0'],
    ['(AV:N/AC:M/Au:N/C:C/I:C/A:C)', '2.0'],
    ['CVSS:9.9/AV:N/AC:L/PR:N', undefined],
    ['High', undefined],
    ['CVSS:3.1/' + 'A:'.repeat(10_000), undefined],
  ])('vector %s is of version %s', (vector, version) => {
    expect(cvssRating('nvd', vector, 5)?.version).toBe(version);
  });

  test('the same rating from two feeds is one, with the score that one of them states', () => {
    const vector = 'AV:N/AC:M/Au:N/C:C/I:C/A:C';
    const rating = (score: number | null) => ({ source: 'nvd', version: '2.0', vector, score });
    expect(sortCvss([rating(null), rating(9.3)])).toEqual([rating(9.3)]);
    expect(sortCvss([rating(9.3), rating(null)])).toEqual([rating(9.3)]);
  });

  test('CWE ids come out of words', () => {
    expect(cweIds(['CWE-79: XSS', 'NVD-CWE-Other', null, 'CWE-20', 'CWE-79'])).toEqual(['CWE-20', 'CWE-79']);
  });
});
