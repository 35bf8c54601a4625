import { describe, expect, it } from 'vitest';
import { differenceOf } from '../result/difference.ts';
import type { ScanResult } from '../result/types.ts';
import { differenceJson, differenceText } from './difference-text.ts';
import { sampleResult } from './testing/sample-result.ts';

const screen = { columns: 80, color: false, unicode: true };
const shard = 'debian-11';

/** With the shard of another digest, and what that did. */
function later(change: (result: ScanResult) => Partial<ScanResult>): ScanResult {
  const result = sampleResult();
  return { ...result, ...change(result) };
}

const withShard = ({ inputs, findings }: ScanResult): Partial<ScanResult> => ({
  inputs: { ...inputs, advisories: { ...inputs.advisories, [shard]: 'sha256:other' } },
  findings,
});

describe('differenceOf', () => {
  it('of the same results is nothing', () => {
    const difference = differenceOf(sampleResult(), sampleResult());
    expect(difference).toMatchObject({ inputs: [], findings: [] });
    expect(differenceText(difference, screen)).toContain('No finding changed');
  });

  it('names the advisories that changed, and what they did', () => {
    const after = later((result) => {
      const [first, ...rest] = result.findings.filter(({ evidence }) => evidence.advisory?.shard === shard);
      return { ...withShard(result), findings: [{ ...first!, severity: 'Negligible' as const }, ...rest.slice(1)] };
    });
    const before = {
      ...after,
      inputs: sampleResult().inputs,
      findings: sampleResult().findings.filter(({ evidence }) => evidence.advisory?.shard === shard),
    };
    const { inputs, findings } = differenceOf(before, after);
    expect(inputs).toEqual([
      {
        path: `advisories.${shard}`,
        before: sampleResult().inputs.advisories[shard],
        after: 'sha256:other',
        read: true,
      },
    ]);
    expect(findings.map(({ change, because }) => [change, because])).toEqual([
      ['changed', [`advisories ${shard} changed`]],
      ['gone', [`advisories ${shard} changed`]],
    ]);
  });

  it('names the image: packages that were added, upgraded or are gone', () => {
    const before = sampleResult();
    const found = before.findings.find(({ kind, package: pkg }) => kind === 'vulnerability' && pkg !== null)!;
    const { name } = found.package!;
    const after = later(({ inputs, packages }) => ({
      inputs: { ...inputs, subject: { ...inputs.subject, digest: 'sha256:other' } },
      packages: packages.map((each) => (each.name === name ? { ...each, version: '99' } : each)),
      findings: [],
    }));
    const reason = (a: ScanResult, b: ScanResult) => differenceOf(a, b).findings.find(({ key }) => key === found.key);
    const was = before.packages.find((each) => each.name === name)!.version;
    expect(reason(before, after)).toMatchObject({ change: 'gone', because: [`image: ${name} ${was}, now 99`] });
    expect(reason(after, before)).toMatchObject({ change: 'appeared', because: [`image: ${name} 99, now ${was}`] });
    const without = { ...after, packages: [] };
    expect(reason(before, without)).toMatchObject({ change: 'gone', because: [`image: ${name} is gone`] });
    expect(reason(without, before)).toMatchObject({ change: 'appeared', because: [`image: ${name} was added`] });
  });

  it('names the exception that came or lapsed', () => {
    const by = { by: 'exception' as const, reason: 'not used', until: '2026-01-01', source: 'e.yaml#1' };
    const change = (suppressed: ScanResult['findings'][number]['suppressed']) =>
      later(({ findings }) => ({ findings: findings.slice(0, 1).map((finding) => ({ ...finding, suppressed })) }));
    const [open, closed] = [change([]), change([by])];
    expect(differenceOf(open, closed).findings).toMatchObject([
      { change: 'suppressed', because: ['exception e.yaml#1: not used'] },
    ]);
    expect(differenceOf(closed, open).findings).toMatchObject([
      { change: 'counted', because: ['exception e.yaml#1 holds no longer (until 2026-01-01)'] },
    ]);
  });

  it('fits 80 columns, and is all there in JSON', () => {
    const difference = differenceOf(
      sampleResult(),
      later(() => ({ findings: [] })),
    );
    for (const line of differenceText(difference, screen).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(JSON.parse(differenceJson(difference))).toEqual(difference);
  });
});
