import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import { frameworks } from './frameworks.ts';
import { loadPack, packNames } from './packs.ts';
import { makeFinding, makeSubject, type SubjectFacts } from './testing/subjects.ts';
import type { PolicySubject } from './types.ts';

const everythingSeen: PolicySubject['inventory']['facts'] = {
  ...makeSubject().inventory.facts,
  files: [],
  users: [],
  secrets: [],
  programs: [],
  dockerfile: [],
} as never;

function controlsOf(
  facts: SubjectFacts,
  { seen = everythingSeen, malwareScanned = true, packs = ['nist-800-190'] } = {},
) {
  const subject = makeSubject(facts);
  const inventory = { ...subject.inventory, facts: { ...seen, config: subject.inventory.facts.config } };
  const policies = packs.map((name) => loadPack(name));
  const { verdict } = evaluate({ ...subject, inventory, malwareScanned }, { policies, exceptions: [], gate: true });
  return (id: string) => verdict.controls?.find((control) => control.id === id);
}

describe('controls of a framework', () => {
  it('are all there, in the order of the document, and only for policies that stand for it', () => {
    const { verdict } = evaluate(makeSubject(), { policies: [loadPack('pci-dss-4')], exceptions: [], gate: true });
    expect(verdict.controls?.map(({ id }) => `pci-dss-4:${id}`)).toEqual(
      frameworks.find(({ name }) => name === 'pci-dss-4')?.controls.map(({ id }) => id),
    );
    expect(
      evaluate(makeSubject(), { policies: [loadPack('default')], exceptions: [], gate: true }).verdict,
    ).not.toHaveProperty('controls');
  });

  it('passed, failed, or for a person', () => {
    const broken = controlsOf({ config: { user: '' } });
    expect(broken('4.1.2')).toMatchObject({ state: 'failed', rules: ['root-user'], note: null });
    expect(broken('4.1.4')).toMatchObject({ state: 'passed', rules: [], note: null });
    expect(broken('4.3.1')).toMatchObject({ state: 'needs-a-person', note: 'an image does not show it' });
  });

  it('a warning is for a person, with what it says', () => {
    expect(controlsOf({ findings: [makeFinding({ severity: 'High' })] })('4.1.1')).toMatchObject({
      state: 'needs-a-person',
      rules: ['unfixed-vulnerability'],
      note: 'CVE-2026-0001 (High) in bash 1.0 has no fix',
    });
  });

  it.each([
    ['advisories that are missing', { missing: ['debian-12'] }, {}, '4.1.1', 'debian-12'],
    [
      'a part of the image that was not read',
      { incomplete: [{ code: 'package-database-damaged', message: 'damaged' }] } as SubjectFacts,
      {},
      '4.1.4',
      'damaged',
    ],
    ['no malware scan', {}, { malwareScanned: false }, '4.1.3', 'not scanned for malware'],
    ['no configuration', { config: null }, {}, '4.1.2', 'no configuration'],
    ['no signatures', {}, { packs: ['cis-docker'] }, '4.12', 'signatures were not looked for'],
    [
      'secrets that nobody looked for',
      {},
      { seen: { ...everythingSeen, secrets: undefined } as never },
      '4.1.4',
      'secrets were not seen',
    ],
  ])('%s: nothing passes for what was not seen', (_, facts, options, id, note) => {
    const control = controlsOf(facts, options)(id);
    expect(control).toMatchObject({ state: 'needs-a-person', note: expect.stringContaining(note) });
  });

  it('advisories that are missing say nothing about users', () => {
    expect(controlsOf({ missing: ['debian-12'] }, { packs: ['pci-dss-4'] })('2.2.2')?.state).toBe('passed');
  });

  it('every control that a pack with a framework names is one of it', () => {
    for (const pack of packNames.map((name) => loadPack(name))) {
      const own = frameworks.find(({ name }) => name === pack.framework);
      if (own === undefined) continue;
      const named = pack.rules.flatMap(({ controls }) => controls).filter((id) => id.startsWith(`${own.name}:`));
      expect(named.length).toBeGreaterThan(0);
      expect(named.filter((id) => !own.controls.some((control) => control.id === id))).toEqual([]);
    }
  });
});
