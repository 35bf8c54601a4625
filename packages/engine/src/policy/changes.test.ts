import { describe, expect, it } from 'vitest';
import type { CompareVersions } from './changes.ts';
import { evaluate } from './evaluate.ts';
import { failOnPolicy } from './fail-on.ts';
import { type FindingFacts, makeFinding, makeSubject } from './testing/subjects.ts';

const compareVersions: CompareVersions = (_type, a, b) => {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  const at = left.findIndex((part, index) => part !== right[index]);
  return at < 0 ? left.length - right.length : left[at]! - (right[at] ?? -1);
};

const changes = (...facts: readonly FindingFacts[]) => {
  const findings = facts.map((each, index) => makeFinding({ id: `CVE-${index + 1}`, ...each }));
  const options = { policies: [failOnPolicy('Low')], exceptions: [], gate: true, compareVersions };
  return evaluate(makeSubject({ findings }), options).verdict.changes.map(({ kind, text }) => `${kind}: ${text}`);
};
const fixedIn = (...versions: readonly string[]) => ({ fix: { state: 'fixed', versions } }) as const;

describe('verdict.changes', () => {
  it.each<readonly [what: string, facts: readonly FindingFacts[], expected: readonly string[]]>([
    [
      'the highest of the lowest fixes',
      [fixedIn('1.2'), fixedIn('1.10'), fixedIn('1.9')],
      ['upgrade: upgrade bash from 1.0 to 1.10: fixes CVE-1, CVE-2, CVE-3'],
    ],
    [
      'only fixes above what is installed',
      [{ ...fixedIn('0.9', '2.1'), version: '2.0' }],
      ['upgrade: upgrade bash from 2.0 to 2.1: fixes CVE-1'],
    ],
    [
      'the fix of its own release line',
      [{ ...fixedIn('1.2.4', '2.0.5'), version: '1.2.0' }],
      ['upgrade: upgrade bash from 1.2.0 to 1.2.4: fixes CVE-1'],
    ],
    [
      'a fix that holds in another release line',
      [
        { ...fixedIn('1.2.4', '2.0.5'), version: '1.2.0' },
        { ...fixedIn('2.0.3'), version: '1.2.0' },
      ],
      ['upgrade: upgrade bash from 1.2.0 to 2.0.5: fixes CVE-1, CVE-2'],
    ],
    [
      'packages one by one',
      [fixedIn('1.1'), { ...fixedIn('2'), package: 'curl' }],
      ['upgrade: upgrade bash from 1.0 to 1.1: fixes CVE-1', 'upgrade: upgrade curl from 1.0 to 2: fixes CVE-2'],
    ],
    [
      'packages of one source together',
      ['libssl3', 'openssl'].map((name) => ({
        ...fixedIn('1.1'),
        id: 'CVE-1',
        package: name,
        evidence: {
          matchedPackage: { name: 'openssl', version: '1.0', via: 'source' as const },
          instruction: 'RUN apt-get install openssl',
        },
      })),
      ['upgrade: upgrade libssl3, openssl from 1.0 to 1.1: fixes CVE-1'],
    ],
    [
      'what has no fix',
      [{}],
      ['other: bash has no fix for CVE-1: remove or replace it, or excuse it with an exception that expires'],
    ],
    [
      'many ids',
      Array.from({ length: 5 }, () => fixedIn('1.1')),
      ['upgrade: upgrade bash from 1.0 to 1.1: fixes CVE-1, CVE-2, CVE-3 and 2 more'],
    ],
    [
      'the first few by name, in whatever order they are',
      ['CVE-9', 'CVE-3', 'CVE-7', 'CVE-3', 'CVE-1', 'CVE-5'].map((id) => ({ ...fixedIn('1.1'), id })),
      ['upgrade: upgrade bash from 1.0 to 1.1: fixes CVE-1, CVE-3, CVE-5 and 2 more'],
    ],
    ['nothing that nobody denies', [{ ...fixedIn('1.1'), severity: 'Negligible' }], []],
  ])('%s', (_what, facts, expected) => {
    expect(changes(...facts)).toEqual(expected);
  });

  it('upgrades a package that lies in several places once', () => {
    const findings = ['/a', '/b', '/b'].map((path, at) =>
      makeFinding({ id: `CVE-${at}`, ...fixedIn('1.1'), evidence: { path } }),
    );
    const options = { policies: [failOnPolicy('Low')], exceptions: [], gate: true, compareVersions };
    const [change, ...others] = evaluate(makeSubject({ findings }), options).verdict.changes;
    expect(others).toEqual([]);
    expect(change).toMatchObject({
      text: 'upgrade bash from 1.0 to 1.1 in 2 places: fixes CVE-0, CVE-1, CVE-2',
      upgrade: { path: null },
    });
  });
});
