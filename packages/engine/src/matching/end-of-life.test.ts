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
