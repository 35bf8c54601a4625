import { describe, expect, it } from 'vitest';
import { PolicyError } from './error.ts';
import { evaluate } from './evaluate.ts';
import { bareException, type Exception } from './exception.ts';
import { loadExceptions } from './exception-file.ts';
import { failOnPolicy } from './fail-on.ts';
import { matchesImage } from './image-pattern.ts';
import { loadPack } from './packs.ts';
import { makeFinding, makeSubject, type SubjectFacts } from './testing/subjects.ts';

const entry = (fields: Readonly<Record<string, string>> = {}) => {
  const all = { id: 'CVE-2026-0001', reason: 'not reachable', owner: 'team-a', expires: '2026-12-31', ...fields };
  return `- ${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n  ')}\n`;
};

function problems(text: string): readonly string[] {
  try {
    loadExceptions(text, 'exceptions.yaml');
  } catch (error) {
    if (error instanceof PolicyError && error.code === 'EXCEPTIONS_INVALID') return error.problems;
    throw error;
  }
  return [];
}

describe('loadExceptions', () => {
  it.each([entry(), `exceptions:\n${entry()}`])('reads a list, bare or named', (text) => {
    expect(loadExceptions(text, 'e.yaml').exceptions).toEqual([
      {
        ...bareException('CVE-2026-0001', 'e.yaml#1'),
        reason: 'not reachable',
        owner: 'team-a',
        expires: '2026-12-31',
      },
    ]);
  });

  it('reads all that there is to say', () => {
    const text = `- id: CVE-2026-0001
  kind: vulnerability
  package: lodash
  type: npm
  version: 4.17.*
  path: glob:/app/**/package.json
  image: [registry:5000/team/app, other]
  notImage: other:1
  fix: [not-fixed, deferred]
  category: not-used
  reason: never called
  owner: team-a
  approver: ops
  ticket: SEC-12
  until: fixed
`;
    expect(loadExceptions(text, 'e.yaml').exceptions).toEqual([
      {
        ...bareException('CVE-2026-0001', 'e.yaml#1'),
        kinds: ['vulnerability'],
        package: 'lodash',
        type: 'npm',
        version: '4.17.*',
        path: 'glob:/app/**/package.json',
        images: ['registry:5000/team/app', 'other'],
        notImages: ['other:1'],
        fix: ['not-fixed', 'deferred'],
        category: 'not-used',
        reason: 'never called',
        owner: 'team-a',
        approver: 'ops',
        ticket: 'SEC-12',
        untilFixed: true,
      },
    ]);
  });

  it('reads an empty list', () => {
    expect(loadExceptions('[]', 'e.yaml').exceptions).toEqual([]);
  });

  it.each([
    [
      'misspelt field',
      entry().replace('expires', 'expire'),
      ['exceptions.yaml:4:3: unknown field "expire"; did you mean "expires"?'],
    ],
    [
      'misspelt list',
      `exception:\n${entry()}`,
      ['exceptions.yaml:1:1: unknown field "exception"; did you mean "exceptions"?'],
    ],
    [
      'nothing given',
      '- id: CVE-1\n',
      [
        'exceptions.yaml:1:3: the exception has no "reason"',
        'exceptions.yaml:1:3: the exception has no "owner"',
        'exceptions.yaml:1:3: the exception has no "expires" (a date) and no "until" (fixed)',
      ],
    ],
    [
      'no category',
      entry({ category: 'whatever' }),
      [
        'exceptions.yaml:5:13: "whatever" is no category; there are false-positive, not-present, not-used, not-controllable, mitigated, risk-accepted, wont-fix',
      ],
    ],
    [
      'until fixed, and fixed only',
      entry({ until: 'fixed', fix: 'fixed' }),
      ['exceptions.yaml:6:8: it is for findings with a fix only, and excuses "until: fixed" those without'],
    ],
    [
      'two types',
      entry({ package: 'pkg:npm/lodash', type: 'deb' }),
      ['exceptions.yaml:6:9: "type" says deb, and "package" another'],
    ],
    [
      'two versions',
      entry({ package: 'pkg:npm/lodash@1', version: '2' }),
      ['exceptions.yaml:6:12: both "package" and "version" say a version'],
    ],
    ['no day', entry({ expires: '2026-02-30' }), ['exceptions.yaml:4:12: "2026-02-30" is no date; write YYYY-MM-DD']],
    ['no date', entry({ expires: 'never' }), ['exceptions.yaml:4:12: "never" is no date; write YYYY-MM-DD']],
    [
      'date with time',
      entry({ expires: '2026-12-31T00:00:00Z' }),
      ['exceptions.yaml:4:12: "2026-12-31T00:00:00Z" is no date; write YYYY-MM-DD'],
    ],
    ['no reason', entry({ reason: '""' }), ['exceptions.yaml:2:11: reason must be a text']],
    [
      'no list',
      'id: x\n',
      [
        'exceptions.yaml:1:1: unknown field "id"; there are exceptions',
        'exceptions.yaml:1:1: the file has no "exceptions"',
      ],
    ],
    [
      'a second entry',
      `${entry()}- CVE-2026-0002\n`,
      ['exceptions.yaml:5:3: an exception must be a mapping of fields'],
    ],
    ['too large', '#'.repeat(2_000_000), ['exceptions.yaml:1:1: the file has 2000000 characters; 1048576 are allowed']],
  ])('%s', (_what, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });
});

const judge = (exceptions: readonly Partial<Exception>[], facts: SubjectFacts, policy = failOnPolicy('Low')) => {
  const source = 'exceptions.yaml';
  const full = exceptions.map((exception, index) => ({
    ...bareException('CVE-2026-0001', `${source}#${index + 1}`),
    ...{ reason: 'not reachable', owner: 'team-a', expires: '2026-12-31', ...exception },
  }));
  const files = [{ source, format: null, exceptions: full }];
  return evaluate(makeSubject(facts), { policies: [policy], exceptions: files, gate: true });
};

describe('exceptions', () => {
  const finding = makeFinding({ aliases: ['GHSA-aaaa-bbbb-cccc'], package: 'openssl' });

  it.each<readonly [what: string, exception: Partial<Exception>, excused: boolean]>([
    ['its id', {}, true],
    ['an alias', { id: 'GHSA-aaaa-bbbb-cccc' }, true],
    ['a pattern', { id: 'CVE-2026-*' }, true],
    ['a pattern of an alias', { id: 'GHSA-*' }, true],
    ['another id', { id: 'CVE-2026-00011' }, false],
    ['the beginning of an id', { id: 'CVE-2026-000' }, false],
    ['another spelling', { id: 'cve-2026-0001' }, false],
    ['its package', { package: 'openssl' }, true],
    ['a pattern of packages', { package: 'open*' }, true],
    ['another package', { package: 'openssh' }, false],
    ['its purl', { package: 'pkg:deb/openssl@1.0' }, true],
    ['a pattern of purls', { package: 'pkg:deb/*' }, true],
    ['a purl of another type', { package: 'pkg:npm/*' }, false],
    ['its image', { images: ['x', 'app:1.0'] }, true],
    ['another image', { images: ['app:1.1'] }, false],
    ['an image that is left out', { images: ['app'], notImages: ['app:1.*'] }, false],
    ['its kind', { kinds: ['vulnerability'] }, true],
    ['another kind', { kinds: ['secret', 'malware'] }, false],
    ['its type', { type: 'deb' }, true],
    ['another type', { type: 'npm' }, false],
    ['its version', { version: '1.*' }, true],
    ['another version', { version: '1.0.1' }, false],
    ['a purl without version', { package: 'pkg:deb/openssl' }, true],
    ['a purl of another version', { package: 'pkg:deb/openssl@1.1' }, false],
    ['a purl of another name', { package: 'pkg:deb/openssh' }, false],
    ['its state of fix', { fix: ['not-fixed', 'unknown'] }, true],
    ['another state of fix', { fix: ['fixed'] }, false],
    ['until there is a fix', { expires: null, untilFixed: true }, true],
    ['a rule that cannot be taken as it is', { honoured: false }, false],
    ['its last day', { expires: '2026-08-22' }, true],
    ['the day after', { expires: '2026-08-21' }, false],
  ])('%s', (_what, exception, excused) => {
    const { findings, verdict } = judge([exception], { findings: [finding] });
    expect(verdict.exitCode).toBe(excused ? 0 : 1);
    expect(findings[0]?.suppressed).toEqual(
      excused
        ? [
            {
              by: 'exception',
              reason: 'not reachable',
              owner: 'team-a',
              until: exception.expires === null ? 'fixed' : (exception.expires ?? '2026-12-31'),
              source: 'exceptions.yaml#1',
            },
          ]
        : [],
    );
  });

  it.each([
    ['2026-12-31', 'applied'],
    ['2026-09-06', 'applied'],
    ['2026-09-05', 'expires-soon'],
    ['2026-08-22', 'expires-soon'],
    ['2026-08-21', 'expired'],
  ])('that ends on %s is %s', (expires, state) => {
    const findings = state === 'expired' ? [] : [finding.key];
    expect(judge([{ expires }], { findings: [finding] }).verdict.exceptions).toMatchObject([{ state, findings }]);
  });

  it('that nothing needs is named unused, an expired one expired', () => {
    const { exceptions } = judge([{ id: 'CVE-1' }, { id: 'CVE-2', expires: '2020-01-01' }], {}).verdict;
    expect(exceptions.map(({ state }) => state)).toEqual(['unused', 'expired']);
  });

  it('that was to hold until there is a fix ends with it', () => {
    const fixed = makeFinding({ fix: { state: 'fixed', versions: ['2'] } });
    const { verdict } = judge([{ untilFixed: true }], { findings: [fixed] });
    expect(verdict.exceptions).toMatchObject([{ state: 'fixed', findings: [] }]);
    expect(verdict.exitCode).toBe(1);
  });

  it.each<readonly [what: string, exceptions: readonly Partial<Exception>[], notes: readonly string[]]>([
    ['a narrow one', [{}], []],
    ['everything', [{ id: '*' }], ['over-broad: it excuses every finding']],
    ['a whole package', [{ id: '*', package: 'bash' }], ['over-broad: it excuses whatever is found in bash']],
    ['many ids', [{ id: 'CVE-2026-*' }], ['over-broad: it excuses many ids in any package']],
    ['no end', [{ expires: null }], ['it never expires']],
    ['until there is a fix', [{ expires: null, untilFixed: true }], []],
    ['a long time', [{ expires: '2029-01-01' }], ['it lasts longer than 400 days']],
    ['twice', [{}, {}], ['the same as exceptions.yaml#1']],
    [
      'a contradiction',
      [{ category: 'not-used' }, { category: 'risk-accepted' }],
      ['contradicts exceptions.yaml#1: not-used there, risk-accepted here'],
    ],
    ['twice, of two owners', [{ owner: 'team-b' }, {}], ['the same as exceptions.yaml#1, which team-b owns']],
    ['twice, of nobody at first', [{ owner: null }, {}], ['the same as exceptions.yaml#1, which nobody owns']],
    [
      'a contradiction to what is over',
      [{ category: 'not-used', expires: '2026-08-21' }, { category: 'risk-accepted' }],
      ['contradicts exceptions.yaml#1: not-used there, risk-accepted here, expired since 2026-08-21'],
    ],
    [
      'over, though a wider one is not',
      [{}, { package: 'bash', expires: '2026-08-21' }],
      ['exceptions.yaml#1, which is wider, goes on excusing what this one no longer does'],
    ],
    [
      'a contradiction to a wider one',
      [
        { category: 'not-used', owner: 'team-b' },
        { category: 'risk-accepted', images: ['demo/shop'] },
      ],
      ['contradicts exceptions.yaml#1, which is wider: not-used there, risk-accepted here; team-b owns it'],
    ],
    [
      'within another one',
      [{ notImages: ['a'] }, { path: '/a', notImages: ['a', 'b'] }],
      ['exceptions.yaml#1, which is wider, excuses the same'],
    ],
    ['within one that ends before', [{ expires: '2026-09-01' }, { package: 'bash' }], []],
    ['within one that is over', [{ expires: '2026-08-21' }, { package: 'bash' }], []],
    ['within one that holds until there is a fix', [{ untilFixed: true }, { package: 'bash' }], []],
    ['beside another package', [{ package: 'dash' }, { package: 'bash' }], []],
    ['wider than another', [{ package: 'bash' }, {}], []],
  ])('%s', (_what, exceptions, notes) => {
    expect(judge(exceptions, {}).verdict.exceptions.at(-1)?.notes).toEqual(notes);
  });

  it.each([
    ['first', ['2026-08-21', '2026-12-31'], ['expired', 'applied']],
    ['last', ['2026-12-31', '2026-08-21'], ['applied', 'expired']],
  ])('one of two for a finding that expired (%s) takes no part, and ends nothing', (_, ends, states) => {
    const { findings, verdict } = judge(
      ends.map((expires) => ({ expires })),
      { findings: [finding] },
    );
    expect(verdict.exitCode).toBe(0);
    expect(verdict.exceptions.map(({ state }) => state)).toEqual(states);
    expect(verdict.exceptions.map((one) => one.findings.length)).toEqual(states.map((s) => (s === 'applied' ? 1 : 0)));
    expect(findings[0]?.suppressed.map(({ until }) => until)).toEqual(['2026-12-31']);
  });

  it('that are all expired excuse nothing, and each says so', () => {
    const { findings, verdict } = judge([{ expires: '2026-08-21' }, { expires: '2020-01-01', owner: 'team-b' }], {
      findings: [finding],
    });
    expect([verdict.exitCode, findings[0]?.suppressed]).toEqual([1, []]);
    expect(verdict.exceptions.map(({ state }) => state)).toEqual(['expired', 'expired']);
  });

  it('of two owners who disagree are both named at the finding', () => {
    const { findings } = judge(
      [
        { owner: 'team-a', category: 'not-used' },
        { id: 'GHSA-aaaa-bbbb-cccc', owner: 'team-b', category: 'risk-accepted' },
      ],
      { findings: [finding] },
    );
    expect(findings[0]?.suppressed.map(({ owner, category }) => [owner, category])).toEqual([
      ['team-a', 'not-used'],
      ['team-b', 'risk-accepted'],
    ]);
  });

  it('excuses what rules and matching find besides vulnerabilities', () => {
    const eol = makeFinding({ kind: 'end-of-life', id: 'alpine-3.12', severity: 'High', fix: null });
    const image = { distro: { id: 'alpine', version: '3.12', endOfLife: '2022-05-01', pastEndOfLife: true } };
    const facts = { image, findings: [eol], config: { user: '', exposedPorts: ['22/tcp'] } };
    const exceptions = ['alpine-3.12', 'root-user', 'administration-port'].map((id) => ({ id }));
    const { findings, verdict } = judge(exceptions, facts, loadPack('default'));
    expect(verdict).toMatchObject({ result: 'pass', exitCode: 0, rules: [], changes: [] });
    expect(findings.map(({ id, suppressed }) => [id, suppressed.length])).toEqual([
      ['alpine-3.12', 1],
      ['administration-port', 1],
      ['root-user', 1],
    ]);
    expect(verdict.exceptions.map(({ state }) => state)).toEqual(['applied', 'applied', 'applied']);
  });

  it('takes an excused vulnerability out of the counts', () => {
    const findings = Array.from({ length: 4 }, (_, i) => makeFinding({ id: `CVE-2026-000${i}`, severity: 'Critical' }));
    const pack = loadPack('qualys-risk-index');
    expect(judge([], { findings }, pack).verdict.exitCode).toBe(1);
    expect(judge([{}], { findings }, pack).verdict.exitCode).toBe(0);
  });
});

describe('matchesImage', () => {
  it.each([
    ['nginx:1.25', 'nginx:1.25', true],
    ['nginx', 'nginx:1.25', true],
    ['nginx:*', 'nginx:1.25', true],
    ['nginx:1.26', 'nginx:1.25', false],
    ['docker.io/library/nginx:1.25', 'nginx:1.25', true],
    ['nginx:1.25', 'docker.io/library/nginx:1.25', true],
    ['team/app', 'docker.io/team/app:2', true],
    ['nginx:latest', 'nginx', true],
    ['nginx:1.25', 'registry:nginx:1.25', true],
    ['nginx:1.25', 'docker:nginx:1.25', true],
    ['registry:5000/app:tag', 'registry:5000/app:tag', true],
    ['registry:5000/app', 'registry:5000/app:tag', true],
    ['registry:5000/*', 'registry:5000/app:tag', true],
    ['registry:5000/app:other', 'registry:5000/app:tag', false],
    ['registry', 'registry:5000/app:tag', false],
    ['5000/app', 'registry:5000/app:tag', false],
    ['registry:5000/app:tag', 'registry:registry:5000/app:tag', true],
    ['app', 'registry:5000/app:tag', false],
    ['*/app:tag', 'registry:5000/app:tag', true],
    ['ghcr.io/o/app@sha256:ab*', 'ghcr.io/o/app:1@sha256:abcd', false],
    ['ghcr.io/o/app@sha256:ab*', 'ghcr.io/o/app@sha256:abcd', true],
    ['ghcr.io/o/app', 'ghcr.io/o/app:1@sha256:abcd', true],
    ['sha256:12*', 'app', true],
    ['*.tar', 'docker-archive:./out/app.tar', true],
    ['', 'nginx', false],
  ])('%s names %s: %s', (pattern, reference, expected) => {
    const image = {
      reference,
      names: [],
      id: 'sha256:1234',
      digest: null,
      platform: null,
      created: null,
      base: null,
      distro: null,
    };
    expect(matchesImage(pattern, image)).toBe(expected);
  });

  it('looks at the names that the image itself states', () => {
    const { image } = makeSubject({ image: { reference: 'docker-archive:x.tar', names: ['app:1.0'] } });
    expect(matchesImage('app:1.0', image)).toBe(true);
  });
});
