import { expect, it } from 'vitest';
import type { LicenseFact, Package } from '../inventory/types.ts';
import { describeLicense } from '../licenses/license.ts';
import { readLicenses } from '../licenses/read-license.ts';
import { evaluate } from './evaluate.ts';
import { loadExceptions } from './exception-file.ts';
import { loadPack } from './packs.ts';
import { factsRead } from './rule-inputs.ts';
import { makePackage, makeSubject } from './testing/subjects.ts';

const packages = [
  makePackage({ name: 'ghostscript', licenses: ['AGPL-3.0-or-later'] }),
  makePackage({ name: 'dual', licenses: ['AGPL-3.0-or-later OR MIT'] }),
  makePackage({ name: 'bash', licenses: ['GPL-3+'] }),
  makePackage({ name: 'silent' }),
  makePackage({ name: 'odd', licenses: ['our own'] }),
];

function factOf({ purl, type, licenses, locations }: Package): LicenseFact {
  const [place] = locations;
  const node = readLicenses(type, licenses);
  const read = node ? describeLicense(node) : { expression: null, ids: [], group: 'unknown' as const, unknown: [] };
  return { purl, path: place!.path, layer: place!.layer, declared: licenses, ...read, files: [] };
}

function judge(exceptions = '[]') {
  const subject = makeSubject({});
  const { inventory } = subject;
  const facts = { ...inventory.facts, licenses: packages.map(factOf) };
  return evaluate(
    { ...subject, inventory: { ...inventory, packages, facts } },
    { policies: [loadPack('licenses')], exceptions: [loadExceptions(exceptions, 'e.yaml')], gate: true },
  );
}

it('denies what the pack `licenses` forbids, and names what it does not know', () => {
  const { findings, verdict } = judge();
  expect(findings.map(({ kind, id, package: pkg, evidence }) => [kind, id, pkg?.name, evidence.value])).toEqual([
    ['license', 'license-forbidden', 'ghostscript', 'AGPL-3.0-or-later'],
    ['license', 'license-unknown', 'odd', expect.stringMatching(/^LicenseRef-our-own-/)],
    ['license', 'license-unknown', 'silent', 'unknown'],
  ]);
  expect(verdict.exitCode).toBe(1);
  expect(verdict.rules.map(({ action, message }) => [action, message])).toEqual([
    ['deny', 'ghostscript is under AGPL-3.0-or-later'],
    ['warn', 'the licence of silent is not known; the licence of odd is not known'],
  ]);
});

it('passes what an exception excuses', () => {
  const exception = `- id: license-forbidden
  package: ghostscript
  reason: only runs on our own hosts
  owner: legal
  expires: 2099-01-01
`;
  const { findings, verdict } = judge(exception);
  expect(findings[0]?.suppressed).toMatchObject([{ by: 'exception', owner: 'legal' }]);
  expect(verdict).toMatchObject({ result: 'warn', exitCode: 0 });
});

it('asks for the facts that it judges', () => {
  expect(factsRead(loadPack('licenses').rules)).toEqual(['licenses']);
});
