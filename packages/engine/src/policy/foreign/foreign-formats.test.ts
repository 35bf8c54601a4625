import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PolicyError } from '../error.ts';
import { evaluate } from '../evaluate.ts';
import { bareException, type Exception } from '../exception.ts';
import { failOnPolicy } from '../fail-on.ts';
import { readExceptions } from '../read-exceptions.ts';
import { makeFinding, makeSubject } from '../testing/subjects.ts';

/** What of an entry differs from one of which only the id and place are known. */
function said(exception: Exception): Record<string, unknown> {
  const bare: Record<string, unknown> = { ...bareException(exception.id, exception.source), kinds: ['vulnerability'] };
  return Object.fromEntries(
    Object.entries(exception).filter(
      ([field, value]) =>
        field === 'id' || field === 'source' || JSON.stringify(value) !== JSON.stringify(bare[field] ?? null),
    ),
  );
}

async function read(source: string, text: string): Promise<{ format: string | null; entries: unknown[] }> {
  const file = await readExceptions(text, source);
  return { format: file.format, entries: file.exceptions.map(said) };
}

const files: Readonly<Record<string, { readonly name: string; readonly text: string; readonly entries: unknown[] }>> = {
  trivyignore: {
    name: 'ci/.trivyignore',
    text: `# Accept the risk
CVE-2018-14618

# No impact in our settings
CVE-2019-14697 exp:2026-01-01
GHSA-aaaa-bbbb-cccc  # known

AVD-DS-0002
`,
    entries: [
      { id: 'CVE-2018-14618', source: 'ci/.trivyignore:2', reason: 'Accept the risk' },
      // there it ends as the first of January begins
      { id: 'CVE-2019-14697', source: 'ci/.trivyignore:5', reason: 'No impact in our settings', expires: '2025-12-31' },
      { id: 'GHSA-aaaa-bbbb-cccc', source: 'ci/.trivyignore:6' },
      {
        id: 'AVD-DS-0002',
        source: 'ci/.trivyignore:8',
        honoured: false,
        notes: [expect.stringMatching(/^not honoured: it is no id of a vulnerability/)],
      },
    ],
  },
  'trivyignore-yaml': {
    name: '.trivyignore.yaml',
    text: `vulnerabilities:
  - id: CVE-2022-40897
    paths: ["usr/local/lib/python3.9/site-packages/*/METADATA", "**/b"]
    statement: Accept the risk
  - id: CVE-2023-2650
    purls: ["pkg:deb/debian/openssl"]
    expired_at: 2026-09-01
  - id: CVE-1
    paths: ["a[bc]"]
secrets:
  - id: aws-access-key-id
    paths: [foo/bar]
misconfigurations:
  - id: AVD-DS-0001
`,
    entries: [
      {
        id: 'CVE-2022-40897',
        source: '.trivyignore.yaml:2',
        path: 'glob:/usr/local/lib/python3.9/site-packages/*/METADATA',
        reason: 'Accept the risk',
      },
      { id: 'CVE-2022-40897', source: '.trivyignore.yaml:2', path: 'glob:**/b', reason: 'Accept the risk' },
      {
        id: 'CVE-2023-2650',
        source: '.trivyignore.yaml:5',
        package: 'pkg:deb/debian/openssl',
        expires: '2026-08-31',
      },
      {
        id: 'CVE-1',
        source: '.trivyignore.yaml:8',
        honoured: false,
        notes: ['not honoured: a path holds sets or alternatives'],
      },
      {
        id: 'AVD-DS-0001',
        source: '.trivyignore.yaml:14',
        honoured: false,
        notes: ['not honoured: misconfigurations have other ids here; name the rule, as this report shows it'],
      },
      { id: 'aws-access-key-id', source: '.trivyignore.yaml:11', kinds: ['secret'], path: 'glob:/foo/bar' },
    ],
  },
  'clair-whitelist': {
    name: 'whitelist.yaml',
    text: `generalwhitelist:
  CVE-2017-6055: XML
images:
  registry:5000/team/app:
    CVE-2017-5230: XSX
    CVE-2017-5230: Java
  ubuntu:
    CVE-2017-5231:
  any*:
    CVE-2017-5232: x
`,
    entries: [
      { id: 'CVE-2017-6055', source: 'whitelist.yaml:2', reason: 'XML' },
      { id: 'CVE-2017-5230', source: 'whitelist.yaml:6', reason: 'Java', images: ['registry:5000/team/app'] },
      { id: 'CVE-2017-5231', source: 'whitelist.yaml:8', images: ['ubuntu'] },
      {
        id: 'CVE-2017-5232',
        source: 'whitelist.yaml:10',
        reason: 'x',
        images: ['any*'],
        honoured: false,
        notes: ['not honoured: "any*" holds * or ?, which the tool takes as they are'],
      },
    ],
  },
  grype: {
    name: '.grype.yaml',
    text: `only-fixed: false
ignore:
  - vulnerability: CVE-2008-4318
    fix-state: wont-fix
    reason: old
    package:
      name: linux-.*
      version: 1.5.1
      type: npm
      location: "/usr/local/lib/node_modules/**"
  - package: {type: gem}
  - package: {name: "a|b"}
  - vulnerability: CVE-1
    vex-status: not_affected
  - {}
`,
    entries: [
      {
        id: 'CVE-2008-4318',
        source: '.grype.yaml:3',
        fix: ['will-not-fix'],
        reason: 'old',
        package: 'linux-*',
        version: '1.5.1',
        type: 'npm',
        path: 'glob:/usr/local/lib/node_modules/**',
      },
      { id: '*', source: '.grype.yaml:11', type: 'gem' },
      {
        id: '*',
        source: '.grype.yaml:12',
        honoured: false,
        notes: ['not honoured: the regular expression "a|b" is more than a name and .*'],
      },
      {
        id: 'CVE-1',
        source: '.grype.yaml:13',
        honoured: false,
        notes: ['not honoured: nothing here is like its vex-status'],
      },
      { id: '*', source: '.grype.yaml:15', honoured: false, notes: ['not honoured: it names nothing'] },
    ],
  },
  'osv-scanner': {
    name: 'osv-scanner.toml',
    text: `[[IgnoredVulns]]
id = "GO-2022-0968"
ignoreUntil = 2026-11-09
reason = "No ssh servers"

[[PackageOverrides]]
name = "lib"
version = "1.0.0"
ecosystem = "Go"
vulnerability.ignore = true
license.override = ["MIT"]
effectiveUntil = 2026-11-09T00:00:00Z

[[PackageOverrides]]
ecosystem = "Debian"
name = "bash"
ignore = true

[[PackageOverrides]]
ecosystem = "npm"
group = "dev"
ignore = true
`,
    entries: [
      {
        id: 'GO-2022-0968',
        source: 'osv-scanner.toml#IgnoredVulns[1]',
        expires: '2026-11-08',
        reason: 'No ssh servers',
      },
      {
        id: '*',
        source: 'osv-scanner.toml#PackageOverrides[1]',
        package: 'lib',
        type: 'golang',
        version: '1.0.0',
        expires: '2026-11-08',
      },
      {
        id: '*',
        source: 'osv-scanner.toml#PackageOverrides[1]',
        package: 'lib',
        version: '1.0.0',
        expires: '2026-11-08',
        honoured: false,
        notes: ['not honoured: a licence is not overridden'],
      },
      {
        id: '*',
        source: 'osv-scanner.toml#PackageOverrides[2]',
        kinds: ['vulnerability', 'license'],
        package: 'pkg:deb/debian/bash',
        type: 'deb',
      },
      {
        id: '*',
        source: 'osv-scanner.toml#PackageOverrides[3]',
        honoured: false,
        notes: ['not honoured: in an image nothing tells groups of dependencies'],
      },
    ],
  },
  snyk: {
    name: '.snyk',
    text: `version: v1.25.0
ignore:
  CVE-2021-44906:
    - '*':
        reason: the arguments are ours
        reasonType: wont-fix
        disregardIfFixable: true
        ignoredBy: {name: Ada, email: ada@example.com}
        expires: 2026-06-30T10:00:00.000Z
        created: 2026-01-01T00:00:00.000Z
  CVE-2021-44907:
    - 'a > b > c': {reason: x}
  SNYK-JS-LODASH-590103:
    - '*': {reason: y}
patch: {}
`,
    entries: [
      {
        id: 'CVE-2021-44906',
        source: '.snyk:4',
        reason: 'the arguments are ours',
        category: 'wont-fix',
        untilFixed: true,
        owner: 'ada@example.com',
        expires: '2026-06-29',
      },
      {
        id: 'CVE-2021-44907',
        source: '.snyk:12',
        reason: 'x',
        honoured: false,
        notes: ['not honoured: in an image nothing tells the dependency path "a > b > c"'],
      },
      {
        id: 'SNYK-JS-LODASH-590103',
        source: '.snyk:14',
        reason: 'y',
        honoured: false,
        notes: ['not honoured: it is an id of Snyk alone; write the CVE'],
      },
    ],
  },
  harbor: {
    name: 'allowlist.json',
    text: '{"id":1,"project_id":0,"expires_at":1798761599,"items":[{"cve_id":"CVE-2019-10164"},{"cve_id":"CVE-2017-12345"}]}',
    entries: [
      { id: 'CVE-2019-10164', source: 'allowlist.json#1', expires: '2026-12-31' },
      { id: 'CVE-2017-12345', source: 'allowlist.json#2', expires: '2026-12-31' },
    ],
  },
  anchore: {
    name: 'bundle.json',
    text: JSON.stringify({
      id: 'b',
      version: '1_0',
      policies: [],
      whitelists: [
        {
          id: 'w1',
          items: [
            {
              gate: 'vulnerabilities',
              trigger_id: 'CVE-2017-7246+libpcre3',
              id: 'r1',
              expires_on: '2026-12-30T12:00:00Z',
            },
            { gate: 'dockerfile', trigger_id: '41cb7cdf04850e33a11f80c42bf660b3', id: 'r2' },
          ],
        },
        { id: 'w2', items: [{ gate: 'vulnerabilities', trigger_id: 'CVE-2018-1+*', id: 'r3', description: 'x' }] },
      ],
      mappings: [
        {
          registry: 'docker.io',
          repository: 'library/nginx',
          image: { type: 'tag', value: '1.*' },
          whitelist_ids: ['w1'],
        },
        { registry: '*', repository: '*', image: { type: 'tag', value: '*' }, whitelist_ids: ['w2'] },
      ],
      whitelisted_images: [
        { name: 'pass', registry: 'docker.io', repository: 'a', image: { type: 'tag', value: 'b' } },
      ],
    }),
    entries: [
      {
        id: 'CVE-2017-7246',
        source: 'bundle.json#w1[1]',
        package: 'libpcre3',
        expires: '2026-12-29',
        images: ['docker.io/library/nginx:1.*'],
      },
      {
        id: '41cb7cdf04850e33a11f80c42bf660b3',
        source: 'bundle.json#w1[2]',
        honoured: false,
        notes: ["not honoured: ids of the gate dockerfile are Anchore's own"],
      },
      { id: 'CVE-2018-1', source: 'bundle.json#w2[1]', reason: 'x', notImages: ['docker.io/library/nginx:1.*'] },
      {
        id: 'pass',
        source: 'bundle.json#whitelisted_images[1]',
        honoured: false,
        notes: ['not honoured: an image is judged by what is in it'],
      },
    ],
  },
};

describe('files of other tools', () => {
  it.each(Object.entries(files))('%s', async (format, { name, text, entries }) => {
    const answer = await read(name, text);
    const plain = answer.entries.map((entry) => {
      const { kinds, ...rest } = entry as Record<string, unknown>;
      return kinds === null ? rest : entry;
    });
    expect({ ...answer, entries: plain }).toEqual({ format, entries });
  });

  it.each(Object.entries(files))('%s is known by what is in it', async (format, { text }) => {
    if (format === 'trivyignore') return; // a line of it names a check, which any text might
    const other = await readExceptions(text, 'exceptions.txt');
    expect(other.format).toBe(format);
  });

  it('a plain list of vulnerabilities is a .trivyignore', async () => {
    expect((await readExceptions('# x\nCVE-2026-1\n', 'ignored.txt')).format).toBe('trivyignore');
  });

  it.each([
    ['.trivyignore', 'CVE-1 exp:2026-02-30\n', '.trivyignore:1: "exp:2026-02-30" is no date; write exp:YYYY-MM-DD'],
    [
      '.trivyignore.yaml',
      'vulnerabilities:\n  - x: 1\n',
      '.trivyignore.yaml:2:5: the entry of vulnerabilities has no "id"',
    ],
    ['.snyk', "ignore:\n  CVE-1:\n    - '*': {expires: soon}\n", '.snyk:3:22: expires is "soon", which is no date'],
    ['osv-scanner.toml', '[[IgnoredVulns]]\nid = \n', /^osv-scanner.toml:2:6: this is no TOML: /],
    ['osv-scanner.toml', 'IgnoredVulns = 3\n', 'osv-scanner.toml: IgnoredVulns must be written as [[IgnoredVulns]]'],
    ['a.json', '{"items":[{"cve_id":3}]}', 'a.json: item 1 has no "cve_id"'],
    ['a.json', '{"cve_id"', /^a.json: this is no JSON: /],
    ['b.json', '{"whitelists": 5, "mappings": []}', 'b.json: "whitelists" is no list'],
    ['b.json', '{"allowlists": [{"id": "a", "items": {}}], "mappings": []}', 'b.json#a: "items" is no list'],
    ['w.yaml', 'generalwhitelist: [x]\n', 'w.yaml:1:19: generalwhitelist must be a mapping of fields'],
  ])('%s: %s', async (name, text, problem) => {
    const failure = await readExceptions(text, name).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PolicyError);
    expect((failure as PolicyError).problems[0]).toMatch(problem);
  });

  it('of whatever bytes, they are read or refused', async () => {
    const texts = Object.values(files);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...texts),
        fc.array(
          fc.tuple(fc.nat(), fc.constantFrom('', '\n', ' ', ':', '-', '"', "'", '[', '{', '}', '*', '&a', '\0', '9')),
        ),
        async ({ name, text }, changes) => {
          let broken = text;
          for (const [place, by] of changes) {
            const at = place % (broken.length + 1);
            broken = broken.slice(0, at) + by + broken.slice(at + 1);
          }
          await readExceptions(broken, name).catch((error: unknown) => {
            if (!(error instanceof PolicyError)) throw error;
          });
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a rule of another tool excuses nothing that it does not there', () => {
  it('Grype: names as regular expressions', async () => {
    const expression = fc.stringMatching(/^\^?(?:[ab]|\.\*|\.|[ab]\+|\[ab\]|a\|b){1,4}\$?$/);
    await fc.assert(
      fc.asyncProperty(expression, fc.stringMatching(/^[ab.]{1,4}$/), async (name, pkg) => {
        const text = JSON.stringify({ ignore: [{ package: { name } }] });
        const file = await readExceptions(text, 'grype.yaml');
        const findings = [makeFinding({ package: pkg })];
        const options = { policies: [failOnPolicy('Low')], exceptions: [file], gate: true };
        const excused = evaluate(makeSubject({ findings }), options).findings[0]?.suppressed.length === 1;
        expect(excused && !new RegExp(`^(?:${name})$`).test(pkg)).toBe(false);
      }),
    );
  });

  it('what is not honoured is named in the verdict and excuses nothing', async () => {
    const file = await readExceptions(
      'ignore:\n  - vulnerability: CVE-2026-0001\n    match-type: exact-direct-match\n',
      '.grype.yaml',
    );
    const options = { policies: [failOnPolicy('Low')], exceptions: [file], gate: true };
    const { verdict } = evaluate(makeSubject({ findings: [makeFinding()] }), options);
    expect(verdict.exitCode).toBe(1);
    expect(verdict.exceptions).toMatchObject([
      { state: 'not-honoured', notes: ['not honoured: nothing here is like its match-type'] },
    ]);
  });
});

describe('limits', () => {
  it.each([
    ['entries', 'CVE-2026-1\n'.repeat(20_001), '20001 exceptions; 20000 are allowed'],
    ['characters', `#${' '.repeat(1_048_576)}`, '1048577 characters; 1048576 are allowed'],
    [
      'patterns',
      `ignore:\n${'  - package: {name: a}\n'.repeat(1001)}`,
      'the ids of 1001 exceptions hold wildcards; 1000 may',
    ],
  ])('%s', async (_what, text, problem) => {
    await expect(readExceptions(text, 'x')).rejects.toThrow(problem);
  });
});
