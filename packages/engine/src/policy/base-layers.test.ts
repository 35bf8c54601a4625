import { describe, expect, it } from 'vitest';
import type { ImageBase } from '../image/types.ts';
import { evaluate } from './evaluate.ts';
import { loadPolicy } from './load-policy.ts';
import { makeFinding, makePackage, makeSubject } from './testing/subjects.ts';

const [below, above] = ['sha256:base', 'sha256:own'];
const given: ImageBase = { reference: 'debian:12', digest: null, id: 'sha256:1', layers: 1, from: 'option' };

/** Of two vulnerabilities, one in each layer, and two packages: which break the rule. */
function broken(
  scope: string,
  when: string,
  base: ImageBase | null,
): { readonly ids: string[]; readonly inputs: readonly string[] } {
  const layer = { digest: null, mediaType: 'tar', size: 1, instruction: null, verified: true };
  const made = makeSubject({
    image: { base },
    findings: [
      makeFinding({ id: 'CVE-2026-1', evidence: { layer: below } }),
      makeFinding({ id: 'CVE-2026-2', evidence: { layer: above } }),
      makeFinding({ id: 'CVE-2026-3', evidence: { layer: null } }),
    ],
    packages: [
      makePackage({ name: 'one', locations: [{ path: '/a', layer: below }] }),
      makePackage({
        name: 'two',
        locations: [
          { path: '/a', layer: below },
          { path: '/b', layer: above },
        ],
      }),
    ],
  });
  const subject = {
    ...made,
    inventory: { ...made.inventory, layers: [below, above].map((diffId) => ({ ...layer, diffId })) },
  };
  const text = `name: p\nrules:\n  - id: r\n    scope: ${scope}\n    when: ${when}\n    action: deny\n    message: x\n`;
  const { findings, verdict } = evaluate(subject, {
    policies: [loadPolicy(text, 'p.yaml')],
    exceptions: [],
    gate: true,
  });
  const keys = verdict.rules.flatMap((rule) => rule.findings);
  return {
    ids: findings
      .filter(({ key }) => keys.includes(key))
      .map(({ id, package: pkg }) => (scope === 'package' ? pkg!.name : id)),
    inputs: verdict.inputs,
  };
}

describe('rules tell the base from the image’s own layers', () => {
  it.each<[string, ImageBase | null, string[]]>([
    ['finding.inBase', given, ['CVE-2026-1']],
    ['"!finding.inBase"', given, ['CVE-2026-2', 'CVE-2026-3']],
    ['finding.inBaseKnown', given, ['CVE-2026-1', 'CVE-2026-2']],
    ['finding.inBaseClaimed', given, []],
    ['"!finding.inBase"', null, ['CVE-2026-1', 'CVE-2026-2', 'CVE-2026-3']],
    ['finding.inBaseKnown', null, []],
    // what the image says itself excuses nothing unless a rule asks for it by name
    ['finding.inBase || finding.inBaseKnown', { ...given, from: 'history' }, []],
    ['finding.inBase || finding.inBaseKnown', { ...given, from: 'annotation' }, []],
    ['finding.inBaseClaimed', { ...given, from: 'history' }, ['CVE-2026-1']],
    ['finding.inBaseClaimed', { ...given, from: 'annotation', layers: null }, []],
    [
      'image.base.known && image.base.layers == 1 && image.base.reference == "debian:12"',
      given,
      ['CVE-2026-1', 'CVE-2026-2', 'CVE-2026-3'],
    ],
    [
      'image.base.from == "history" && !image.base.known',
      { ...given, from: 'history' },
      ['CVE-2026-1', 'CVE-2026-2', 'CVE-2026-3'],
    ],
  ])('%s, base %j', (when, base, ids) => {
    const { ids: found, inputs } = broken('vulnerability', when, base);
    expect(found).toEqual(ids);
    expect(inputs).toContain('base');
  });

  it('a package is the base’s when all of its layers are', () => {
    expect(broken('package', 'pkg.inBase', given).ids).toEqual(['one']);
    expect(broken('package', '"!pkg.inBase && pkg.inBaseKnown"', given).ids).toEqual(['two']);
  });

  it('and the base is no input of a verdict that no rule split', () => {
    expect(broken('vulnerability', 'finding.level > 1', given).inputs).not.toContain('base');
  });
});
