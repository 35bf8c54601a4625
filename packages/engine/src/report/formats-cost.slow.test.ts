import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formats } from './formats.ts';

const at = (name: string) => new URL(name, import.meta.url).href;

/** Renders 20,000 findings in a process of its own and prints what that took beside making them. */
const script = `
import { readFileSync } from 'node:fs';
const { byteChunks } = await import(${JSON.stringify(at('./byte-chunks.ts'))});
const { formats } = await import(${JSON.stringify(at('./formats.ts'))});
const { largeResult } = await import(${JSON.stringify(at('./testing/sample-result.ts'))});
const result = largeResult(20_000);
const format = formats.find(({ name }) => name === process.argv[1]);
const before = process.cpuUsage();
const options = { columns: 100, color: false, unicode: true, show: { onlyFixed: false } };
let size = 0;
for (const chunk of byteChunks(format.render(result, options))) size += chunk.length;
const { user, system } = process.cpuUsage(before);
// the peak that getrusage tells is that of the process which started this one, if that was larger
const peak = Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
console.log(JSON.stringify({ size, seconds: (user + system) / 1e6, megabytes: peak / 1024 }));
`;

interface Cost {
  readonly size: number;
  readonly seconds: number;
  readonly megabytes: number;
}

function cost(name: string): Cost {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script, name]);
  if (stdout.length === 0) throw new Error(stderr.toString());
  return JSON.parse(stdout.toString()) as Cost;
}

describe.skipIf(!existsSync('/proc/self/status'))('20,000 findings (needs /proc)', () => {
  // The archive is all others, one after the other.
  it.each(
    formats.map(({ name }) => ({
      name,
      ...(name === 'zip' ? { maxSeconds: 100, maxMegabytes: 450 } : { maxSeconds: 10, maxMegabytes: 300 }),
    })),
  )(
    'as $name take seconds and some hundred MB at most',
    ({ name, maxSeconds, maxMegabytes }) => {
      const { size, seconds, megabytes } = cost(name);
      expect(size).toBeGreaterThan(0);
      // under 1 s each on an idle machine (docs/benchmarks.md); what grows with the square takes minutes
      expect(seconds).toBeLessThan(maxSeconds);
      expect(megabytes).toBeLessThan(maxMegabytes);
    },
    60_000,
  );
});
