import { describe, expect, it } from 'vitest';
import type { EolRecord } from '../advisories/types.ts';
import { endOfLife } from './end-of-life.ts';
import { distro } from './testing.ts';

function cycle(name: string, number: string, endOfSupport: string | boolean): EolRecord {
  return { distro: name, cycle: number, codename: null, released: null, endOfSupport };
}

const records = [
  cycle('alpine', '3.1', true),
  cycle('alpine', '3.12', '2022-05-01'),
  cycle('debian', '12', '2028-06-30'),
  cycle('ubuntu', '22.04', '2027-04-01'),
  cycle('amzn', '2', '2026-06-30'),
  cycle('amzn', '2023', '2029-06-30'),
  cycle('rhel', '8', false),
];

describe('endOfLife', () => {
  it.each<[string, string | null, string, string | boolean | null, boolean | null, string | undefined]>([
    ['alpine', '3.12.12', '2026-08-22', '2022-05-01', true, 'alpine-3.12'],
    ['alpine', '3.12.12', '2022-05-01', '2022-05-01', false, undefined],
    ['alpine', '3.12.12', '2022-05-02', '2022-05-01', true, 'alpine-3.12'],
    ['alpine', '3.1.4', '2026-08-22', true, true, 'alpine-3.1'],
    ['alpine', '3.13.0', '2026-08-22', null, null, undefined],
    ['debian', '12', '2026-08-22', '2028-06-30', false, undefined],
    ['debian', null, '2026-08-22', null, null, undefined],
    ['ubuntu', '22.04', '2027-04-02', '2027-04-01', true, 'ubuntu-22.04'],
    ['amzn', '2023', '2026-08-22', '2029-06-30', false, undefined],
    ['amzn', '2', '2026-08-22', '2026-06-30', true, 'amzn-2'],
    ['rhel', '8.0', '2026-08-22', false, false, undefined],
  ])('%s %s on %s', (id, version, day, date, past, finding) => {
    const result = endOfLife(distro(id, version), records, day);
    expect(result).toMatchObject({ endOfLife: date, past });
    expect(result.finding?.id).toBe(finding);
  });

  it('names the first release after it that is still supported', () => {
    const released = (number: string, since: string, end: string | boolean) => ({
      ...cycle('debian', number, end),
      released: since,
    });
    const known = [
      released('13', '2025-08-09', '2030-06-30'),
      released('12', '2023-06-10', '2028-06-30'),
      released('11', '2021-08-14', '2026-08-31'),
      released('10', '2019-07-06', '2024-06-30'),
      { ...released('15', '2020-01-01', false), distro: 'devuan' },
    ];
    const next = (day: string) => endOfLife(distro('debian', '10'), known, day).next;
    expect(next('2026-08-22')).toEqual({ version: '11', endOfLife: '2026-08-31' });
    expect(next('2026-09-01')).toEqual({ version: '12', endOfLife: '2028-06-30' });
    expect(next('2030-07-01')).toBeUndefined();
    expect(endOfLife(distro('debian', '12'), known, '2026-08-22').next).toBeUndefined();
  });

  it('is a High finding that says whose word it is', () => {
    const { finding } = endOfLife(distro('alpine', '3.12.12'), records, '2026-08-22');
    expect(finding).toMatchObject({
      key: 'end-of-life:alpine-3.12',
      kind: 'end-of-life',
      severity: 'High',
      severitySource: 'endoflife.date',
      level: 4,
      title: 'alpine 3.12.12 gets no public security support any more',
      package: null,
      fix: null,
      risk: null,
      evidence: {
        value: '3.12.12',
        endOfSupport: '2022-05-01',
        advisory: { source: 'endoflife.date', id: 'alpine-3.12', shard: 'eol' },
      },
    });
  });
});
