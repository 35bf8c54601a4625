/** A scan that keeps what it finds completes in a container limited to 160 MB, also of an image of very many files. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { largeArchive } from './large-archive.ts';
import { noMemoryLimit, withMemory } from './limited-memory.ts';
import { launcher, scratchFolder } from './program.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);

const noTime = existsSync('/usr/bin/time') ? undefined : "needs Debian's `time`";
const missing = noMemoryLimit ?? noTime;
const megabytes = 160;
const files = 100_000;
/** What may be kept of a file until the end: its name and where it stands, in columns, and what the collector has not taken back. */
const bytesOfFile = 400;

function scan(archive: string) {
  const run = (name: string) => join(scratch.path, name);
  const out = run('out.json');
  rmSync(out, { force: true });
  rmSync(run('layers'), { recursive: true, force: true });
  mkdirSync(run('db'), { recursive: true });
  const options = ['--db-dir', run('db'), '--cache-dir', run('layers'), '--no-update', '--at', '2026-08-01'];
  const command = [process.execPath, launcher, 'scan', archive, ...options, '--format', `json=${out}`, '--quiet'];
  const env = { PATH: process.env.PATH, HOME: scratch.path };
  const { status, stderr } = withMemory(megabytes, ['/usr/bin/time', '-f', '%M', '-q', ...command], env);
  if (!existsSync(out)) throw new Error(`ended with ${status}: ${stderr}`);
  const packages: readonly unknown[] = JSON.parse(readFileSync(out, 'utf8')).packages;
  return { status, packages: packages.length, peak: Number(stderr.trim().split('\n').at(-1)) / 1024 };
}

describe.skipIf(missing)(`memory${missing ? ` (skipped: ${missing})` : ''}`, () => {
  it.each(['plain', 'gzip', 'zstd'] as const)(
    `of a scan with %s layers stays below ${megabytes} MB, and grows by ${bytesOfFile} bytes a file at most`,
    { timeout: 300_000 },
    (compression) => {
      const [once, twice] = [1, 2].map((times) => {
        const archive = largeArchive(join(scratch.path, 'image.tar'), times * files, compression);
        return scan(archive);
      });
      // no advisories are there: the verdict is that they are missing
      expect(once).toMatchObject({ status: 5, packages: 3000 });
      expect(twice).toMatchObject({ status: 5, packages: 3000 });
      expect((twice!.peak - once!.peak) * 2 ** 20).toBeLessThan(bytesOfFile * files);
    },
  );
});
