import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { formats } from './formats.ts';
import { renderText } from './testing/report-results.ts';
import { sampleResult } from './testing/sample-result.ts';

const zip = formats.find(({ name }) => name === 'zip')!;
const options = { columns: 80, color: false, unicode: true, show: { onlyFixed: false } };

function bytes(): Buffer {
  const rendered = zip.render(sampleResult(), options) as Iterable<Uint8Array>;
  return Buffer.concat([...rendered]);
}

/** Name → text, as the directory at the end says. */
function unpack(archive: Buffer): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  let at = archive.readUInt32LE(archive.length - 6);
  for (let left = archive.readUInt16LE(archive.length - 12); left > 0; left--) {
    const [packed, length, offset] = [
      archive.readUInt32LE(at + 20),
      archive.readUInt16LE(at + 28),
      archive.readUInt32LE(at + 42),
    ];
    const name = archive.toString('utf8', at + 46, at + 46 + length);
    const start = offset + 30 + archive.readUInt16LE(offset + 26);
    files.set(name, inflateRawSync(archive.subarray(start, start + packed)).toString());
    at += 46 + length;
  }
  return files;
}

describe('the archive of all reports', () => {
  it('holds what each format writes, under its name', () => {
    const files = unpack(bytes());
    const others = formats.filter((format) => format !== zip);
    expect([...files.keys()]).toEqual(others.map(({ name, extension }) => `${name}.${extension}`));
    for (const format of others) {
      expect(files.get(`${format.name}.${format.extension}`)).toBe(renderText(format, sampleResult()));
    }
  });

  it('is the same each time', () => {
    expect(bytes()).toEqual(bytes());
  });

  it.skipIf(spawnSync('unzip', ['-v']).status !== 0)('is whole to unzip (needs unzip)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-zip-'));
    writeFileSync(join(folder, 'all.zip'), bytes());
    const { status, stdout } = spawnSync('unzip', ['-t', join(folder, 'all.zip')]);
    rmSync(folder, { recursive: true });
    expect(stdout.toString()).toContain('No errors detected');
    expect(status).toBe(0);
  });
});
