import { expect, it, test } from 'vitest';
import { cvssSubScores, highestScores } from './cvss-scores.ts';

it.each([
  // as the NVD shows them: CVE-2021-44228, CVE-2014-0160, CVE-2014-6271
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 3.9, 6],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N', 3.9, 3.6],
  ['CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H', 1.8, 5.9],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 3.9, 0],
  ['AV:N/AC:M/Au:N/C:C/I:C/A:C', 8.6, 10],
  ['AV:N/AC:L/Au:N/C:C/I:C/A:C', 10, 10],
])('%s', (vector, exploitability, impact) => {
  expect(cvssSubScores(vector)).toEqual({ exploitability, impact });
});

test('what has no sub-scores', () => {
  for (const vector of [
    '',
    'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
    'CVSS:3.1/AV:N',
    'AV:X',
  ]) {
    const { exploitability, impact } = cvssSubScores(vector);
    expect(Number.isNaN(exploitability) && Number.isNaN(impact)).toBe(true);
  }
});

test('the highest of each version', () => {
  const rated = (version: string, score: number | null) => ({ version, score });
  expect(highestScores(rated('3.1', 7), [rated('2.0', 9), rated('3.0', 8), rated('4.0', null)])).toEqual({
    v2: 9,
    v3: 8,
    v4: Number.NaN,
    highest: 9,
  });
});
