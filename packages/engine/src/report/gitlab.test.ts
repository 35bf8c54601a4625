import { describe, expect, it } from 'vitest';
import { needsShared } from '../../../../test/shared.ts';
import type { ScanResult } from '../result/types.ts';
import { gitlab } from './gitlab.ts';
import { everyKindResult, renderText, reportResults } from './testing/report-results.ts';
import { reportValidator } from './testing/report-schemas.ts';
import { hostileResult, passResult, sampleResult } from './testing/sample-result.ts';
import { terminalSafe } from './testing/sbom-results.ts';
import type { ShowOptions } from './types.ts';

const validate = reportValidator('gitlab');

interface GitLabReport {
  readonly version: string;
  readonly scan: { readonly messages: readonly { readonly level: string; readonly value: string }[] };
  readonly vulnerabilities: readonly {
    readonly id: string;
    readonly severity: string;
    readonly description: string;
    readonly solution?: string;
    readonly identifiers: readonly { readonly type: string; readonly value: string; readonly url?: string }[];
    readonly links: readonly { readonly url: string }[];
    readonly flags?: readonly { readonly type: string }[];
    readonly cvss_vectors?: readonly { readonly vendor: string; readonly vector: string }[];
    readonly location: {
      readonly dependency: { readonly package: { readonly name: string }; readonly version: string };
      readonly operating_system: string;
      readonly image: string;
    };
  }[];
}

function read(result: ScanResult, show: Partial<ShowOptions> = {}): GitLabReport {
  return JSON.parse(renderText(gitlab, result, show)) as GitLabReport;
}

describe('the report for GitLab container scanning', () => {
  it.skipIf(!validate).each(reportResults)(`valid by the published schema: %s (${needsShared})`, (_, result) => {
    expect(validate!(read(result()))).toBe('');
  });

  it('names the schema version that it is written by', () => {
    expect(read(passResult()).version).toBe('15.0.7');
  });

  it('says what, where and what to do', () => {
    const found = read(sampleResult()).vulnerabilities.find(
      ({ identifiers, location }) =>
        identifiers[0]!.value === 'CVE-2022-0778' && location.dependency.package.name === 'openssl',
    )!;
    expect(found).toMatchObject({
      severity: 'Critical',
      solution: 'upgrade openssl to 1.1.1n-0+deb11u4',
      identifiers: [
        { type: 'cve', value: 'CVE-2022-0778', url: 'https://nvd.nist.gov/vuln/detail/CVE-2022-0778' },
        { type: 'dsa', value: 'DSA-5103-1', url: 'https://security-tracker.debian.org/tracker/DSA-5103-1' },
      ],
      cvss_vectors: [{ vendor: 'nvd', vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' }],
      location: {
        dependency: { package: { name: 'openssl' }, version: '1.1.1n-0+deb11u3' },
        operating_system: 'debian 11',
        image: 'registry.example.com/shop/api:1.4.2',
      },
    });
    expect(found.links.map(({ url }) => url)).toContain('https://nvd.nist.gov/vuln/detail/CVE-2022-0778');
  });

  it('lists all that is open, flags what VEX excuses and counts the rest', () => {
    const result = everyKindResult();
    const { vulnerabilities, scan } = read(result);
    const ids = vulnerabilities.map(({ identifiers }) => identifiers[0]!.value);
    const listed = result.findings.filter(({ suppressed }) => suppressed.length === 0 || suppressed[0]!.by === 'vex');
    expect([...ids].sort()).toEqual(listed.map(({ id }) => id).sort());
    const flagged = vulnerabilities.filter(({ flags }) => flags !== undefined);
    expect(flagged.map(({ identifiers }) => identifiers[0]!.value)).toEqual(['CVE-2024-0001']);
    expect(scan.messages.map(({ value }) => value)).toContain(
      '2 findings are excused (exception or baseline) and not listed',
    );
    expect(new Set(vulnerabilities.map(({ id }) => id)).size).toBe(vulnerabilities.length);
  });

  it('says what was not seen and what a filter hides', () => {
    const messages = read(sampleResult(), { onlyFixed: true }).scan.messages;
    expect(messages.filter(({ level }) => level === 'warn').map(({ value }) => value)).toEqual([
      'the advisories npm are out of date',
      'application-unread: /srv/shop/lib/report.jar: Java archives are recognised and not read yet',
      'package-database-unread: /var/lib/rpm/rpmdb.sqlite: an rpm database is there and cannot be read yet',
    ]);
    expect(messages.find(({ value }) => value.includes('hides'))?.value).toContain(
      '(with a fix), which hides 3 findings',
    );
  });

  it('links to known pages alone, and lets no text act in a terminal', () => {
    const text = renderText(gitlab, hostileResult());
    expect(text).toMatch(terminalSafe);
    for (const { links } of read(hostileResult()).vulnerabilities) expect(links).toEqual([]);
  });
});
