import { expect, it } from 'vitest';
import type { AdvisoryRecord } from '../advisories/types.ts';
import { before, findings, inventory, pkg, record } from './testing.ts';

const id = 'UBUNTU-CVE-2022-1000';
const ubuntu = (fixed: string | null, more: Partial<AdvisoryRecord> = {}) =>
  record(id, 'libx', { aliases: ['CVE-2022-1000'], scheme: 'deb', ranges: [before(fixed)], ...more });
const pro = (fixed: string | null) => ubuntu(fixed, { channel: 'esm-apps' });

const pay = pkg('deb', 'other', '1.0-1ubuntu0.1~esm3');
const fixes = (version: string, records: readonly AdvisoryRecord[], others: readonly ReturnType<typeof pkg>[] = []) =>
  findings(inventory([pkg('deb', 'libx', version), ...others]), { 'debian-12': records }).map(({ fix }) => fix);

it.each([
  ['open in public', '1.0-1', [ubuntu(null), pro('1.0-1ubuntu0.1~esm1')], []],
  ['only Pro speaks: the release is past its public support', '1.0-1', [pro('1.0-1ubuntu0.1~esm1')], []],
])('a fix in Ubuntu Pro is named and is no fix for an image without it (%s)', (_what, version, records, others) => {
  expect(fixes(version, records, others)).toEqual([
    {
      state: 'not-fixed',
      versions: [],
      since: null,
      elsewhere: [{ channel: 'esm-apps', versions: ['1.0-1ubuntu0.1~esm1'] }],
    },
  ]);
});

it('an image that has packages of Pro can install its fixes', () => {
  expect(fixes('1.0-1', [pro('1.0-1ubuntu0.1~esm1')], [pay])).toEqual([
    { state: 'fixed', versions: ['1.0-1ubuntu0.1~esm1'], since: null, channel: 'esm-apps' },
  ]);
});

it('a version of Pro is judged by what is said of Pro', () => {
  const both = [ubuntu(null), pro('1.0-1ubuntu0.1~esm2')];
  expect(fixes('1.0-1ubuntu0.1~esm2', both)).toEqual([]);
  expect(fixes('1.0-1ubuntu0.1~esm1', both)).toMatchObject([{ state: 'fixed', channel: 'esm-apps' }]);
  // public says fixed, and Pro does not speak: its archive has that version too
  expect(fixes('1.0-1ubuntu0.1~esm1', [ubuntu('1.0-1')])).toEqual([]);
});

it('the public fix counts, whatever Pro has', () => {
  const both = [ubuntu('1.0-2', { bulletins: ['USN-1-1'] }), pro('1.0-2~esm1')];
  expect(fixes('1.0-1', both)).toEqual([{ state: 'fixed', versions: ['1.0-2'], since: null, channel: 'security' }]);
  expect(fixes('1.0-2', both)).toEqual([]);
});

it('what Pro repeats of the public archive is a public fix; what public calls open is not', () => {
  expect(fixes('1.0-1', [pro('1.0-2')])).toMatchObject([{ state: 'fixed', versions: ['1.0-2'] }]);
  expect(fixes('1.0-1', [ubuntu(null), pro('1.0-2')])).toMatchObject([
    { state: 'not-fixed', elsewhere: [{ channel: 'esm-apps', versions: ['1.0-2'] }] },
  ]);
});

it('names the bulletin’s channel, and the testing repository', () => {
  expect(fixes('1.0-1', [ubuntu('1.0-2', { bulletins: ['DLA-9-1'] })])).toMatchObject([{ channel: 'lts' }]);
  expect(fixes('1.0-1', [ubuntu('1.0-2', { channel: 'testing' })])).toMatchObject([
    { state: 'not-fixed', elsewhere: [{ channel: 'testing' }] },
  ]);
});
