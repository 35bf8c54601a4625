import { describe, expect, it } from 'vitest';
import type { Finding } from '../matching/types.ts';
import { baselineOf } from './baseline.ts';
import { evaluate } from './evaluate.ts';
import { failOnPolicy } from './fail-on.ts';
import { loadPolicy } from './load-policy.ts';
import type { Policy } from './policy-file.ts';
import { type FindingFacts, makeFinding, makeSubject } from './testing/subjects.ts';

const judge = (
  before: readonly Finding[],
  now: readonly Finding[],
  policy: Policy = failOnPolicy('Low'),
  config = {},
) =>
  evaluate(makeSubject({ findings: now, config }), {
    policies: [policy],
    exceptions: [],
    baseline: baselineOf({ findings: before, inputs: { evaluatedAt: '2026-01-01' } }, 'old.json'),
    gate: true,
  });

describe('a baseline', () => {
  it.each<readonly [what: string, before: FindingFacts, now: FindingFacts, isNew: boolean]>([
    ['the same', {}, {}, false],
    ['another version', {}, { version: '1.1' }, false],
    ['another place', { evidence: { path: '/a' } }, { evidence: { path: '/b' } }, false],
    ['a name with another version', { package: 'libssl1.1' }, { package: 'libssl3' }, false],
    ['a kernel', { package: 'linux-image-6.1.0-18-amd64' }, { package: 'linux-image-6.1.0-21-amd64' }, false],
    [
      'a name of another ecosystem, digits and all',
      { package: 'py2', type: 'pypi' },
      { package: 'py3', type: 'pypi' },
      true,
    ],
    ['an id that is an alias now', { id: 'GHSA-1' }, { id: 'CVE-1', aliases: ['GHSA-1'] }, false],
    ['an alias that is the id now', { id: 'CVE-1', aliases: ['GHSA-1'] }, { id: 'GHSA-1' }, false],
    ['another vulnerability', {}, { id: 'CVE-2' }, true],
    ['another package', {}, { package: 'zsh' }, true],
    ['another type', {}, { type: 'apk' }, true],
    ['one that an exception excused', { suppressed: [{ by: 'exception', reason: 'x' }] }, {}, true],
    ['one that a baseline excused', { suppressed: [{ by: 'baseline', reason: 'x' }] }, {}, false],
  ])('%s', (_what, before, now, stops) => {
    const { findings, verdict } = judge([makeFinding(before)], [makeFinding(now)]);
    expect(verdict.exitCode).toBe(stops ? 1 : 0);
    expect(findings[0]?.suppressed.map(({ by }) => by)).toEqual(stops ? [] : ['baseline']);
  });

  it('says since when a finding is known, and carries that on', () => {
    const first = judge([], [makeFinding()]).findings;
    expect(first[0]).toMatchObject({ isNew: true, firstSeen: '2026-08-22' });
    const { findings } = judge([{ ...makeFinding(), firstSeen: '2025-05-05' }], [makeFinding()]);
    expect(findings[0]).toMatchObject({
      isNew: false,
      firstSeen: '2025-05-05',
      suppressed: [{ by: 'baseline', reason: 'known since 2025-05-05', source: 'old.json' }],
    });
  });

  it('takes what rules make of facts, too', () => {
    const text = 'name: p\nrules:\n  - {id: root, scope: config, action: deny, message: x, when: config.root}\n';
    const policy = loadPolicy(text, 'p.yaml');
    const before = judge([], [], policy, { user: '' });
    expect(before.verdict.exitCode).toBe(1);
    const after = judge(before.findings, [], policy, { user: '' });
    expect(after.verdict.exitCode).toBe(0);
    expect(after.findings).toMatchObject([{ id: 'root', isNew: false }]);
  });

  it('is left to a rule that asks whether a finding is new', () => {
    const text = (when: string) =>
      `name: p\nrules:\n  - {id: r, scope: vulnerability, action: deny, message: "{finding.id}", when: '${when}'}\n`;
    const findings = [makeFinding(), makeFinding({ id: 'CVE-2' })];
    const broken = (when: string) =>
      judge([makeFinding()], findings, loadPolicy(text(when), 'p.yaml')).verdict.rules[0]?.findings;
    expect(broken('finding.level > 0')).toEqual([findings[1]?.key]);
    expect(broken('finding.isNew')).toEqual([findings[1]?.key]);
    expect(broken('!finding.isNew')).toEqual([findings[0]?.key]);
  });
});
