import fc from 'fast-check';
import { expect } from 'vitest';
import type { Cataloger, ProofFilter } from '../cataloger.ts';
import { CatalogError } from '../error.ts';
import type { PackageList } from '../listed-in.ts';

const noProofs: ProofFilter = { needles: [], proves: () => false };

/** What a file of this path says: purls and licences, or why it cannot be read. */
export function readList(cataloger: Cataloger<PackageList>, path: string, body: string | Buffer): readonly string[] {
  const { facts, damage } = parseOrDamage(cataloger, path, Buffer.from(body));
  const rows = (facts ?? []).map(({ purl, licenses }) => [purl, ...licenses].join(' | '));
  return damage === null ? rows : [...rows, `damaged: ${damage.message}`];
}

/** Bytes of a good file, damaged in every way, repeated and nested without end: facts that hold, or an error of this room. */
export function fuzzList(cataloger: Cataloger<PackageList>, path: string, good: string | Buffer): void {
  const bytes = Buffer.from(good);
  expect(parseOrDamage(cataloger, path, bytes).facts).not.toBe(null);
  const flip = fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) });
  const mutated = fc
    .record({ flips: fc.array(flip, { maxLength: 8 }), end: fc.nat(bytes.length), again: fc.nat(2) })
    .map(({ flips, end, again }) => {
      const copy = Buffer.from(bytes);
      for (const { at, byte } of flips) copy[at] = byte;
      return Buffer.concat([copy.subarray(0, end), ...Array.from({ length: again }, () => copy)]);
    });
  const bodies = fc.oneof({ weight: 4, arbitrary: mutated }, fc.uint8Array({ maxLength: 300 }).map(Buffer.from));
  fc.assert(
    fc.property(bodies, (body) => check(cataloger, path, body)),
    { seed: 20261123, numRuns: 500 },
  );
  for (const unit of [
    '[',
    '{',
    '"',
    "'",
    '\\',
    '{"a":',
    '%q<',
    '"\\',
    '[[',
    ' ',
    '\n',
    'a',
    '\n  a:',
    '%',
    '$',
    '(',
    '\0',
  ]) {
    const much = unit.repeat(Math.ceil(1_000_000 / unit.length));
    const tail = Buffer.from(much);
    for (const part of [0, bytes.length, bytes.length >> 1]) {
      check(cataloger, path, Buffer.concat([bytes.subarray(0, part), tail]));
    }
  }
}

function check(cataloger: Cataloger<PackageList>, path: string, body: Buffer): void {
  const before = Buffer.from(body);
  const { facts, damage } = parseOrDamage(cataloger, path, body);
  expect(body.equals(before)).toBe(true);
  expect(JSON.parse(JSON.stringify({ facts, damage }))).toEqual({ facts, damage });
  for (const { name, version, purl, licenses } of facts ?? []) {
    expect(`${name}${version}`).toMatch(/^[^\s\u0000-\u001f]+$/);
    expect(purl).toMatch(/^pkg:[a-z]+\/[\w.~:%/-]+@[\w.~:%-]+(\?[\w.~:%=&-]+)?$/);
    expect(licenses.every((text) => text.length <= 200)).toBe(true);
  }
}

function parseOrDamage(cataloger: Cataloger<PackageList>, path: string, body: Buffer) {
  try {
    return cataloger.parse(path, body, noProofs);
  } catch (error) {
    if (!(error instanceof CatalogError)) throw error;
    return { facts: null, damage: { code: error.code, message: error.message } };
  }
}
