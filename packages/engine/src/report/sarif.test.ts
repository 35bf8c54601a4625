import { describe, expect, it } from 'vitest';
import { needsShared } from '../../../../test/shared.ts';
import type { ScanResult } from '../result/types.ts';
import { sarif } from './sarif.ts';
import { everyKindResult, renderText, reportResults } from './testing/report-results.ts';
import { reportValidator } from './testing/report-schemas.ts';
import { hostileResult, largeResult, passResult, sampleResult } from './testing/sample-result.ts';
import { terminalSafe } from './testing/sbom-results.ts';
import type { ShowOptions } from './types.ts';

const validate = reportValidator('sarif');

interface SarifRun {
  readonly tool: {
    readonly driver: {
      readonly rules: readonly {
        readonly id: string;
        readonly helpUri?: string;
        readonly properties: { readonly tags: readonly string[]; readonly 'security-severity'?: string };
      }[];
    };
  };
  readonly automationDetails: { readonly id: string };
  readonly invocations: readonly {
    readonly toolExecutionNotifications: readonly { readonly message: { readonly text: string } }[];
  }[];
  readonly results: readonly {
    readonly ruleId: string;
    readonly ruleIndex: number;
    readonly level: string;
    readonly message: { readonly text: string };
    readonly locations: readonly {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
        readonly region: { readonly startLine: number };
      };
    }[];
    readonly partialFingerprints: { readonly primaryLocationLineHash: string };
    readonly suppressions?: readonly { readonly kind: string; readonly justification: string }[];
    readonly properties: { readonly kind: string; readonly denied: boolean };
  }[];
}

function runOf(result: ScanResult, show: Partial<ShowOptions> = {}): SarifRun {
  const { runs } = JSON.parse(renderText(sarif, result, show)) as { runs: SarifRun[] };
  expect(runs).toHaveLength(1);
  return runs[0]!;
}

describe('SARIF', () => {
  it.skipIf(!validate).each(reportResults)(`valid by the published schema: %s (${needsShared})`, (_, result) => {
    expect(validate!(JSON.parse(renderText(sarif, result())))).toBe('');
  });

  it('has every finding, of every kind, suppressed or not', () => {
    const result = everyKindResult();
    const { results } = runOf(result);
    expect(results.map(({ ruleId }) => ruleId).sort()).toEqual(result.findings.map(({ id }) => id).sort());
    expect(new Set(results.map(({ properties }) => properties.kind)).size).toBe(6);
    const suppressed = results.filter(({ suppressions }) => suppressions !== undefined);
    expect(suppressed.map(({ ruleId }) => ruleId).sort()).toEqual(['CVE-2023-4911', 'CVE-2024-0001', 'CVE-2024-0002']);
    expect(suppressed.find(({ ruleId }) => ruleId === 'CVE-2023-4911')!.suppressions![0]!.justification).toMatch(
      /^exception: no set-uid program.*\(shop-team, until 2026-09-10, exceptions.yaml#1\)$/,
    );
  });

  it('names of each result a rule that exists', () => {
    const { tool, results } = runOf(everyKindResult());
    const { rules } = tool.driver;
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { ruleId, ruleIndex } of results) expect(rules[ruleIndex]!.id).toBe(ruleId);
  });

  it('gives code scanning a score that lies where the severity is', () => {
    const { rules } = runOf(everyKindResult()).tool.driver;
    const score = (id: string) => rules.find((rule) => rule.id === id)!.properties['security-severity'];
    // NVD says 7.5, the distro Critical: the distro's statement wins.
    expect(score('CVE-2022-0778')).toBe('9.5');
    expect(score('CVE-2023-0464')).toBe('8.0');
    expect(score('CVE-2005-2541')).toBe('0.1');
    expect(score('CVE-2024-0001')).toBeUndefined();
    for (const { properties } of rules) expect(properties.tags).toContain('security');
  });

  it('has places below the root of the image, whatever a path looks like', () => {
    for (const { locations } of runOf(hostileResult()).results) {
      const { artifactLocation, region } = locations[0]!.physicalLocation;
      expect(new URL(artifactLocation.uri, 'https://root.example/').host).toBe('root.example');
      expect(artifactLocation.uri).not.toMatch(/^\/|^[^/]*:|(?:^|\/)\.\.(?:\/|$)/);
      expect(region.startLine).toBeGreaterThan(0);
    }
    const [secret] = runOf(everyKindResult()).results.filter(({ ruleId }) => ruleId === 'aws-access-key-id');
    expect(secret!.locations[0]!.physicalLocation).toEqual({
      artifactLocation: { uri: 'root/.aws/credentials', uriBaseId: 'IMAGEROOT' },
      region: { startLine: 3 },
    });
  });

  it('has a fingerprint for each result, the same after an upgrade', () => {
    const fingerprints = (result: ScanResult) =>
      runOf(result).results.map(({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash);
    const before = fingerprints(largeResult(200));
    expect(new Set(before).size).toBe(before.length);
    const upgraded = largeResult(200);
    const findings = upgraded.findings.map((each) =>
      each.package === null ? each : { ...each, package: { ...each.package, version: '9.9' } },
    );
    expect(fingerprints({ ...upgraded, findings })).toEqual(before);
    const twice = sampleResult().findings[0]!;
    const doubled = fingerprints({ ...sampleResult(), findings: [twice, { ...twice, key: `${twice.key}/2` }] });
    expect(doubled.map((each) => each.split(':')[1])).toEqual(['1', '2']);
  });

  it('keeps images apart, and tags of one image together', () => {
    const id = (name: string) => {
      const sample = sampleResult();
      return runOf({ ...sample, image: { ...sample.image, names: [name] } }).automationDetails.id;
    };
    expect(id('localhost:5000/app:1')).toBe('plimsoll/localhost:5000/app/linux/amd64/');
    expect(id('localhost:5000/app:2')).toBe(id('localhost:5000/app'));
    expect(id('localhost:5000/app@sha256:12')).toBe(id('localhost:5000/app'));
    expect(id('app:1')).not.toBe(id('other:1'));
  });

  it('says what was not seen and what a filter hides', () => {
    const notes = (run: SarifRun) => run.invocations[0]!.toolExecutionNotifications.map(({ message }) => message.text);
    expect(notes(runOf(passResult()))).toEqual([]);
    expect(notes(runOf(sampleResult())).join('\n')).toMatch(/npm are out of date[\s\S]*rpmdb.sqlite/);
    const filtered = runOf(sampleResult(), { severity: 'Critical' });
    expect(notes(filtered)[0]).toContain('hides 9 findings. The verdict is that of all findings.');
    expect(filtered.results.filter(({ suppressions }) => suppressions === undefined)).toHaveLength(3);
  });

  it('lets no text act: neither in a terminal nor as a link or placeholder', () => {
    const sample = sampleResult();
    const [first] = sample.findings;
    const evil = { ...first!, title: '[click](https://evil.example) {0} \u202e\u001b[31m' };
    const page = renderText(sarif, { ...sample, findings: [evil] });
    expect(page).toMatch(terminalSafe);
    const { results } = runOf({ ...sample, findings: [evil] });
    expect(results[0]!.message.text).toContain('\\[click\\](https://evil.example) {{0}}');
    expect(renderText(sarif, hostileResult())).toMatch(terminalSafe);
  });
});
