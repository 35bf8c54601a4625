import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { confirmedOn } from './mirror.ts';
import { type Outcome, plimsoll } from './program.ts';

/**
 * Loaded into the program, says at its end how much memory it needed (KiB, Linux; the system's own figure counts what the
 * process was before it became the program) and how much CPU (seconds).
 */
const reporterSource = `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const peak = Number(/VmHWM:\\s*(\\d+)/.exec(status)?.[1] ?? 0);
  writeFileSync(process.env.USAGE_FILE, JSON.stringify({ peak, cpu: (userCPUTime + systemCPUTime) / 1e6 }));
});
`;

/** Limits that a machine under load keeps too: the program itself needs 60 MB and 0.2 s of CPU. */
const mostKiB = 220_000;
const mostSeconds = 5;

/** Runs the program in a folder, and holds what it needed against the limits. */
export function boundedIn(folder: string) {
  const reporter = join(folder, 'usage.mjs');
  writeFileSync(reporter, reporterSource);
  let runs = 0;
  return async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> => {
    runs += 1;
    const file = join(folder, `usage-${runs}.json`);
    const ran = await plimsoll(args, {
      cwd: folder,
      env: { ...env, USAGE_FILE: file, NODE_OPTIONS: `--import ${reporter}` },
    });
    const { peak, cpu } = JSON.parse(readFileSync(file, 'utf8'));
    expect(peak, 'peak memory, KiB').toBeLessThan(mostKiB);
    expect(cpu, 'CPU, s').toBeLessThan(mostSeconds);
    return ran;
  };
}

/** One line that says what is wrong; no result. */
export function expectRefused(ran: Outcome, status: 2 | 3, message: string | RegExp): void {
  expect(ran).toMatchObject({ status, stdout: '' });
  expect(ran.stderr).toMatch(message);
  expect(ran.stderr).toMatch(/^plimsoll: [^\n]+\n$/);
  expect(ran.stderr).not.toMatch(/internal error|\n\s+at /);
}

/** By these advisories alone, and nothing that was kept. */
export function judgedBy(database: string): readonly string[] {
  return ['--db-dir', database, '--no-update', '--no-cache', '--at', confirmedOn];
}
