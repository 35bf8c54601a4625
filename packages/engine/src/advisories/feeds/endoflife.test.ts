import { describe, expect, test } from 'vitest';
import { buildFrom } from '../testing/build-from.ts';
import { endOfLifeUrl } from './endoflife-products.ts';

describe('endoflife.date', () => {
  test('public support counts, paid support does not', async () => {
    using built = await buildFrom({
      [endOfLifeUrl('debian')]: [
        {
          cycle: '12',
          codename: 'Bookworm',
          releaseDate: '2023-06-10',
          eol: '2026-07-11',
          lts: false,
          extendedSupport: '2028-06-30',
        },
        { cycle: '2.2', eol: '2003-06-30', extendedSupport: false },
      ],
      [endOfLifeUrl('ubuntu')]: [
        { cycle: '22.04', codename: 'Jammy Jellyfish', eol: '2027-04-01', lts: true, extendedSupport: '2032-04-09' },
      ],
      [endOfLifeUrl('alpine-linux')]: [{ cycle: '3.12', releaseDate: '2020-05-29', eol: '2022-05-01' }],
      [endOfLifeUrl('oracle-linux')]: [
        { cycle: '10', eol: false, extendedSupport: true },
        { cycle: 6, eol: true },
        { cycle: null },
      ],
      [endOfLifeUrl('centos')]: [{ cycle: '8', eol: '2021-12-31' }],
      [endOfLifeUrl('centos-stream')]: [
        { cycle: '8', eol: '2024-05-31' },
        { cycle: '9', eol: '2027-05-31' },
      ],
      [endOfLifeUrl('sles')]: [
        { cycle: '12.0', eol: '2016-06-30' },
        { cycle: '15.7', eol: '2031-07-31' },
        { cycle: '16.0', eol: '2027-11-30' },
      ],
    });
    const ends = (distro: string) =>
      Object.fromEntries(built.reader.endOfLife(distro).map(({ cycle, endOfSupport }) => [cycle, endOfSupport]));
    expect(ends('debian')).toEqual({ '12': '2028-06-30', '2.2': '2003-06-30' });
    expect(ends('ubuntu')).toEqual({ '22.04': '2027-04-01' });
    expect(ends('alpine')).toEqual({ '3.12': '2022-05-01' });
    expect(ends('ol')).toEqual({ '10': false, '6': true });
    expect(ends('centos')).toEqual({ '8': '2021-12-31', '9': '2027-05-31' });
    expect(ends('centos-stream')).toEqual({ '8': '2024-05-31', '9': '2027-05-31' });
    expect(ends('sles')).toEqual({ '12': '2016-06-30', '15.7': '2031-07-31', '16.0': '2027-11-30' });
    expect(built.reader.endOfLife('debian')[0]).toEqual({
      distro: 'debian',
      cycle: '12',
      codename: 'bookworm',
      released: '2023-06-10',
      endOfSupport: '2028-06-30',
    });
    expect(built.reader.endOfLife('arch')).toEqual([]);
    expect(built.report.feeds.find(({ feed }) => feed === 'endoflife.date')).toMatchObject({ rejected: 1 });
  });
});
