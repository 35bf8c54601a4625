import { describe, expect, it } from 'vitest';
import type { ScanResult } from '../result/types.ts';
import { csv } from './csv.ts';
import { everyKindResult, renderText, reportResults } from './testing/report-results.ts';
import { sampleResult } from './testing/sample-result.ts';
import { terminalSafe } from './testing/sbom-results.ts';
import type { ShowOptions } from './types.ts';

/** Reads RFC 4180 strictly. @throws Error for a quote where none may be */
function parse(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const found = cell.exec(text);
    if (found === null) throw new Error(`no cell at ${at}: ${text.slice(at, at + 40)}`);
    row.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] !== '\r\n') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

function read(result: ScanResult, show: Partial<ShowOptions> = {}): readonly Readonly<Record<string, string>>[] {
  const [head, ...rows] = parse(renderText(csv, result, show));
  for (const row of rows) expect(row).toHaveLength(head!.length);
  return rows.map((row) => Object.fromEntries(row.map((value, index) => [head![index]!, value])));
}

describe('CSV', () => {
  it.each(reportResults)('is well formed, and no cell of it is a formula: %s', (_, result) => {
    const text = renderText(csv, result());
    expect(text.replaceAll('\r\n', '\n')).toMatch(terminalSafe);
    expect(
      parse(text)
        .flat()
        .filter((value) => /^\s*[=+\-@|%]/.test(value)),
    ).toEqual([]);
  });

  it('has a row for each finding, suppressed ones with who did it', () => {
    const result = everyKindResult();
    const rows = read(result).filter(({ kind }) => kind !== 'note');
    expect(rows.map(({ id }) => id!).sort()).toEqual(result.findings.map(({ id }) => id).sort());
    expect(rows.filter(({ suppressed }) => suppressed !== '').map(({ id }) => id)).toEqual([
      'CVE-2023-4911',
      'CVE-2024-0002',
      'CVE-2024-0001',
    ]);
    expect(rows.find(({ id }) => id === 'CVE-2022-0778')).toMatchObject({
      id: 'CVE-2022-0778',
      severity: 'Critical',
      fix: '1.1.1n-0+deb11u4',
      kev: '2026-06-30',
      cvss: '7.5',
      layer: '2',
    });
  });

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    ' =1',
    '\r=1',
    '\ufeff=1',
    '|calc',
    '＝1',
    '"=1',
    '=HYPERLINK("x";"y")',
  ])('takes the sting out of %j', (name) => {
    const { findings, ...rest } = sampleResult();
    const [first] = findings;
    const evil = { ...first!, package: { ...first!.package!, name } };
    const [row] = read({ ...rest, findings: [evil] });
    expect(row!.package).not.toMatch(/^\s*[=+\-@|＝]/u);
    expect(row!.package).toContain(name.trim().slice(-2));
  });

  it('says what was not seen and what a filter hides, below the findings', () => {
    const notes = read(sampleResult(), { exploitable: true }).filter(({ kind }) => kind === 'note');
    expect(notes.map(({ id }) => id)).toEqual([
      'filter',
      'advisories-stale',
      'application-unread',
      'package-database-unread',
    ]);
    expect(notes[0]!.title).toContain('(known to be exploitable), which hides 9 findings');
  });
});
