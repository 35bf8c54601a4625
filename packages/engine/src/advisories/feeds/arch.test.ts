import { expect, test } from 'vitest';
import { buildFrom } from '../testing/build-from.ts';

const avg = (name: string, status: string, more: object = {}) => ({
  name,
  packages: ['openssl', 'lib32-openssl'],
  status,
  severity: 'High',
  type: 'arbitrary code execution',
  affected: '1.1.1.k-1',
  fixed: null,
  ticket: null,
  issues: ['CVE-2021-3711', 'CVE-2021-3712'],
  advisories: [],
  ...more,
});

test('every status of a vulnerability group says what it means', async () => {
  using built = await buildFrom({
    'https://security.archlinux.org/all.json': [
      avg('AVG-1', 'Fixed', { fixed: '1.1.1.l-1', advisories: ['ASA-202108-1'] }),
      avg('AVG-2', 'Vulnerable', { issues: ['CVE-2021-0002'], severity: 'Unknown' }),
      avg('AVG-3', 'Testing', { issues: ['CVE-2021-0003'], fixed: '1.1.1.m-1', severity: 'Low' }),
      avg('AVG-4', 'Not affected', { issues: ['CVE-2021-0004'] }),
      avg('AVG-5', 'Unknown', { issues: ['CVE-2021-0005'] }),
      avg('AVG-6', 'Rotten'),
      avg('AVG-7', 'Fixed', { issues: ['what'] }),
      { name: 'AVG-8' },
    ],
  });
  const said = built
    .records('arch', 'openssl')
    .map(({ id, status, ranges, bulletins, labels }) => [
      id,
      status,
      ranges[0]?.fixed,
      bulletins,
      labels.map(({ severity }) => severity),
    ]);
  expect(said).toEqual([
    ['CVE-2021-0002', 'affected', null, ['AVG-2'], []],
    ['CVE-2021-0003', 'affected', '1.1.1.m-1', ['AVG-3'], ['Low']],
    ['CVE-2021-0004', 'not-affected', undefined, ['AVG-4'], ['High']],
    ['CVE-2021-0005', 'under-investigation', null, ['AVG-5'], ['High']],
    ['CVE-2021-3711', 'affected', '1.1.1.l-1', ['ASA-202108-1', 'AVG-1'], ['High']],
    ['CVE-2021-3712', 'affected', '1.1.1.l-1', ['ASA-202108-1', 'AVG-1'], ['High']],
  ]);
  expect(built.records('arch', 'lib32-openssl')).toHaveLength(6);
  expect(built.report.feeds).toMatchObject([
    { read: 5, rejected: 3, firstRejection: 'AVG-6: the status "Rotten" is not known' },
  ]);
});
