import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerArchive } from '../packages/engine/src/image/testing/image-builder.ts';
import { explanationText } from '../packages/engine/src/report/explanation-text.ts';
import type { Explanation } from '../packages/engine/src/result/explanation.ts';
import { readResults } from '../packages/engine/src/result/read-result.ts';
import { explain } from '../packages/engine/src/scan/explain/explain.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { buildDatabase, type ScanResult, scan } from './scans.ts';
import { smallImage, smallMirrorShards, writeSmallMirror } from './small-mirror.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);
const dbDir = join(scratch.path, 'db');
const file = join(scratch.path, 'result.json');
let result: ScanResult;

const exceptions = `
- id: CVE-2023-38545
  package: nothing-of-that-name
  reason: not this one
  owner: tests
  expires: 2026-12-31
- id: CVE-2021-23337
  reason: the template function is not used
  owner: tests
  expires: 2026-12-31
`;

beforeAll(async () => {
  writeSmallMirror(join(scratch.path, 'mirror'));
  await buildDatabase(dbDir, join(scratch.path, 'mirror'), smallMirrorShards);
  const archive = join(scratch.path, 'image.tar');
  writeFileSync(archive, dockerArchive([smallImage()]));
  const excused = join(scratch.path, 'exceptions.yaml');
  writeFileSync(excused, exceptions);
  const scanned = await scan(archive, dbDir, ['--exceptions', excused]);
  result = scanned.result;
  writeFileSync(file, scanned.stdout);
});

const ask = (question: string, db = dbDir): Explanation => explain(result, question, db);
const textOf = (explanation: Explanation, color = false): string =>
  explanationText(explanation, { columns: 80, color, unicode: true });

describe('what is reported', () => {
  it('names the record, the range, each comparison, the layer and what stopped it', () => {
    const explanation = ask('CVE-2023-38545');
    const [match] = explanation.matches;
    expect(explanation).toMatchObject({ answer: 'reported', matches: [{ outcome: 'reported' }] });
    expect(match).toMatchObject({
      package: { name: 'curl', layer: result.image.layers[1]?.diffId },
      lookup: { shard: 'debian-12', name: 'curl', version: '7.88.1-10+deb12u1', via: 'source' },
      records: [
        {
          source: 'debian-tracker',
          role: 'decides',
          ranges: [
            {
              inside: true,
              bounds: [
                {
                  text: '7.88.1-10+deb12u1 < 7.88.1-10+deb12u4',
                  holds: true,
                  because: 'revision: 10+deb12u1 < 10+deb12u4',
                },
              ],
            },
          ],
        },
      ],
      exceptions: [{ state: 'unused', source: expect.stringMatching(/exceptions\.yaml#1$/) }],
    });
    expect(match?.rules.map(({ id }) => id)).toContain('known-exploited');
    const text = textOf(explanation);
    expect(text).toContain('not excused  exception');
    expect(text).toContain('known to be exploited since 2024-01-10');
  });

  it('says what excuses a finding', () => {
    expect(textOf(ask('CVE-2021-23337'))).toMatch(/excused by {3}exception .*the template function\s+is not used/s);
  });

  it('is found by every name: alias, bulletin, key, fingerprint, in whatever case', () => {
    const [finding] = result.findings.filter(({ id }) => id === 'CVE-2021-23337');
    for (const name of ['GHSA-35jh-r3h4-6jhm', 'cve-2021-23337', finding!.key, finding!.fingerprint])
      expect(ask(name).matches[0]?.finding?.key, name).toBe(finding!.key);
    const ofBulletin = ask('DSA-5532-1').matches.map(({ finding: found }) => found?.id);
    expect(ofBulletin).toEqual(['CVE-2023-5363']);
  });

  it('explains what is about no package', () => {
    const [match] = ask('root-user').matches;
    expect(match).toMatchObject({ outcome: 'reported', package: null, lookup: null, rules: [{ id: 'root-user' }] });
  });
});

describe('what is not reported', () => {
  it('is fixed in a version that the package has reached', () => {
    const explanation = ask('CVE-2022-0778');
    expect(explanation).toMatchObject({
      answer: 'not-reported',
      matches: [{ outcome: 'fixed', why: 'openssl 3.0.9-1 has the fix: 1.1.1n-1 or later', finding: null }],
    });
  });

  it('is about a package that the image does not have', () => {
    const gone = { ...result, packages: result.packages.filter(({ name }) => name !== 'requests'), findings: [] };
    expect(explain(gone, 'CVE-2023-32681', dbDir)).toMatchObject({
      matches: [],
      elsewhere: [{ shard: 'pypi', packages: ['requests'] }],
      summary: 'CVE-2023-32681 is not reported: it is about packages that the image does not have.',
    });
  });

  it('is named by no record at hand', () => {
    expect(ask('CVE-1999-0001').summary).toBe(
      'CVE-1999-0001 is not reported: no record of the 3 shards that the image needs names it.',
    );
  });

  it('is not known without the advisories, which it says', () => {
    const explanation = ask('CVE-1999-0001', join(scratch.path, 'no-database'));
    expect(explanation.summary).toContain('3 shards that the image needs are not at hand');
    expect(explanation.gaps).toContain('advisories debian-12 are not at hand (--db-dir)');
  });

  it('would be, had the result been made of the data at hand', () => {
    const other = { ...result, inputs: { ...result.inputs, advisories: {} }, findings: [] };
    const older = { ...other, inputs: { ...other.inputs, advisories: { 'debian-12': 'sha256:other' } } };
    expect(explain(older, 'CVE-2023-5363', dbDir)).toMatchObject({
      matches: [{ outcome: 'would-be-reported' }],
      gaps: expect.arrayContaining(['advisories debian-12 at hand are not those that the result was made of']),
    });
  });

  it('is judged by the distro that ships the package', () => {
    const packages = result.packages.map((each) => (each.name === 'requests' ? { ...each, ownedBy: 'curl' } : each));
    expect(explain({ ...result, packages, findings: [] }, 'CVE-2023-32681', dbDir).matches).toMatchObject([
      { outcome: 'judged-as-distro', why: expect.stringMatching(/^curl, a package of the distro, ships it/) },
    ]);
  });
});

describe('the text', () => {
  it('fits 80 columns, and says the same without colours', () => {
    for (const id of ['CVE-2023-38545', 'CVE-2022-0778', 'CVE-1999-0001', 'root-user']) {
      const plain = textOf(ask(id));
      expect(plain.split('\n').filter((line) => line.length > 80)).toEqual([]);
      const escapes = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g');
      expect(textOf(ask(id), true).replace(escapes, '')).toBe(plain);
    }
  });

  it('lets nothing of a result act on the terminal', () => {
    const [first, ...rest] = result.findings;
    const evil = '\u001b[2J\u202eCVE\r\n';
    const hostile = { ...result, findings: [{ ...first!, id: evil, title: evil }, ...rest] };
    expect(textOf(explain(hostile, evil.trim(), dbDir))).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(textOf(explain(hostile, first!.key, dbDir))).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });
});

describe('the command', () => {
  it('prints text or JSON, the same bytes each time, and ends with 0', async () => {
    const args = ['explain', file, 'CVE-2023-5363', '--db-dir', dbDir];
    const [text, json, again] = [
      await plimsoll(args),
      await plimsoll([...args, '--format', 'json']),
      await plimsoll([...args, '--format', 'json']),
    ];
    expect(text).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('DSA-5532-1') });
    expect(json).toEqual(again);
    expect(JSON.parse(json.stdout)).toMatchObject({ schemaVersion: '1', answer: 'reported' });
  });

  it('refuses what is no result with 2 and one line', async () => {
    const whole = readFileSync(file, 'utf8');
    const bad: readonly [string, RegExp][] = [
      ['{', /^is no JSON/],
      ['{"schemaVersion":"1","results": []}', /holds no results/],
      ['{"schemaVersion":"1","packages":[],"image":{}}', /is an inventory without findings/],
      [whole.replace('"findings": [', '"findings": [1, '), /findings\.0: /],
    ];
    for (const [body, problem] of bad) expect(() => readResults(body)).toThrow(problem);
    expect(readResults(whole).results).toEqual([result]);
    const path = join(scratch.path, 'bad.json');
    writeFileSync(path, '{');
    const damaged = await plimsoll(['explain', path, 'CVE-2023-5363', '--db-dir', dbDir]);
    expect(damaged).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^plimsoll: .* is no JSON .*\n$/),
    });
    const missing = await plimsoll(['explain', join(scratch.path, 'none.json'), 'CVE-2023-5363']);
    expect(missing).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('no such file') });
  });
});
