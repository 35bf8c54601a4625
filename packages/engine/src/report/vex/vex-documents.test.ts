import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { needsShared, shared } from '../../../../../test/shared.ts';
import { exceptionCategories } from '../../policy/types.ts';
import { readVex } from '../../policy/vex/read-vex.ts';
import { VexStatements } from '../../policy/vex/vex-match.ts';
import type { ScanResult } from '../../result/types.ts';
import { sampleResult } from '../testing/sample-result.ts';
import { justifications } from './vex-claims.ts';
import { vexDocument, vexFormats } from './vex-documents.ts';

const author = { name: 'team-a', namespace: 'https://example.com' };

/** The sample, with one exception of each category. */
function excused(): ScanResult {
  const result = sampleResult();
  const open = result.findings.filter(({ kind, package: pkg }) => kind === 'vulnerability' && pkg !== null);
  const findings = open.slice(0, exceptionCategories.length).map((finding, at) => ({
    ...finding,
    suppressed: [{ by: 'exception' as const, reason: `reason ${at}`, category: exceptionCategories[at]! }],
  }));
  return { ...result, findings };
}

describe.each(vexFormats)('%s', (format) => {
  const result = excused();
  const text = vexDocument(result, format, author) ?? '';

  it('is the same for the same result, and holds each exception', () => {
    expect(vexDocument(excused(), format, author)).toBe(text);
    for (const { id } of result.findings) expect(text).toContain(id);
    expect(text).not.toContain('undefined');
  });

  it('says, read back, what the exceptions said', () => {
    const file = readVex(text, 'v.json');
    const { image } = result;
    const subject = { ...image, created: null, distro: null };
    const vex = new VexStatements([file], subject, () => null);
    for (const finding of result.findings) {
      const { suppressed } = vex.apply({ ...finding, suppressed: [] });
      const category = finding.suppressed[0]?.category ?? '';
      expect([finding.id, suppressed.length]).toEqual([finding.id, Object.hasOwn(justifications, category) ? 1 : 0]);
    }
    const other = new VexStatements([file], { ...subject, digest: null, id: `sha256:${'0'.repeat(64)}` }, () => null);
    for (const finding of result.findings) expect(other.apply({ ...finding, suppressed: [] }).suppressed).toEqual([]);
  });
});

describe('an image that nothing names', () => {
  it('has no document', () => {
    const result = sampleResult();
    const image = { ...result.image, id: null, digest: null };
    expect(vexDocument({ ...result, image }, 'openvex', author)).toBeNull();
  });
});

const specs = shared('specs');

describe.skipIf(specs === undefined)(`VEX documents (${needsShared})`, () => {
  const read = (path: string): Record<string, unknown> => {
    const { $schema: _, ...schema } = JSON.parse(readFileSync(`${specs}/${path}`, 'utf8')) as Record<string, unknown>;
    return schema;
  };
  const options = { strict: false, validateFormats: false, validateSchema: false };

  it.each(['openvex', 'csaf'] as const)('%s is valid against its schema', (format) => {
    const ajv = format === 'csaf' ? new Ajv2020(options) : new Ajv(options);
    for (const version of ['2.0', '3.0', '3.1']) {
      const { id: _, ...schema } = read(`cvss/schema/cvss-v${version}.json`);
      ajv.addSchema(schema, `https://www.first.org/cvss/cvss-v${version}.json`);
    }
    const validate = ajv.compile(
      read(format === 'csaf' ? 'csaf/csaf-2.0-csaf.schema.json' : 'openvex/openvex-0.2.0.schema.json'),
    );
    validate(JSON.parse(vexDocument(excused(), format, author) ?? ''));
    expect(validate.errors).toBeNull();
  });
});
