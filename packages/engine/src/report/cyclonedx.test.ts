import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needsShared } from '../../../../test/shared.ts';
import type { InventoryResult } from '../result/types.ts';
import { cyclonedx, cyclonedx15 } from './cyclonedx.ts';
import { expectGolden } from './testing/golden.ts';
import { type CycloneDxDocument, carried, readBack, readCycloneDx } from './testing/read-back.ts';
import { everyKindResult, reportResults } from './testing/report-results.ts';
import { sampleResult } from './testing/sample-result.ts';
import { anyInventory, manyPackages, sbomResults, smallInventory, terminalSafe } from './testing/sbom-results.ts';
import { sbomValidator } from './testing/sbom-schemas.ts';
import type { InventoryFormat } from './types.ts';

const validators = { cyclonedx: sbomValidator('cyclonedx'), 'cyclonedx-1.5': sbomValidator('cyclonedx-1.5') };

function write(format: InventoryFormat, result: InventoryResult): CycloneDxDocument {
  return JSON.parse([...format.render(result)].join('')) as CycloneDxDocument;
}

function refs({ metadata, components }: CycloneDxDocument): readonly string[] {
  return [metadata.component, ...components].map((each) => each['bom-ref']);
}

describe.each([cyclonedx, cyclonedx15])('$name', (format) => {
  const validate = validators[format.name as keyof typeof validators];

  it.skipIf(!validate).each(sbomResults)(`valid by the published schema: %s (${needsShared})`, (_, result) => {
    expect(validate!(write(format, result()))).toBe('');
  });

  it.skipIf(!validate)(`valid by the published schema, whatever an image holds (${needsShared})`, () => {
    fc.assert(
      fc.property(anyInventory, (result) => validate!(write(format, result)) === ''),
      { numRuns: 60 },
    );
  });

  it.each(sbomResults)('gives the inventory when read back: %s', (_, result) => {
    expect(readBack(readCycloneDx(write(format, result())))).toEqual(carried(result()));
  });

  it('gives the inventory when read back, whatever an image holds', () => {
    fc.assert(
      fc.property(anyInventory, (result) => {
        const text = [...format.render(result)].join('');
        expect(text).toMatch(terminalSafe);
        const document = JSON.parse(text) as CycloneDxDocument;
        expect(readBack(readCycloneDx(document))).toEqual(carried(result));
        expect(new Set(refs(document)).size).toBe(refs(document).length);
      }),
      { numRuns: 60 },
    );
  });

  it('looks like this', () => {
    expectGolden(`small.${format.name}.json`, [...format.render(smallInventory())].join(''));
  });
});

interface Judged {
  readonly vulnerabilities: readonly {
    readonly 'bom-ref': string;
    readonly id: string;
    readonly source: { readonly name: string; readonly url?: string };
    readonly ratings: readonly { readonly source: { readonly name: string }; readonly severity?: string }[];
    readonly cwes?: readonly number[];
    readonly recommendation?: string;
    readonly analysis?: { readonly state: string; readonly detail: string };
    readonly affects: readonly {
      readonly ref: string;
      readonly versions?: readonly { readonly version: string; readonly status: string }[];
    }[];
    readonly properties: readonly { readonly name: string; readonly value: string }[];
  }[];
}

describe.each([cyclonedx, cyclonedx15])('$name of a scan', (format) => {
  const validate = validators[format.name as keyof typeof validators];
  const judged = (result: InventoryResult) => write(format, result) as CycloneDxDocument & Judged;

  it.skipIf(!validate).each(reportResults)(`valid by the published schema: %s (${needsShared})`, (_, result) => {
    expect(validate!(judged(result()))).toBe('');
    expect([...format.render(result())].join('')).toMatch(terminalSafe);
  });

  it('has every finding, of every kind, each once, on what has it', () => {
    const result = everyKindResult();
    const document = judged(result);
    const keys = document.vulnerabilities.flatMap(({ properties }) =>
      properties.flatMap(({ name, value }) => (name === 'plimsoll:finding:key' ? [value] : [])),
    );
    expect([...keys].sort()).toEqual(result.findings.map(({ key }) => key).sort());
    const known = new Set([...refs(document), ...document.vulnerabilities.map((each) => each['bom-ref'])]);
    expect(known.size).toBe(refs(document).length + document.vulnerabilities.length);
    for (const { affects } of document.vulnerabilities) {
      expect(affects.length).toBeGreaterThan(0);
      for (const { ref } of affects) expect(known).toContain(ref);
    }
  });

  it('says who rates it, what is weak, what to do and which versions are not affected', () => {
    const { findings, ...rest } = everyKindResult();
    const weak = findings.map((each) => ({ ...each, evidence: { ...each.evidence, cwes: ['CWE-835'] } }));
    const document = judged({ ...rest, findings: weak } as InventoryResult);
    const found = document.vulnerabilities.find(({ id }) => id === 'CVE-2022-0778')!;
    const named = (name: string) => document.components.find((each) => each.name === name)!['bom-ref'];
    expect(found).toMatchObject({
      source: { name: 'debian-tracker', url: 'https://nvd.nist.gov/vuln/detail/CVE-2022-0778' },
      cwes: [835],
      recommendation: 'upgrade libssl1.1 to 1.1.1n-0+deb11u4',
    });
    expect(found.affects.map(({ ref }) => ref).sort()).toEqual([named('libssl1.1'), named('openssl')].sort());
    expect(found.affects[0]!.versions).toEqual([
      { version: '1.1.1n-0+deb11u3', status: 'affected' },
      { version: '1.1.1n-0+deb11u4', status: 'unaffected' },
    ]);
    expect(found.ratings).toEqual([
      { source: { name: 'debian-tracker' }, severity: 'critical', method: 'other' },
      { source: { name: 'nvd' }, severity: 'critical', method: 'other' },
      {
        source: { name: 'nvd' },
        score: 7.5,
        method: 'CVSSv31',
        vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
      },
    ]);
  });

  it('says of what is suppressed who did it, and that it is not affected only where VEX does', () => {
    const analysed = judged(everyKindResult()).vulnerabilities.filter(({ analysis }) => analysis !== undefined);
    expect(analysed.map(({ id, analysis }) => [id, analysis!.state]).sort()).toEqual([
      ['CVE-2023-4911', 'exploitable'],
      ['CVE-2024-0001', 'not_affected'],
      ['CVE-2024-0002', 'in_triage'],
    ]);
  });
});

describe('CycloneDX', () => {
  it('has references of their own for packages with one purl, the same for the same package elsewhere', () => {
    const result = smallInventory();
    const flasks = (document: CycloneDxDocument) =>
      document.components.filter(({ name }) => name === 'flask').map((each) => each['bom-ref']);
    const [one, other] = flasks(write(cyclonedx, result));
    expect(one).not.toBe(other);
    expect(flasks(write(cyclonedx, { ...result, packages: result.packages.slice(6) }))).toEqual([one, other]);
    const twice = write(cyclonedx, { ...result, packages: result.packages.flatMap((pkg) => [pkg, pkg]) });
    expect(new Set(refs(twice)).size).toBe(refs(twice).length);
  });

  it('has a serial number that follows from what it says, and from nothing else', () => {
    const result = smallInventory();
    const serial = (change: Partial<InventoryResult>) => write(cyclonedx, { ...result, ...change }).serialNumber;
    expect(serial({})).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const [first, ...rest] = result.packages;
    const changed = [
      serial({}),
      write(cyclonedx15, result).serialNumber,
      serial({ packages: rest }),
      serial({ packages: [{ ...first!, licenses: ['x'] }, ...rest] }),
      serial({ packages: [{ ...first!, claimedBy: '/opt/a.spdx.json' }, ...rest] }),
      serial({ incomplete: [] }),
      serial({ image: { ...result.image, names: [] } }),
      serial({ facts: { ...result.facts, config: null } }),
      serial({ inputs: { ...result.inputs, evaluatedAt: '2026-09-03' } }),
    ];
    expect(new Set(changed).size).toBe(changed.length);
    const { distro } = result.image;
    const reversed = Object.fromEntries(Object.entries(distro!).reverse()) as unknown as NonNullable<typeof distro>;
    expect(serial({ image: { ...result.image, distro: reversed } })).toBe(serial({}));
  });

  it('is the same of a scan as of the image alone', () => {
    const { findings: _, verdict: __, ...inventory } = sampleResult();
    const uncompared = { code: 'no-feed', message: '3 conda packages were not judged' } as const;
    const scan = { ...sampleResult(), incomplete: [...inventory.incomplete, uncompared] };
    const { vulnerabilities, serialNumber, ...image } = write(cyclonedx, scan) as CycloneDxDocument & Judged;
    const { serialNumber: own, ...alone } = write(cyclonedx, inventory);
    expect(image).toEqual(alone);
    expect(vulnerabilities.length).toBeGreaterThan(0);
    expect(serialNumber).not.toBe(own);
  });

  it.each([
    ['incomplete', { incomplete: sampleResult().incomplete }, {}],
    ['unknown', { incomplete: [] }, {}],
    ['complete', { incomplete: [] }, { files: 409 }],
  ] as const)('says that it is %s', (aggregate, change, executables) => {
    const { facts, ...rest } = smallInventory();
    const coverage = { ...facts.coverage!, executables: { ...facts.coverage!.executables, ...executables } };
    const { compositions } = write(cyclonedx, { ...rest, ...change, facts: { ...facts, coverage } });
    expect(compositions[0]).toEqual({ aggregate, assemblies: ['Image'] });
  });

  it('names the owner of a package, and holds every package in the image or in its owner', () => {
    const document = write(cyclonedx, smallInventory());
    const { owners, packages } = readCycloneDx(document);
    const nameOf = (ref: string) => packages.find((each) => each.ref === ref)?.name;
    expect(owners.map((pair) => pair.map(nameOf))).toEqual([['python3-flask', 'flask']]);
    const held = document.dependencies.flatMap(({ dependsOn }) => dependsOn);
    expect([...held].sort()).toEqual(refs(document).slice(1).sort());
  });

  it('keeps values of environment variables to itself', () => {
    expect([...cyclonedx.render(sampleResult())].join('')).not.toContain('hunter2');
  });

  it('writes 20,000 packages in pieces', () => {
    const pieces = [...cyclonedx.render(manyPackages(20_000))];
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(2_000_000);
  });
});
