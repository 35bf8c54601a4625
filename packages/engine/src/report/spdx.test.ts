import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needsShared } from '../../../../test/shared.ts';
import { leaves } from '../licenses/license-node.ts';
import { readSpdxExpression } from '../licenses/spdx-expression.ts';
import type { InventoryResult } from '../result/types.ts';
import { spdx } from './spdx.ts';
import { expectGolden } from './testing/golden.ts';
import { carried, readBack } from './testing/read-back.ts';
import { readSpdx, type SpdxJson } from './testing/read-spdx.ts';
import { passResult } from './testing/sample-result.ts';
import { anyInventory, sbomResults, smallInventory, terminalSafe } from './testing/sbom-results.ts';
import { sbomValidator } from './testing/sbom-schemas.ts';

const validate = sbomValidator('spdx');

function write(result: InventoryResult): SpdxJson {
  return JSON.parse([...spdx.render(result)].join('')) as SpdxJson;
}

function ids({ SPDXID, packages, hasExtractedLicensingInfos }: SpdxJson): readonly string[] {
  const licenses = hasExtractedLicensingInfos.map(({ licenseId }) => licenseId);
  return [SPDXID, ...packages.map((pkg) => pkg.SPDXID), ...licenses];
}

describe('spdx', () => {
  it.skipIf(!validate).each(sbomResults)(`valid by the published schema: %s (${needsShared})`, (_, result) => {
    expect(validate!(write(result()))).toBe('');
  });

  it.skipIf(!validate)(`valid by the published schema, whatever an image holds (${needsShared})`, () => {
    fc.assert(
      fc.property(anyInventory, (result) => validate!(write(result)) === ''),
      { numRuns: 60 },
    );
  });

  it.each(sbomResults)('gives the inventory when read back: %s', (_, result) => {
    expect(readBack(readSpdx(write(result())))).toEqual(carried(result()));
  });

  it('gives the inventory when read back, and its identifiers and expressions are sound, whatever an image holds', () => {
    fc.assert(
      fc.property(anyInventory, (result) => {
        const text = [...spdx.render(result)].join('');
        expect(text).toMatch(terminalSafe);
        const document = JSON.parse(text) as SpdxJson;
        expect(readBack(readSpdx(document))).toEqual(carried(result));
        expect(new Set(ids(document)).size).toBe(ids(document).length);
        for (const id of ids(document)) expect(id).toMatch(/^(SPDXRef|LicenseRef)-[A-Za-z0-9.-]+$/);
        const known = new Set<string>(ids(document));
        for (const { spdxElementId, relatedSpdxElement } of document.relationships) {
          expect([known.has(spdxElementId), known.has(relatedSpdxElement)]).toEqual([true, true]);
        }
        for (const { licenseDeclared } of document.packages.filter((pkg) => pkg.licenseDeclared !== 'NOASSERTION')) {
          const expression = readSpdxExpression(licenseDeclared);
          expect(expression, licenseDeclared).toBeDefined();
          for (const leaf of expression === undefined ? [] : leaves(expression)) {
            if ('id' in leaf && leaf.id.startsWith('LicenseRef-')) expect(known).toContain(leaf.id);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('looks like this', () => {
    expectGolden('small.spdx.json', [...spdx.render(smallInventory())].join(''));
  });

  it('says what is not seen, in words too', () => {
    const { comment, annotations } = write(smallInventory());
    expect(comment).toBe('Incomplete: 2 things were not seen or not understood, as annotations of this document say.');
    expect(annotations?.map((each) => each.comment).slice(1)).toEqual([
      'incomplete: application-unread: /srv/shop/lib/report.jar: Java archives are recognised and not read yet',
      'incomplete: package-database-unread: /var/lib/rpm/rpmdb.sqlite: an rpm database is there and cannot be read yet',
    ]);
    const { facts, ...pass } = passResult();
    expect(write({ ...pass, facts }).comment).toMatch(/^Not known to be complete: some executables/);
    expect(write({ ...pass, facts: { ...facts, coverage: null } }).comment).toMatch(/was not looked at\.$/);
  });

  it('says that an owner contains what it ships', () => {
    const { owners, packages } = readSpdx(write(smallInventory()));
    const nameOf = (ref: string) => packages.find((each) => each.ref === ref)?.name;
    expect(owners.map((pair) => pair.map(nameOf))).toEqual([['python3-flask', 'flask']]);
  });
});
