import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkExceptions } from './check-exceptions.ts';
import { bareException, type Exception } from './exception.ts';
import { loadExceptions } from './exception-file.ts';
import { pruneExceptions } from './prune-exceptions.ts';
import { readExceptions } from './read-exceptions.ts';
import { makeFinding, makeSubject } from './testing/subjects.ts';
import { exceptionCategories } from './types.ts';
import { writeExceptions } from './write-exceptions.ts';

const completion = { owner: 'team-a', expires: '2026-12-31' };

describe('writeExceptions', () => {
  it('writes what reads back as the same', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '' && text.isWellFormed());
    const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
    const entry = fc
      .record({
        id: word,
        kinds: some(fc.constant(['secret' as const])),
        package: some(fc.constantFrom('bash', 'pkg:npm/*', '- x')),
        version: some(fc.constantFrom('1.0', '1', 'true')),
        path: some(word),
        images: some(fc.array(word, { minLength: 1, maxLength: 3 })),
        category: some(fc.constantFrom(...exceptionCategories)),
        reason: word,
        owner: word,
        ticket: some(word),
        expires: fc.constant('2026-12-31'),
        untilFixed: fc.boolean(),
      })
      .filter(({ package: pkg, version }) => version === null || pkg === null || !pkg.startsWith('pkg:'));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 4 }), (parts) => {
        const exceptions = parts.map((part, at): Exception => ({ ...bareException('', `e#${at + 1}`), ...part }));
        const written = writeExceptions(exceptions, completion);
        expect(loadExceptions('text' in written ? written.text : '', 'e').exceptions).toEqual(exceptions);
      }),
    );
  });

  it('says of whom and until when where another tool does not, and what is not honoured', async () => {
    const file = await readExceptions('# why\nCVE-2026-1 exp:2026-06-01\nCVE-2026-2\nAVD-1\n', '.trivyignore');
    expect(writeExceptions(file.exceptions, { owner: null, expires: null })).toEqual({ ownerless: 2, endless: 1 });
    expect(writeExceptions(file.exceptions, completion)).toEqual({
      text: `- id: CVE-2026-1
  kind: [vulnerability]
  reason: why
  owner: team-a
  expires: 2026-05-31
  from: ".trivyignore:2"
- id: CVE-2026-2
  kind: [vulnerability]
  reason: "taken over from .trivyignore:3, which gives no reason"
  owner: team-a
  expires: 2026-12-31
  from: ".trivyignore:3"
# AVD-1 (.trivyignore:4)
# not honoured: it is no id of a vulnerability; for a check, secret or licence write an exception with the id that this report shows
`,
    });
  });
});

const entry = (id: string, more = '') => `- id: ${id}\n  reason: r\n  owner: o\n  expires: 2026-12-31\n${more}`;

describe('pruneExceptions', () => {
  it('takes out entries with the comments above them, and nothing else', () => {
    const text = `# all of ours

# of A
${entry('A')}
# of B
${entry('B', '  # in B\n')}${entry('C')}# the end
`;
    const file = loadExceptions(text, 'e');
    expect(pruneExceptions(text, file, new Set(['e#2']))).toBe(
      `# all of ours\n\n# of A\n${entry('A')}\n${entry('C')}# the end\n`,
    );
    expect(pruneExceptions(text, file, new Set(['e#3']))).toBe(text.replace(entry('C'), ''));
    expect(pruneExceptions(text, file, new Set(['e#1', 'e#2', 'e#3']))).toBe('[]\n');
    expect(pruneExceptions(text, file, new Set())).toBe(text);
  });

  it('of a named list', () => {
    const text = `exceptions:\n${entry('A')}${entry('B')}`;
    expect(pruneExceptions(text, loadExceptions(text, 'e'), new Set(['e#1']))).toBe(`exceptions:\n${entry('B')}`);
  });

  it('of .trivyignore', async () => {
    const text = '# keep\n\n# why\nCVE-2026-1\nCVE-2026-2\n';
    const file = await readExceptions(text, '.trivyignore');
    expect(pruneExceptions(text, file, new Set(['.trivyignore:4']))).toBe('# keep\n\nCVE-2026-2\n');
  });

  it('not where entries share a line, or of others', async () => {
    const text =
      '[{id: A, reason: r, owner: o, expires: 2026-12-31}, {id: B, reason: r, owner: o, expires: 2026-12-31}]';
    expect(pruneExceptions(text, loadExceptions(text, 'e'), new Set(['e#1']))).toBeNull();
    const other = 'ignore:\n  - vulnerability: CVE-1\n';
    expect(pruneExceptions(other, await readExceptions(other, '.grype.yaml'), new Set())).toBeNull();
  });
});

describe('checkExceptions', () => {
  const text = `${entry('CVE-2026-0001')}${entry('CVE-2026-0002')}${entry('CVE-3').replace('2026-12-31', '2026-01-01')}- id: "*"\n  reason: r\n  owner: o\n  until: fixed\n`;
  const { image } = makeSubject();

  it('names what is expired and too broad', () => {
    const checked = checkExceptions([loadExceptions(text, 'e')], [], '2026-08-22', 14);
    expect(checked.map(({ problems }) => problems)).toEqual([
      [],
      [],
      ['expired since 2026-01-01'],
      ['over-broad: it excuses every finding'],
    ]);
  });

  it('and what none of the images needs', () => {
    const findings = [
      makeFinding({ suppressed: [{ by: 'exception', reason: 'x' }], fix: { state: 'fixed', versions: ['2'] } }),
    ];
    const images = [
      { image, findings: [] },
      { image, findings },
    ];
    const checked = checkExceptions([loadExceptions(text, 'e')], images, '2026-08-22', 14);
    expect(checked.map(({ state, problems }) => [state, problems[0]])).toEqual([
      ['applied', undefined],
      ['unused', 'unused: none of the results needs it'],
      ['expired', 'expired since 2026-01-01'],
      ['fixed', 'over: there is a fix'],
    ]);
  });
});
