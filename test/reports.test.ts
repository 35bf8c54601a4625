import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formats } from '@plimsoll/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { vulnerableLayers, writeImage } from './images.ts';
import { buildDatabase, confirmedOn } from './mirror.ts';
import { type Outcome, plimsoll, scratchFolder } from './program.ts';

const folder = scratchFolder();
const at = (...path: string[]) => join(folder.path, ...path);
let image = '';
let common: readonly string[] = [];

function scan(args: readonly string[]): Promise<Outcome> {
  return plimsoll(['scan', image, ...common, ...args]);
}

beforeAll(async () => {
  image = writeImage(folder.path, 'vulnerable', vulnerableLayers);
  common = ['--db-dir', await buildDatabase(folder.path), '--at', confirmedOn, '--no-update', '--no-cache'];
  const files = formats.map(({ name }) => `--format=${name}=${at(name)}`);
  const ran = await scan([...files, '--format=json=' + at('result.json')]);
  expect(ran).toEqual({ status: 1, stdout: '', stderr: '' });
});
afterAll(folder.remove);

describe('a scan whose gate fails', () => {
  test('has written every report, and nothing else', () => {
    for (const { name } of formats) expect(statSync(at(name)).size).toBeGreaterThan(2);
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

describe('plimsoll report', () => {
  test('writes the bytes that the scan wrote, in every format', async () => {
    mkdirSync(at('again'));
    const files = formats.map(({ name }) => `--format=${name}=${at('again', name)}`);
    expect(await plimsoll(['report', at('result.json'), ...files])).toEqual({ status: 0, stdout: '', stderr: '' });
    for (const { name } of formats) expect(readFileSync(at('again', name))).toEqual(readFileSync(at(name)));
  });

  test('filters what people read and says so; the result and SBOMs stay whole', async () => {
    const kinds = ['--kind', 'secret', '--severity', 'Critical'];
    const shown = await plimsoll(['report', at('result.json'), ...kinds]);
    expect(shown).toMatchObject({ status: 0, stderr: '' });
    expect(shown.stdout).toMatch(
      /Filter: secrets, Critical; it hides \d+ findings?\. The verdict is that of all findings/,
    );
    for (const format of ['json', 'cyclonedx', 'spdx']) {
      const { stdout } = await plimsoll(['report', at('result.json'), '--format', format, ...kinds]);
      expect(stdout).toBe(readFileSync(at(format), 'utf8'));
    }
  });

  test.each([
    ['nothing there', 'no-such.json', undefined, 'cannot be read: no such file or directory'],
    ['empty', 'empty.json', () => '', 'is empty'],
    ['cut', 'cut.json', (good: string) => good.slice(0, good.length / 2), 'ends in the middle of a result'],
    ['a table', 'table.txt', () => 'FAIL  The image is stopped', 'is no JSON'],
    ['an SBOM', 'sbom.json', () => readFileSync(at('cyclonedx'), 'utf8'), 'it is an SBOM'],
    ['newer', 'newer.json', (good: string) => good.replace('"1"', '"7"'), 'schema version "7"'],
    ['damaged', 'odd.json', (good: string) => good.replace('"fail"', '"maybe"'), 'verdict.result'],
  ])('refuses what is no result with 2 and one line: %s', async (_, name, text, message) => {
    if (text) writeFileSync(at(name), text(readFileSync(at('result.json'), 'utf8')));
    const ran = await plimsoll(['report', at(name), '--format', `html=${at('never.html')}`]);
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toMatch(/^plimsoll: [^\n]+\n$/);
    expect(existsSync(at('never.html'))).toBe(false);
  });

  test.each([
    [['--format', 'sarfi'], 'did you mean "sarif"?'],
    [['--severity', 'Hgih'], 'did you mean "High"?'],
    [['--format', 'html=', '--kind', 'secret'], 'a file name is missing'],
  ])('a wrong command line is 2: %j', async (args, message) => {
    const ran = await plimsoll(['report', at('result.json'), ...args]);
    expect(ran).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(message) });
  });
});

describe('a template', () => {
  const template = (name: string, body: string) => {
    writeFileSync(at(name), body);
    return ['--template', at(name), '--format', 'template'];
  };

  test('makes a report of one’s own', async () => {
    const args = template('mine.html.tmpl', '<b>{{verdict.result}}</b>{{#shown}}\n{{id}} {{fixWords}}{{/shown}}\n');
    const { status, stdout, stderr } = await plimsoll(['report', at('result.json'), ...args]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^<b>fail<\/b>\n(?:CVE|root|[a-z])/);
  });

  test.each([
    ['{{#shown}}', 'odd.tmpl:1: "shown" has no end'],
    ['\n{{shwon}}', 'odd.tmpl:2: nothing is named "shwon"'],
  ])('that is wrong is found before the scan: %j', async (body, message) => {
    const ran = await plimsoll(['scan', at('no-such-image.tar'), ...template('odd.tmpl', body)]);
    expect(ran).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(message) });
  });

  test('that takes too long: 3 and one line, also on standard output', async () => {
    const args = template('long.tmpl', '{{#counts}}'.repeat(10) + '{{/counts}}'.repeat(10));
    const ran = await plimsoll(['report', at('result.json'), ...args]);
    expect(ran).toMatchObject({
      status: 3,
      stderr: `plimsoll: ${at('long.tmpl')}:1: the template takes too many steps\n`,
    });
  });

  test.skipIf(!existsSync('/dev/zero'))('that never ends is not read for ever', async () => {
    const ran = await plimsoll(['report', at('result.json'), '--template', '/dev/zero', '--format', 'template']);
    const stderr = 'plimsoll: the template /dev/zero is larger than 4194304 bytes\n';
    expect(ran).toEqual({ status: 2, stdout: '', stderr });
  });

  test('that is missing: 2', async () => {
    const without = await plimsoll(['report', at('result.json'), '--format', 'template']);
    expect(without).toEqual({ status: 2, stdout: '', stderr: 'plimsoll: --format template wants --template FILE\n' });
  });
});

describe.skipIf(process.getuid?.() !== 0)('what root writes (needs to run as root)', () => {
  const owner = (path: string) => [statSync(path).uid, statSync(path).gid];

  test('belongs to the owner of the folder, as when it is mounted into a container', async () => {
    const mounted = at('mounted');
    mkdirSync(mounted);
    chownSync(mounted, 12_345, 23_456);
    const ran = await scan([`--format=html=${join(mounted, 'r.html')}`, `--format=json=${join(mounted, 'r.json')}`]);
    expect(ran).toMatchObject({ status: 1, stderr: '' });
    for (const name of ['r.html', 'r.json']) expect(owner(join(mounted, name))).toEqual([12_345, 23_456]);
  });

  test('keeps the owner of a file that was there', async () => {
    const file = at('theirs.json');
    writeFileSync(file, '');
    chownSync(file, 12_345, 23_456);
    await plimsoll(['report', at('result.json'), `--format=json=${file}`]);
    expect(owner(file)).toEqual([12_345, 23_456]);
    expect(owner(at('result.json'))).toEqual([0, 0]);
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(at('json'), 'utf8'));
  });
});
