import { expect, it } from 'vitest';
import { needsShared } from '../../../../../test/shared.ts';
import { sampleResult } from '../testing/sample-result.ts';
import { sbomValidator } from '../testing/sbom-schemas.ts';
import { vexDocument } from './vex-documents.ts';

const validate = sbomValidator('cyclonedx');

it.skipIf(validate === undefined)(`a CycloneDX VEX document is valid against its schema (${needsShared})`, () => {
  const { findings, ...result } = sampleResult();
  const suppressed = [{ by: 'exception' as const, reason: 'never called', category: 'not-used' }];
  const excused = { ...result, findings: findings.map((finding) => ({ ...finding, suppressed })) };
  const author = { name: 'team-a', namespace: 'https://example.com' };
  const document: unknown = JSON.parse(vexDocument(excused, 'cyclonedx', author) ?? '');
  expect(validate!(document)).toBe('');
});
