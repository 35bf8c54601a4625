import { describe, expect, it } from 'vitest';
import type { ScanResult } from '../../result/types.ts';
import { spdx } from '../spdx.ts';
import { spdxTagValue } from '../spdx-tag-value.ts';
import { reportResults } from '../testing/report-results.ts';
import { smallInventory } from '../testing/sbom-results.ts';
import { sbomValidator } from '../testing/sbom-schemas.ts';
import { lineText } from './sbom-text.ts';

const validate = sbomValidator('spdx');

interface Ref {
  readonly referenceCategory: string;
  readonly referenceType: string;
  readonly referenceLocator: string;
  readonly comment?: string;
}

function written(result: ScanResult) {
  const text = [...spdx.render(result)].join('');
  const document = JSON.parse(text) as {
    readonly packages: readonly { readonly name: string; readonly externalRefs?: readonly Ref[] }[];
    readonly annotations: readonly { readonly comment: string }[];
  };
  const security = document.packages.flatMap(({ name, externalRefs = [] }) =>
    externalRefs.filter((ref) => ref.referenceCategory === 'SECURITY').map((ref) => ({ name, ...ref })),
  );
  return { document, security, notes: document.annotations.map(({ comment }) => comment) };
}

describe('findings in SPDX', () => {
  it.each(reportResults)('%s: every finding is there, and the document is valid', (_, make) => {
    const result = make();
    const { document, security, notes } = written(result);
    expect(validate?.(document) ?? '').toBe('');
    const words = [...security.map(({ comment = '' }) => comment), ...notes].join('\n');
    for (const { kind, severity, id } of result.findings) {
      // the text is long: no failure should print it
      expect(words.includes(lineText(`${severity} ${kind} ${id}`))).toBe(true);
    }
    for (const { referenceLocator } of security) expect(referenceLocator).toMatch(/^(?:https:\/\/|urn:plimsoll:)\S+$/);
  });

  it('name the advisory, the fix and what suppresses it, in tag-value too', () => {
    const [, make] = reportResults[0]!;
    const result = make();
    const { security } = written(result);
    const fixed = result.findings.find(({ fix, advisories }) => fix?.state === 'fixed' && advisories.length > 0)!;
    expect(security).toContainEqual(
      expect.objectContaining({
        referenceType: 'advisory',
        referenceLocator: `https://nvd.nist.gov/vuln/detail/${fixed.id}`,
        comment: expect.stringContaining(`fixed in ${fixed.fix?.versions[0]}`),
      }),
    );
    expect(security).toContainEqual(expect.objectContaining({ referenceType: 'fix' }));
    expect(security.some(({ comment = '' }) => comment.includes('exception: '))).toBe(true);
    const tags = [...spdxTagValue.render(result)].join('');
    for (const { referenceType, referenceLocator } of security)
      expect(tags).toContain(
        `\nExternalRef: SECURITY ${referenceType} ${referenceLocator}\nExternalRefComment: <text>`,
      );
  });

  it('are none in an inventory', () => {
    expect([...spdx.render(smallInventory())].join('')).not.toContain('"SECURITY"');
  });
});
